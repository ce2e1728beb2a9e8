"""EncodedVideo: a video and its subtitles, read once, ready for any number of questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mutualsl.data.example import VideoInput
from mutualsl.subtitles import Subtitles
from mutualsl.video import VideoInfo

ASK_AT_ONCE = 8  # questions in a batch


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class EncodedVideo:
    """A video ready for questions; a value that is safe to share between users."""

    name: str
    path: Path | None
    input: VideoInput
    subtitles: Subtitles | None
    info: VideoInfo | None
    thumbnails: tuple[tuple[float, bytes], ...] = ()  # (second, JPEG)
    warnings: tuple[str, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)  # seconds: video, features

    @property
    def duration_second(self) -> float:
        """Length of the time axis."""
        return self.input.duration_second
