"""What happens when a visitor changes what is asked about; the question is then asked again.

A change adds to the one before it, also where that is still on its way.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from mutualsl.reading import read_embedded
from mutualsl.ui.limits import MAX_HISTORY
from mutualsl.ui.loading import admit
from mutualsl.ui.parts import View
from mutualsl.ui.progress import Report
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import Loaded, filled, filling, unasked, view, what_ifs
from mutualsl.ui.watching import Steps, watched
from mutualsl.ui.what_if import Asked, WhatIf, applied

if TYPE_CHECKING:
    from mutualsl.inference import AnswerLocalizer


@dataclass(frozen=True, slots=True)
class Changes:
    """Handlers of the page's what-ifs and of the choice of a track."""

    shelf: Shelf

    def shift(self, offset_second: float, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """The subtitles are to be shown earlier or later."""
        yield from self._change(loaded, turns, offset_second=offset_second)

    def give(self, given: str, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """The question is to be asked without the video, without the subtitles, or with both."""
        yield from self._change(loaded, turns, given=given)

    def leave_out(self, event: gr.EventData, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """A line is to be left out, by its place in the transcript; -1 brings all of them back."""
        place = int(event.cue)
        before = _wanted(loaded, turns).left_out if loaded is not None else frozenset[int]()
        left_out = before | {place} if place >= 0 else frozenset[int]()
        subtitles = loaded.whole.subtitles if loaded is not None else None
        if place >= len(subtitles.as_read if subtitles is not None else ()):
            left_out = before  # of a longer transcript, which has just been replaced
        # A track on its way has other lines; places of this one mean nothing there.
        yield from self._change(loaded, turns, lambda same: same, left_out=left_out)

    def choose_track(self, number: int, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """Another text track inside the video is to be read; the pictures are not touched."""
        turns.track = number
        read = partial(self._with_track, number)
        yield from self._change(loaded, turns, read, offset_second=0.0, left_out=frozenset())

    def _with_track(self, number: int, before: Loaded) -> Loaded:
        assert before.whole.info is not None  # tracks are offered for videos only
        track = read_embedded(before.whole.info, number)
        admit(before.whole.info, track)
        whole = self.shelf.get(before.model).with_subtitles(before.whole, track)
        past = tuple(Asked(answer, None) for answer, _ in before.asked())
        return replace(before, whole=whole, answers=(), earlier=past)

    def bring_back(
        self, event: gr.EventData, loaded: Loaded | None, turns: Turns
    ) -> Iterator[View]:
        """A question answered before a change is to be asked again as it was then."""
        place = int(event.earlier)
        earlier = loaded.earlier if loaded is not None else ()
        asked = earlier[place] if 0 <= place < len(earlier) else None
        if loaded is None or asked is None or asked.what_if is None:
            turns.begin()
            yield filled(view())
            return
        turns.asked, turns.track = asked.answer.question, None
        steps = self._change_to(asked.what_if, loaded, turns)
        yield from filling(steps, question=turns.asked)

    def _change(
        self,
        loaded: Loaded | None,
        turns: Turns,
        read: Callable[[Loaded], Loaded] | None = None,
        **differences: Any,
    ) -> Iterator[View]:
        if loaded is None:
            turns.begin()
            yield view()
            return
        wanted = replace(_wanted(loaded, turns), **differences)
        yield from self._change_to(wanted, loaded, turns, read or self._pending(loaded, turns))

    def _pending(self, loaded: Loaded, turns: Turns) -> Callable[[Loaded], Loaded]:
        """What a track that was chosen, and is still on its way, changes."""
        there = loaded.whole.subtitles
        if turns.track is None or (there is not None and there.track_number == turns.track):
            return lambda same: same
        return partial(self._with_track, turns.track)

    def _change_to(
        self,
        wanted: WhatIf,
        loaded: Loaded,
        turns: Turns,
        read: Callable[[Loaded], Loaded] = lambda loaded: loaded,
    ) -> Generator[View]:
        turns.begin()
        steps = self._steps(loaded, turns, read, wanted, turns.waiting)
        yield from turns.read(steps, turns.asked, wanted)

    def _steps(
        self,
        loaded: Loaded,
        turns: Turns,
        read: Callable[[Loaded], Loaded],
        wanted: WhatIf,
        unanswered: str | None,
    ) -> Steps[None]:
        def made(report: Report) -> Loaded:
            return changed(self.shelf.get(loaded.model), read(loaded), wanted)

        other = yield from watched(made, "text", loaded.file)
        if other is None:  # nothing to ask again of; the reason is shown
            turns.wanted, turns.track, turns.waiting = None, None, unanswered
            turns.show(loaded.what_if)
        yield view(**(what_ifs(loaded) if other is None else unasked(other)))


def changed(localizer: AnswerLocalizer, loaded: Loaded, what_if: WhatIf) -> Loaded:
    """The same video under other circumstances, with what has been answered under them before."""
    asked = loaded.asked()
    return replace(
        loaded,
        encoded=applied(localizer, loaded.whole, what_if),
        what_if=what_if,
        answers=tuple(each.answer for each in asked if each.what_if == what_if),
        earlier=tuple(each for each in asked if each.what_if != what_if)[-MAX_HISTORY:],
    )


def _wanted(loaded: Loaded, turns: Turns) -> WhatIf:
    """What the visitor has changed so far, with a change that is still on its way."""
    return turns.wanted or loaded.what_if
