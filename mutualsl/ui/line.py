"""The line in front of the machine: how many may work at once, and who is before whom."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mutualsl.errors import MutualSLError
from mutualsl.ui.limits import (
    MODEL_CONCURRENCY,
    QUEUE_SIZE,
    REPORT_EVERY_SECOND,
    RUN_CONCURRENCY,
)


class Line:
    """At most `places` work at once; the others follow in the order in which they came."""

    def __init__(self, places: int, longest: int) -> None:
        self._places = places
        self._longest = longest
        self._tickets: list[object] = []  # those who work, then those who wait
        self._moved = threading.Condition()

    @contextmanager
    def place(self, waiting: Callable[[int], None]) -> Iterator[None]:
        """Hold a place while the block runs.

        Until there is one, `waiting` is told how many of those who wait are before; raising ends
        the wait. Raises `MutualSLError` when too many wait.
        """
        ticket = object()
        with self._moved:
            if len(self._tickets) >= self._places + self._longest:
                raise MutualSLError("too many people ask at the moment; try again in a minute")
            self._tickets.append(ticket)
            self._moved.notify_all()
        try:
            while (before := self._before(ticket)) >= 0:
                waiting(before)
            yield
        finally:
            with self._moved:
                self._tickets.remove(ticket)
                self._moved.notify_all()

    def wait_until_quiet(self, second: float) -> None:
        """Wait until nobody has worked or waited for as long as that."""
        with self._moved:
            while self._tickets or self._moved.wait(second):
                self._moved.wait_for(lambda: not self._tickets)

    def _before(self, ticket: object) -> int:
        """How many wait before this one, after a moment; below zero when it may work."""
        with self._moved:
            if self._tickets.index(ticket) >= self._places:
                self._moved.wait(REPORT_EVERY_SECOND)
            return self._tickets.index(ticket) - self._places


MACHINE = Line(MODEL_CONCURRENCY, QUEUE_SIZE)
"""The one for everything heavy, whoever asks for it."""

RUNS = Line(RUN_CONCURRENCY, QUEUE_SIZE)
"""The one for runs over a data set, which take long: nobody with a question waits for them."""
