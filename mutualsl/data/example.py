"""What a model knows of one video, and one question about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mutualsl.spans import Span
from mutualsl.subtitles import Cue

Rows = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class VideoInput:
    """One video as the models see it; made once, shared by all its questions.

    `rows` is (K, F), one feature row a second; `None` without a video. `cues` is empty
    without subtitles; `cue_tokens` holds the token ids of each cue. A video lasts `at_least` its
    duration where that is only when the last cue or answer ends.
    """

    video_id: str
    duration_second: float
    at_least: bool = False
    rows: Rows | None = None
    cues: tuple[Cue, ...] = ()
    cue_tokens: tuple[tuple[int, ...], ...] = ()

    @property
    def known_second(self) -> float | None:
        """Its duration; `None` where that is an estimate."""
        return None if self.at_least else self.duration_second

    @property
    def token_count(self) -> int:
        """Tokens of all cues together."""
        return sum(len(tokens) for tokens in self.cue_tokens)

    def with_rows(self, rows: Rows | None) -> VideoInput:
        """The same video with these rows; it lasts `at_least` as long as they do."""
        length_second = self.duration_second
        if self.at_least and rows is not None:
            length_second = max(length_second, float(len(rows)))
        return replace(self, rows=rows, duration_second=length_second)

    def without_video(self) -> VideoInput:
        """The same video with only its subtitles."""
        return replace(self, rows=None)

    def without_subtitles(self) -> VideoInput:
        """The same video with only its pictures."""
        return self.with_cues(0, 0)

    def with_cues(self, first: int, end: int) -> VideoInput:
        """The same video with only the cues from `first` on, before `end`."""
        return replace(self, cues=self.cues[first:end], cue_tokens=self.cue_tokens[first:end])


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One question about one video, with its gold span where it is known."""

    video: VideoInput
    question: str
    sample_id: str = ""
    gold: Span | None = None
    kind: str | None = None  # both | shown | spoken, in rendered data
    differs_by: str | None = None  # "motion" when only the motion tells the steps apart
