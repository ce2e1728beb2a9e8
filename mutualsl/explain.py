"""One sentence on why the two predictors point to different spans."""

from __future__ import annotations

import numpy as np

from mutualsl.answer import Answer
from mutualsl.data.ceilings import best_iou, covered_share, cue_edges
from mutualsl.data.example import Rows, VideoInput
from mutualsl.encoded import EncodedVideo
from mutualsl.models.base import Prediction
from mutualsl.spans import Span, iou

AGREE_IOU = 0.5
NEAR_SECOND = 1.5  # edges no farther apart count as the same
CUT_DEVIATIONS = 2.5  # a step between rows so much larger than usual is a cut


def why_they_differ(encoded: EncodedVideo, answer: Answer) -> str | None:
    """The most telling reason, or `None` where they agree or one of them is missing."""
    visual, textual = answer.visual, answer.textual
    if visual is None or textual is None:
        return None
    if not visual.in_domain:
        return (
            "The pictures are unlike those the visual predictor has learned: its span is a guess."
        )
    if iou(visual.span, textual.span) >= AGREE_IOU:
        return None
    video = encoded.input
    if covered_share(visual.span, video.cues) == 0.0:
        return (
            "No subtitle is shown during the visual span, so the textual predictor cannot find it."
        )
    if iou(visual.span, textual.span) > 0.0:
        return _edges(video, visual.span, textual.span)
    return _places(video, visual, textual)


def _edges(video: VideoInput, visual: Span, textual: Span) -> str:
    """They overlap: what keeps their edges apart."""
    reach = best_iou(visual, cue_edges(video))
    if reach < AGREE_IOU:
        return (
            "A textual span begins and ends with a subtitle, and no subtitles fit the visual span: "
            f"the best would overlap it by an IoU of {reach:.2f}."
        )
    starts = textual.start_second - visual.start_second
    ends = textual.end_second - visual.end_second
    if abs(starts) <= NEAR_SECOND:
        return f"They begin together; the textual span ends {_later(ends)}."
    if abs(ends) <= NEAR_SECOND:
        return f"They end together; the textual span begins {_later(starts)}."
    return f"The textual span begins {_later(starts)} and ends {_later(ends)}."


def _places(video: VideoInput, visual: Prediction, textual: Prediction) -> str:
    """They are apart: whether one considers the other, and what the visual one follows."""
    for name, own, other in (("visual", visual, textual), ("textual", textual, visual)):
        for rank, candidate in enumerate(own.candidates[1:], start=2):
            if iou(candidate.span, other.span) >= AGREE_IOU:
                return f"The other span is choice {rank} of the {name} predictor."
    if video.rows is not None and _between_cuts(video.rows, video.row_second, visual.span):
        return (
            "The visual span runs from one cut to the next, while the words that match best are "
            "said elsewhere."
        )
    return "The words that match best are said at another time than the pictures that do."


def _between_cuts(rows: Rows, row_second: float, span: Span) -> bool:
    """Whether both edges lie next to an unusually large step between rows (K, F)."""
    steps = np.linalg.norm(np.diff(rows, axis=0), axis=1)
    if len(steps) < 3:
        return False
    cuts = 1 + np.flatnonzero(steps > steps.mean() + CUT_DEVIATIONS * steps.std())
    seconds = cuts * row_second
    return bool(len(seconds)) and all(np.abs(seconds - edge).min() <= row_second for edge in span)


def _later(second: float) -> str:
    return f"{abs(second):.1f} s {'later' if second > 0 else 'earlier'}"
