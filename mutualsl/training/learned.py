"""Which modalities a model has learned from: the predictor of another one must show no span."""

from __future__ import annotations

from collections.abc import Sequence

from mutualsl.data.example import VideoInput
from mutualsl.models import Localizer
from mutualsl.training.config import Part
from mutualsl.training.sampling import Source


def learned_from(sources: Sequence[Source], learner: Localizer) -> set[str]:
    """Of "video" and "subtitles", those that the learner of a stage reads and is ever given."""
    given = {
        modality
        for source in sources
        for video in source.videos()
        for modality in _given(video, source.part)
    }
    return given & set(learner.reads)


def _given(video: VideoInput, part: Part) -> set[str]:
    """What a video has, less what the part always drops, which it does only where there is both."""
    pictures, subtitles = video.rows is not None, bool(video.cues)
    found = set()
    if pictures and not (subtitles and part.drop_video == 1.0):
        found.add("video")
    if subtitles and not (pictures and part.drop_subtitles == 1.0):
        found.add("subtitles")
    return found
