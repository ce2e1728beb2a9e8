"""Long work in a thread of its own, watched from a generator."""

from __future__ import annotations

import contextvars
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

from mutualsl.telling import listening
from mutualsl.ui.limits import REPORT_EVERY_SECOND
from mutualsl.ui.line import MACHINE, Line

T = TypeVar("T")
Report = Callable[[str, float], None]  # stage, fraction
Step = tuple[str, float, int | None]  # stage, fraction, how many wait before

STAGES = {
    "model": "Loading the model",
    "video": "Opening the video",
    "features": "Looking at the pictures",
    "text": "Reading the subtitles",
    "copy": "Making a copy that browsers can play",
    "question": "Searching for the answer",
    "clip": "Cutting the clip",
    "predictions": "Reading the predictions",
    "compare": "Comparing both files",
    "evaluate": "Asking every question",
}


class Update(NamedTuple):
    """Where the work stands."""

    stage: str  # a key of STAGES
    fraction: float
    elapsed_second: float
    before: int | None = None  # how many wait before this visitor; `None` when it is their turn


class Superseded(Exception):
    """The visitor has moved on; the work stops at its next report."""


class Work(Generic[T]):
    """A function that runs in a thread; iterate for its progress, then take `result()`.

    It waits in `line` until there is a place for it; what is quickly done reports nothing. What its
    parts tell of themselves (`telling`) is progress of the stage that was reported last. Leaving
    the iteration early (the visitor cancels, closes the page or loads another video) stops it.
    """

    def __init__(
        self, function: Callable[[Report], T], first_stage: str, line: Line = MACHINE
    ) -> None:
        self._function = function
        self._line = line
        self._stage = first_stage
        self._reports: queue.Queue[Step | None] = queue.Queue()
        self._abandoned = threading.Event()
        self._value: T | None = None
        self._error: Exception | None = None

    def __iter__(self) -> Iterator[Update]:
        started = time.perf_counter()
        context = contextvars.copy_context()  # who asks: ZeroGPU counts a visitor's seconds
        threading.Thread(target=context.run, args=(self._run,), daemon=True).start()
        step: Step = (self._stage, 0.0, None)
        try:
            while (latest := self._latest()) is not None:
                step = latest or step
                stage, fraction, before = step
                yield Update(stage, fraction, time.perf_counter() - started, before)
        finally:
            self._abandoned.set()

    def result(self) -> T:
        """What the function returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # set whenever there is no error

    def _latest(self) -> Step | tuple[()] | None:
        """The newest report, () when there was none for a while, `None` at the end."""
        deadline = time.perf_counter() + REPORT_EVERY_SECOND
        latest: Step | tuple[()] = ()
        while (left := deadline - time.perf_counter()) > 0:
            try:
                report = self._reports.get(timeout=left)
            except queue.Empty:
                break
            if report is None:
                return None
            latest = report
        return latest

    def _run(self) -> None:
        try:
            with self._line.place(self._wait):
                self._tell(self._stage, 0.0, None)
                with listening(lambda fraction: self._report(self._stage, fraction)):
                    self._value = self._function(self._report)
        except Superseded:
            pass
        except Exception as error:  # handed to the visitor's own thread by result()
            self._error = error
        finally:
            self._reports.put(None)

    def _report(self, stage: str, fraction: float) -> None:
        self._stage = stage
        self._tell(stage, fraction, None)

    def _wait(self, before: int) -> None:
        self._tell(self._stage, 0.0, before)

    def _tell(self, *step: *Step) -> None:
        if self._abandoned.is_set():
            raise Superseded
        self._reports.put(step)
