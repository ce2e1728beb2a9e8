"""Whose turn it is: of all that a visitor has started, only the latest goes on."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")
Steps = Generator[S, None, T]


class Turns:
    """One visitor's; it lives in a `gr.State`, so that all handlers of that visitor share it.

    Reading files stops everything before it. A question stops an earlier question, but never the
    reading of files: the video it is about may be the one on its way.
    """

    def __init__(self) -> None:
        self._readings = 0
        self._questions = 0
        self.reading = False  # whether files are being read
        self.waiting: str | None = None  # the question that was asked meanwhile

    def supersede(self) -> None:
        """Whatever runs stops before its next step."""
        self._readings += 1
        self.reading = False

    def read(self, steps: Steps[S, T]) -> Steps[S, T | None]:
        """The steps of reading files; returns what they return, `None` when superseded."""
        self.supersede()
        self.reading, self.waiting = True, None
        mine = self._readings
        try:
            return (yield from _while(steps, lambda: self._readings == mine))
        finally:
            if self._readings == mine:
                self.reading = False

    def answer(self, steps: Steps[S, None]) -> Steps[S, None]:
        """The steps of answering a question."""
        self._questions += 1
        mine = (self._readings, self._questions)
        yield from _while(steps, lambda: (self._readings, self._questions) == mine)


def _while(steps: Steps[S, T], latest: Callable[[], bool]) -> Steps[S, T | None]:
    """Steps as long as they are the latest; ending them tells their work to stop."""
    try:
        while True:
            step = next(steps)
            if not latest():
                return None
            yield step
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        steps.close()
