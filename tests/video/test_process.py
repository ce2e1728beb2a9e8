"""Whatever happens to the worker is a VideoError here, and nothing of it remains."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from mutualsl.errors import VideoError
from mutualsl.video import FrameRequest, read_frames
from mutualsl.video import frames as frames_module
from mutualsl.video.process import Worker, run_job


@pytest.fixture
def started(monkeypatch):
    """The workers that `read_frames` starts."""
    workers = []

    class Spied(Worker):
        def __enter__(self):
            workers.append(self)
            return super().__enter__()

    monkeypatch.setattr(frames_module, "Worker", Spied)
    return workers


def disturb(path, started, signal_number, hang_second):
    request = FrameRequest(rate_hz=30, chunk_frames=1)
    with read_frames(path, request, hang_second=hang_second) as reader:
        for _chunk in reader:
            os.kill(started[0].process.pid, signal_number)


def test_a_hang_is_noticed(detailed, started):
    with pytest.raises(VideoError, match="stopped making progress"):
        disturb(detailed, started, signal.SIGSTOP, hang_second=2.0)
    assert started[0].process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGKILL"])
def test_a_crash_is_noticed(detailed, started, name):
    with pytest.raises(VideoError, match=name):
        disturb(detailed, started, getattr(signal, name), hang_second=30.0)


def test_a_slow_consumer_is_not_a_hang(detailed):
    request = FrameRequest(rate_hz=10, chunk_frames=4)
    with read_frames(detailed, request, hang_second=2.0) as reader:
        chunks = iter(reader)
        next(chunks)
        time.sleep(2.2)
        assert sum(len(chunk.frames) for chunk in chunks) == 96


def test_a_bug_in_a_job_keeps_its_traceback(plain):
    with pytest.raises(VideoError, match="TypeError") as caught:
        run_job("read_text_track", plain, no_such_argument=1)
    assert "Traceback" in caught.value.__notes__[0]


def test_the_worker_imports_nothing_heavy():
    command = (
        "import json, sys; from mutualsl.video.worker import __main__; "
        "print(json.dumps(sorted(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", command], capture_output=True, check=True)
    loaded = set(json.loads(result.stdout))
    assert "av" in loaded
    assert not loaded & {"torch", "transformers", "gradio", "cv2", "mutualsl.spans"}


def test_a_script_without_a_main_guard_may_use_it(plain, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"from mutualsl.video import probe\nprint(probe({str(plain)!r}).width)\n")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert (result.stdout, result.stderr) == ("64\n", "")
