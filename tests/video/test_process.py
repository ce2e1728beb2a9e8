"""Whatever happens to the worker is a VideoError here, and nothing of it remains."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mutualsl.errors import VideoError
from mutualsl.video import FrameRequest, read_frames
from mutualsl.video import frames as frames_module
from mutualsl.video import process as process_module
from mutualsl.video.process import Spares, Worker, run_job


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


def test_a_limit_of_memory_that_is_lower_than_the_workers_own_holds(plain):
    script = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))\n"
        f"from mutualsl.video import probe; print(probe({str(plain)!r}).width)"
    )
    result = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert result.stdout == "64\n"


@pytest.fixture
def spares(monkeypatch):
    """Two workers that wait for a job."""
    found = Spares()
    monkeypatch.setattr(process_module, "SPARES", found)
    found.keep(2)
    yield found
    found.keep(0)


def test_a_spare_worker_takes_the_next_job_and_another_one_its_place(plain, spares):
    waiting = [process.pid for process, _ in spares._idle]
    assert run_job("probe", plain)["width"] == 64
    left = [process.pid for process, _ in spares._idle]
    assert left[0] == waiting[1] and len(left) == 2 and waiting[0] not in left


def test_a_spare_worker_does_one_job_on_one_file(spares, plain):
    with Worker("probe", plain) as worker:
        process = worker.process
        assert [message["kind"] for message in worker.messages()][-1] == "result"
    assert process.poll() is not None


def test_a_spare_worker_that_was_killed_is_not_used(plain, spares):
    killed, _ = spares._idle[0]
    killed.kill()
    killed.wait()
    assert run_job("probe", plain)["width"] == 64


def test_spare_workers_end_when_none_are_kept(spares):
    waiting = [process for process, _ in spares._idle]
    spares.keep(0)
    assert all(process.poll() is not None for process in waiting)


def test_spare_workers_end_with_the_program_even_if_it_is_killed(tmp_path):
    script = (
        "import os, signal; from mutualsl.video.process import SPARES; SPARES.keep(1)\n"
        "print(SPARES._idle[0][0].pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    result = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    pid = int(result.stdout)
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and "zombie" not in state_of(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def state_of(pid):
    """What Linux says of a process; nothing of one that is gone."""
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return "zombie"
