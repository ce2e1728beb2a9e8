"""Whose turn it is: of all that a visitor has started, only the latest goes on."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar

from mutualsl.spans import Span
from mutualsl.ui.what_if import WhatIf

S = TypeVar("S")
T = TypeVar("T")
Steps = Generator[S, None, T]


class Turns:
    """One visitor's; it lives in a `gr.State`, so that all handlers of that visitor share it.

    Reading files stops everything before it. A question stops an earlier question, but never the
    reading of files: the video it is about may be the one on its way. `stop` ends all of it.
    """

    def __init__(self) -> None:
        self._readings = 0
        self._questions = 0
        self._stops = 0
        self._running: set[Steps] = set()
        self._unsettled = 0  # events whose own views may still be on their way to the page
        self._undrawn = 0  # those, and the settled ones whose repaint may be on its way
        self._mixed = False  # whether views of several were on their way at once
        self._what_ifs: set[WhatIf] = set()  # what those events say is changed about a video
        self.stopped: str | None = None  # what to say of a stop that was the last that happened
        self.refused: str | None = None  # what to say of a question, if nothing has begun since
        self.reading = False  # whether files are being read
        self.files: tuple[str | None, str | None] | None = None  # given last; None: an example's
        self.example: Path | None = None  # video of the one that was clicked, until it is answered
        self.asked: str | None = None  # the question to ask again of what is read next
        self.waiting: str | None = None  # the question that has no answer yet
        self.wanted: WhatIf | None = None  # of the last change, which may still be on its way
        self.model: str | None = None  # the one chosen last, until it is taken or refused
        self.track: int | None = None  # inside the video, the last one chosen, likewise
        self.cutting: set[Span] = set()  # spans of which a clip is being made

    def supersede(self) -> None:
        """Whatever runs stops before its next step."""
        self._readings += 1
        self.reading = False

    def stop(self, why: str) -> None:
        """Everything stops before its next step, and nothing that waits begins.

        `why` is the status line that says so.
        """
        self.supersede()
        self.waiting, self.wanted, self.track, self.stopped = None, None, None, why
        self.model = None
        self._questions += 1
        self._stops += 1

    def begin(self) -> None:
        """An event begins, whose views will reach the page at some time.

        Views of one event come in order, those of several come in any.
        """
        if not self._undrawn:
            self._what_ifs.clear()
        self._mixed = self._mixed or self._undrawn > 0
        self.refused = None
        self._unsettled += 1
        self._undrawn += 1

    def settle(self) -> bool:
        """All views of an event have come; whether what the page shows may now be a mixture."""
        self._unsettled = max(0, self._unsettled - 1)
        if self._unsettled or self.busy:
            return False
        mixed, self._mixed = self._mixed, False
        return mixed

    def drawn(self) -> None:
        """What was shown when an event settled has come as well."""
        self._undrawn = max(0, self._undrawn - 1)

    def show(self, what_if: WhatIf) -> None:
        """An event is to show what is changed about a video."""
        self._what_ifs.add(what_if)

    @property
    def differ(self) -> bool:
        """Whether the events that were on their way show another offset or modality.

        Where they agree, what they show is right, and the visitor may have begun to change it.
        """
        return len({(what_if.offset_second, what_if.given) for what_if in self._what_ifs}) > 1

    def wait(self, question: str) -> None:
        """A question that cannot be answered yet."""
        self.waiting, self.stopped = question, None

    @property
    def late(self) -> str | None:
        """A question that waits although nothing runs which would answer it."""
        return self.waiting if self.quiet and not self.reading and self.stopped is None else None

    @property
    def quiet(self) -> bool:
        """Whether every event has ended, and what it said is on the page."""
        return not self.busy and not self._unsettled

    @property
    def busy(self) -> bool:
        """Whether something has not ended yet."""
        return bool(self._running)

    def read(
        self, steps: Steps[S, T], waiting: str | None = None, wanted: WhatIf | None = None
    ) -> Steps[S, T | None]:
        """The steps of reading files; returns what they return, `None` when superseded.

        `waiting` is the question they are read for; a later one takes its place. `wanted` is what
        they change about the video that is there.
        """
        self.supersede()
        self.show(wanted or WhatIf())
        self.track = None if wanted is None else self.track
        self.reading, self.waiting, self.wanted, self.stopped = True, waiting, wanted, None
        mine = self._readings
        try:
            return (yield from self._while(steps, lambda: self._readings == mine))
        finally:
            if self._readings == mine:
                self.reading = False

    def answer(self, steps: Steps[S, None], question: str | None = None) -> Steps[S, None]:
        """The steps of answering a question, which waits until they are through."""
        self._questions += 1
        self.asked, self.stopped, self.waiting = question, None, question
        mine = (self._readings, self._questions)
        yield from self._while(steps, lambda: (self._readings, self._questions) == mine)
        if (self._readings, self._questions) == mine:
            self.waiting = None

    def beside(self, steps: Steps[S, None]) -> Steps[S, None]:
        """Steps that go on whatever else is started, until a stop."""
        mine = self._stops
        yield from self._while(steps, lambda: self._stops == mine)

    def _while(self, steps: Steps[S, T], latest: Callable[[], bool]) -> Steps[S, T | None]:
        """Steps as long as they are the latest; ending them tells their work to stop."""
        self._running.add(steps)
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
            self._running.discard(steps)
