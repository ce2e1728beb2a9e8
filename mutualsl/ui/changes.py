"""What happens when a visitor changes what is asked about; the question is then asked again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from mutualsl.inference import AnswerLocalizer
from mutualsl.reading import read_embedded
from mutualsl.ui.handlers import Desk
from mutualsl.ui.parts import View
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import Loaded
from mutualsl.ui.what_if import WhatIf, applied, whole_place


@dataclass(frozen=True, slots=True)
class Changes:
    """Handlers of the page's what-ifs and of the choice of a track."""

    desk: Desk

    def shift(self, offset_second: float, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """The subtitles are to be shown earlier or later."""
        yield from self._try(loaded, turns, offset_second=offset_second)

    def give(self, given: str, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """The question is to be asked without the video, without the subtitles, or with both."""
        yield from self._try(loaded, turns, given=given)

    def leave_out(self, event: gr.EventData, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """A line of the transcript is to be left out; -1 brings all of them back."""
        place, left_out = int(event.cue), frozenset[int]()
        if loaded is not None and place >= 0:
            number = whole_place(loaded.whole, loaded.what_if, place)
            left_out = loaded.what_if.left_out | ({number} if number is not None else set())
        yield from self._try(loaded, turns, left_out=left_out)

    def choose_track(self, number: int, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """Another text track inside the video is to be read; the pictures are not touched."""

        def other(before: Loaded) -> Loaded:
            assert before.whole.info is not None  # tracks are offered for videos only
            localizer = self.desk.shelf.get(before.model)
            track = read_embedded(before.whole.info, number)
            fresh = replace(before, whole=localizer.with_subtitles(before.whole, track))
            return changed(localizer, fresh, WhatIf(given=before.what_if.given))

        yield from self.desk.change(other, loaded, turns)

    def _try(self, loaded: Loaded | None, turns: Turns, **differences: Any) -> Iterator[View]:
        def other(before: Loaded) -> Loaded:
            localizer = self.desk.shelf.get(before.model)
            return changed(localizer, before, replace(before.what_if, **differences))

        yield from self.desk.change(other, loaded, turns)


def changed(localizer: AnswerLocalizer, loaded: Loaded, what_if: WhatIf) -> Loaded:
    """The same video under other circumstances, about which nothing has been asked yet."""
    return replace(
        loaded,
        encoded=applied(localizer, loaded.whole, what_if),
        what_if=what_if,
        answers=(),
        earlier=loaded.answers or loaded.earlier,
    )
