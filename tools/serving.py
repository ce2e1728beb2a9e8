"""The page as people meet it, `app.py` in its own process: for browser tests and benchmarks."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECOND = 180.0
STOP_SECOND = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where the page is served, by which process, and when that was started."""

    url: str
    pid: int
    started: float  # perf_counter
    log: Path

    @property
    def age_second(self) -> float:
        """Since its process was started."""
        return time.perf_counter() - self.started


@contextmanager
def serving(
    checkpoint: Path, log: Path, *options: str | Path, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Serve a checkpoint on a free port; what it says on stderr is added to `log`.

    Raises `RuntimeError` where it does not serve in time.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "app.py", "--checkpoint", checkpoint, "--port", str(port), *options]
    started = time.perf_counter()
    with log.open("a") as stderr:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, text=True, env=env
        )
    alarm = threading.Timer(START_SECOND, process.kill)
    alarm.start()
    try:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        url = next((line[5:].strip() for line in lines if line.startswith("URL: ")), None)
        alarm.cancel()
        if url is None:
            raise RuntimeError(f"app.py has not served the page:\n{log.read_text()}")
        yield Server(url, process.pid, started, log)
    finally:
        alarm.cancel()
        process.terminate()  # killed, it would leave what its visitors have uploaded
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECOND)
        process.kill()
        process.communicate()
