"""What is free goes back to the system after every video, read or refused."""

import subprocess
import sys

import pytest

from mutualsl.errors import VideoError
from mutualsl.ui import loading
from mutualsl.ui.memory import give_back

# Half a gigabyte in small pieces, of which one in 50 stays, as a visitor's page does.
GAPS = """
import psutil
from mutualsl.ui.memory import give_back
pieces = [b"x" * 100_000 for _ in range(5_000)]
kept = pieces[::50]
del pieces
used = psutil.Process().memory_info().rss
give_back()
print(psutil.Process().memory_info().rss / used)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is nothing to give back")
def test_what_is_free_between_what_stays_goes_back():
    done = subprocess.run(
        [sys.executable, "-c", GAPS], capture_output=True, text=True, check=True, timeout=60
    )
    assert float(done.stdout) < 0.5


def test_nothing_to_give_back_is_no_error():
    give_back()
    give_back()


def test_a_video_that_is_refused_gives_back_too(monkeypatch):
    class Full:
        def get(self, name):
            return self

        def encode_video(self, *files, **options):
            raise VideoError("v.mp4 is empty")

    calls = []
    monkeypatch.setattr(loading, "give_back", lambda: calls.append("given"))
    with pytest.raises(VideoError):
        loading.encode(Full(), "any", "v.mp4", None, lambda stage, done: None)
    assert calls == ["given"]
