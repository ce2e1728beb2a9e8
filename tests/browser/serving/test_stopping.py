"""What a visitor started can be stopped, and stops when they leave; then nothing runs any more."""

import contextlib
import os
import signal
import time
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from playwright.sync_api import expect

from tests.browser.page import SOON_MS
from tools.serving import serving

pytestmark = pytest.mark.browser
QUESTION = "how do i open the jar"
DEADLINE_SECOND = 20
WORKER = b"mutualsl.video.worker"


def readers(server, video):
    """Processes of the server that read this video's pictures, and not the examples ahead.

    Those that wait for a file, or look at something else in it, have no ring.
    """
    found = []
    for child in children(server.pid):
        process = Path("/proc", child)
        with contextlib.suppress(OSError):  # it has just ended
            words = (process / "cmdline").read_bytes().split(b"\0")
            files = [os.readlink(file) for file in (process / "fd").iterdir()]
            connection_and_ring = words[words.index(WORKER) + 1 : -1] if WORKER in words else []
            if len(connection_and_ring) == 2 and video.name in map(os.path.basename, files):
                found.append(child)
    return found


def children(pid):
    """Processes that any thread of a process has started."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # the thread has just ended
            yield from (task / "children").read_text().split()


def wait_for_readers(server, video, count):
    deadline = time.monotonic() + DEADLINE_SECOND
    while len(readers(server, video)) != count and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(readers(server, video)) == count


def reading(page, server, video):
    """Upload a video and wait until its pictures are looked at."""
    page.upload(video)
    expect(page["status"]).to_contain_text("Looking at the pictures: ", timeout=SOON_MS)
    wait_for_readers(server, video, 1)


@pytest.mark.parametrize("how", ["button", "escape"])
def test_cancel_stops_the_reading(visit, server, long_video, short_video, one_cue, shelf, how):
    page = visit()
    expect(page["cancel"]).not_to_be_visible()
    reading(page, server, long_video)
    expect(page["ask"]).to_be_disabled()
    if how == "button":
        page["cancel"].click()
    else:
        page["question"].locator("textarea, input").focus()
        page.page.keyboard.press("Escape")
    expect(page["status"]).to_contain_text("Stopped", timeout=SOON_MS)
    expect(page["ask"]).to_be_enabled()
    expect(page["cancel"]).not_to_be_visible()
    wait_for_readers(server, long_video, 0)
    page.upload(short_video, one_cue)
    page.has_video()
    page.ask(QUESTION)
    one = shelf.get("one")
    page.shows(one.ask(one.encode_video(short_video, one_cue), QUESTION))


def test_closing_the_tab_stops_the_reading(visit, server, long_video):
    page = visit()
    reading(page, server, long_video)
    page.page.goto("about:blank")
    wait_for_readers(server, long_video, 0)


def test_a_caller_who_hangs_up_stops_the_reading(server, long_video):
    api = f"{server.url}gradio_api"
    with long_video.open("rb") as file:
        (path,) = httpx.post(f"{api}/upload", files={"files": file}).json()
    given = {"video": {"path": path, "meta": {"_type": "gradio.FileData"}}, "question": QUESTION}
    event = httpx.post(f"{api}/call/v2/localize", json=given).json()["event_id"]
    with httpx.stream("GET", f"{api}/call/v2/localize/{event}", timeout=SOON_MS / 1000):
        wait_for_readers(server, long_video, 1)
    wait_for_readers(server, long_video, 0)


def test_a_caller_cancels_the_reading(server, long_video, tmp_path):
    client = Client(server.url, verbose=False, download_files=tmp_path)
    job = client.submit(handle_file(long_video), None, api_name="/encode")
    wait_for_readers(server, long_video, 1)
    assert job.cancel()
    wait_for_readers(server, long_video, 0)


def test_who_waits_sees_how_many_are_before_and_goes_on_when_somebody_stops(
    visit, server, long_video, short_video, one_cue
):
    *readers_first, third, fourth = [visit() for _ in range(4)]  # while the machine is idle
    for page in readers_first:
        page.upload(long_video)
    for page in readers_first:  # one of them reads, the other waits for what it sees
        expect(page["status"]).to_contain_text("Looking at the pictures", timeout=SOON_MS)
    third.upload(short_video)
    expect(third["status"]).to_contain_text("you are next", timeout=SOON_MS)
    fourth.upload(subtitles=one_cue)
    expect(fourth["status"]).to_contain_text("1 visitor is before you", timeout=SOON_MS)
    third["cancel"].click()
    expect(third["status"]).to_contain_text("Stopped", timeout=SOON_MS)
    expect(fourth["status"]).to_contain_text("you are next", timeout=SOON_MS)
    for page in readers_first:
        page["cancel"].click()
    expect(fourth["status"]).to_contain_text("Subtitles only", timeout=SOON_MS)
    wait_for_readers(server, long_video, 0)


def files(folder):
    """Everything in it that is not a folder itself; folders may vanish meanwhile."""
    return [Path(place) / name for place, _, names in os.walk(folder) for name in names]


def test_a_server_that_is_told_to_end_leaves_no_file_of_a_visitor(
    tiny_models, short_video, tmp_path, monkeypatch
):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    with serving(tiny_models, tmp_path / "stderr.txt") as ending:
        visitor = Client(ending.url, verbose=False, download_files=tmp_path)
        visitor.predict(handle_file(short_video), api_name="/encode")
        assert any(path.suffix == ".mp4" for path in files(temporary))
        os.kill(ending.pid, signal.SIGTERM)
        deadline = time.monotonic() + DEADLINE_SECOND
        while files(temporary) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert files(temporary) == []
    assert "Traceback" not in (tmp_path / "stderr.txt").read_text()
