"""The page as people meet it: `app.py` in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STOP_SECOND = 30.0


def environment(**places: str) -> dict[str, str]:
    """Of a process as people start it: Python keeps what it has compiled for the next start."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **places}


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
def served(folder: Path, checkpoint: Path) -> Iterator[Server]:
    """Serve a checkpoint; its cache, temporary files and log are below `folder`."""
    temporary, log = folder / "tmp", folder / "stderr.txt"
    temporary.mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "app.py", "--checkpoint", str(checkpoint), "--port", str(port)]
    places = environment(MUTUALSL_CACHE=str(folder / "cache"), TMPDIR=str(temporary))
    started = time.perf_counter()
    with log.open("w") as stderr:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=places,
        )
    try:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        url = next((line[5:].strip() for line in lines if line.startswith("URL: ")), None)
        if url is None:
            raise RuntimeError(f"app.py has not served the page:\n{log.read_text()}")
        yield Server(url, process.pid, started, log)
    finally:
        process.terminate()  # it cleans up
        try:
            process.wait(STOP_SECOND)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.communicate()
