"""What if: a video asked about without some lines, with subtitles moved, or with one modality."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from mutualsl.answer import Answer
from mutualsl.encoded import EncodedVideo
from mutualsl.errors import MutualSLError, SubtitleError
from mutualsl.reading import without_cues
from mutualsl.subtitles import Cue, shifted

if TYPE_CHECKING:
    from mutualsl.inference import AnswerLocalizer

EVERYTHING, WITHOUT_VIDEO, WITHOUT_SUBTITLES = (
    "everything",
    "without the video",
    "without the subtitles",
)
GIVEN = (EVERYTHING, WITHOUT_VIDEO, WITHOUT_SUBTITLES)
REPHRASED_SHARE = 0.5  # of the words of two questions that are common


@dataclass(frozen=True, kw_only=True, slots=True)
class WhatIf:
    """What differs from the files as they were read."""

    offset_second: float = 0.0
    left_out: frozenset[int] = frozenset()  # places of cues in the whole transcript
    given: str = EVERYTHING  # one of GIVEN

    def said(self) -> str:
        """All differences in a few words; empty where there are none."""
        return ", ".join(self._differences())

    def _differences(self) -> list[str]:
        found = []
        if self.left_out:
            lines = "one line" if len(self.left_out) == 1 else f"{len(self.left_out)} lines"
            found.append(f"asked without {lines} of the subtitles")
        if self.offset_second:
            found.append(f"subtitles moved by {self.offset_second:+.1f} s")
        if self.given != EVERYTHING:
            found.append(f"asked {self.given}")
        return found

    def notes(self) -> tuple[str, ...]:
        """One for each difference; they stay with every answer that is given under it."""
        return tuple(f"what if: {difference}" for difference in self._differences())


class Asked(NamedTuple):
    """An answer, and what was changed about the video when it was given."""

    answer: Answer
    what_if: WhatIf | None  # `None`: another text track was read, so it cannot be asked again


def applied(localizer: AnswerLocalizer, whole: EncodedVideo, what_if: WhatIf) -> EncodedVideo:
    """The video that questions are then asked about.

    A modality that is left out is still shown. `MutualSLError` if there is nothing left to ask
    about, `SubtitleError` if the subtitles are moved out of the video.
    """
    encoded = without_cues(whole, what_if.left_out) if what_if.left_out else whole
    track = encoded.subtitles
    if track is not None and what_if.offset_second:
        duration = whole.info.duration_second if whole.info is not None else None
        try:
            moved = shifted(track, what_if.offset_second, duration)
            encoded = localizer.with_subtitles(encoded, moved)
        except SubtitleError:
            if track.cues:
                raise
    if encoded.subtitles is not None and not encoded.subtitles.cues:
        encoded = replace(encoded, subtitles=None)  # what is left lies past the end of the video
    asked = encoded.input
    if what_if.given == WITHOUT_VIDEO:
        asked = asked.without_video()
    elif what_if.given == WITHOUT_SUBTITLES:
        asked = asked.without_subtitles()
    if asked.rows is None and not asked.cues:
        raise MutualSLError("then nothing is left to ask about; bring a line or the video back")
    return replace(encoded, input=asked, warnings=(*whole.warnings, *what_if.notes()))


def why_missing(whole: EncodedVideo, encoded: EncodedVideo, what_if: WhatIf) -> dict[str, str]:
    """By predictor, why it has no span if it has none; `encoded` is the video under `what_if`."""
    visual = "this model has not learned to look at a video"
    if whole.info is None and whole.input.rows is None:
        visual = "no video is given"
    elif what_if.given == WITHOUT_VIDEO:
        visual = f"asked {WITHOUT_VIDEO}"
    textual = "this model has not learned to read subtitles"
    if whole.subtitles is None:
        textual = "no subtitles are given"
    elif what_if.given == WITHOUT_SUBTITLES:
        textual = f"asked {WITHOUT_SUBTITLES}"
    elif not encoded.input.cues:
        textual = "no line of the subtitles is left"
    return {"visual": visual, "textual": textual}


def shown_places(whole: EncodedVideo, what_if: WhatIf) -> list[int]:
    """Where the lines that are shown stand in the whole transcript.

    Those that are moved past the end of the video, which are the last, are not told apart.
    """
    cues = whole.subtitles.as_read if whole.subtitles is not None else ()
    return [
        place
        for place, cue in enumerate(cues)
        if place not in what_if.left_out and cue.end_second + what_if.offset_second > 0.0
    ]


def left_out_cues(whole: EncodedVideo, what_if: WhatIf) -> list[Cue]:
    """The lines that are left out, with their times as they were read."""
    cues = whole.subtitles.as_read if whole.subtitles is not None else ()
    return [cues[place] for place in sorted(what_if.left_out)]


def compared_with(
    given: Answer, asked: Sequence[Answer], earlier: Sequence[Asked]
) -> Answer | None:
    """The answer of the same model that a new one is shown beside, if any.

    That to the same question before a change (`earlier`), the last one; otherwise that to the
    question asked just before (`asked`), if this one says it in other words.
    """
    for answer, _ in reversed(earlier):
        if (answer.question, answer.model) == (given.question, given.model):
            return answer
    before = asked[-1] if asked and asked[-1].model == given.model else None
    if before is None or before.question == given.question:
        return None
    return before if _rephrased(before.question, given.question) else None


def _rephrased(one: str, other: str) -> bool:
    words, others = (set(re.findall(r"\w+", question.lower())) for question in (one, other))
    return len(words & others) >= REPHRASED_SHARE * len(words | others) > 0
