"""Whose turn it is: of all that a visitor has started, only the latest goes on."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")


class Turns:
    """One visitor's; it lives in a `gr.State`, so that all handlers of that visitor share it."""

    def __init__(self) -> None:
        self._latest = 0

    def supersede(self) -> None:
        """Whatever runs stops before its next step."""
        self._latest += 1

    def while_latest(self, steps: Generator[T, None, None]) -> Generator[T, None, None]:
        """The steps of something that begins now, until something else begins."""
        self.supersede()
        mine = self._latest
        for step in steps:
            if self._latest != mine:
                steps.close()  # its work is told to stop
                return
            yield step
