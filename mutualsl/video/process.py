"""Run one job on one user's file in a process of its own, and survive whatever the file does.

The process is a fresh interpreter that imports only `mutualsl.video.worker` (about 0.2 s), not
a fork, which would carry along locks and models, and not multiprocessing's spawn, which would
import the caller's main module again. It answers in JSON: a worker that a file has taken over
can say something wrong, but it cannot make this process run anything.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import mutualsl
from mutualsl.errors import SubtitleError, VideoError
from mutualsl.video.info import Progress
from mutualsl.video.ring import FrameRing

HANG_SECOND = 30.0
"""A worker that says nothing for this long is taken for hung; a healthy one speaks every second."""

Message = dict[str, Any]
Started = tuple[subprocess.Popen[bytes], Connection]


class Worker:
    """A running job; leaving the `with` block ends it, finished or not."""

    def __init__(
        self,
        job: str,
        path: str | Path,
        *,
        hang_second: float = HANG_SECOND,
        ring: FrameRing | None = None,
        **arguments: object,
    ) -> None:
        self.path = Path(path).absolute()
        self.hang_second = hang_second
        if not os.path.isfile(self.path):  # also says no to a name that is too long to be one
            raise VideoError(f"{self.path} is not a file; give the path of a video")
        self.process, self._connection = _start(ring.descriptor) if ring else SPARES.take()
        self.send({"job": job, "path": str(self.path), **arguments})

    def send(self, message: Message) -> None:
        """Tell the worker something; a worker that is gone is noticed by the next `receive`."""
        try:
            self._connection.send_bytes(json.dumps(message).encode())
        except ConnectionError:
            return

    def receive(self) -> Message:
        """The next message; VideoError when the worker reports one, hangs or dies.

        SubtitleError when the video may be used, but not the text track that was asked for.
        """
        message: Message = json.loads(self.receive_bytes())
        if message["kind"] == "subtitle error":
            raise SubtitleError(message["text"])
        if message["kind"] == "error":
            error = VideoError(message["text"])
            if "traceback" in message:
                error.add_note(message["traceback"])
            raise error
        return message

    def receive_bytes(self) -> bytes:
        """The payload that a message has announced."""
        try:
            if not self._connection.poll(self.hang_second):
                raise VideoError(
                    f"{self.path.name}: reading stopped making progress for {self.hang_second:g} s "
                    "and was ended; the file is probably damaged, convert it and try again"
                )
            return self._connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise VideoError(
                f"{self.path.name}: the reader {self._last_words()}; "
                "the file is probably damaged, convert it and try again"
            ) from error

    def messages(self) -> Iterator[Message]:
        """Every message up to the one of kind "result", that one included."""
        while True:
            message = self.receive()
            yield message
            if message["kind"] == "result":
                return

    def _last_words(self) -> str:
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "stopped answering"
        return f"crashed ({signal.Signals(-code).name})" if code < 0 else f"ended early ({code})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _end(self.process, self._connection)


class Spares:
    """Workers that were started before there is a job, so that no job waits for an interpreter.

    Each still does one job on one file. There are none until `keep` is called: a program that opens
    one file has no use for them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._idle: deque[Started] = deque()

    def keep(self, count: int) -> None:
        """From now on have this many waiting, until the program ends."""
        with self._lock:
            self._count = count
            self._fill()

    def take(self) -> Started:
        """A worker without a job."""
        with self._lock:
            found = self._idle.popleft() if self._idle else _start()
            self._fill()
        if found[0].poll() is None:
            return found
        _end(*found)  # killed while it waited
        return _start()

    def _fill(self) -> None:
        while len(self._idle) > self._count:
            _end(*self._idle.pop())
        while len(self._idle) < self._count:
            self._idle.append(_start())


SPARES = Spares()
atexit.register(SPARES.keep, 0)


def run_job(
    job: str,
    path: str | Path,
    *,
    progress: Progress | None = None,
    hang_second: float = HANG_SECOND,
    **arguments: Any,
) -> Any:
    """Run a job to its end and return its result."""
    with Worker(job, path, hang_second=hang_second, **arguments) as worker:
        for message in worker.messages():
            if message["kind"] == "progress" and progress is not None:
                progress(message["fraction"])
    if progress is not None:
        progress(1.0)
    return message["value"]


def _start(*descriptors: int) -> Started:
    """A worker that waits for its job, which may use open files of this process."""
    ours, theirs = Pipe()
    inherited = (theirs.fileno(), *descriptors)
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mutualsl.video.worker", *map(str, inherited)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=inherited,
            env={**os.environ, "PYTHONPATH": _import_path()},
        )
    finally:
        theirs.close()
    return process, ours


def _end(process: subprocess.Popen[bytes], connection: Connection) -> None:
    process.kill()
    process.wait()
    connection.close()


def _import_path() -> str:
    """Where the worker finds this package, however this process found it."""
    root = str(Path(mutualsl.__file__).parents[1])
    return os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
