"""Why a span is wrong: one class for each predictor's answer to each question.

Read off the spans alone, in the spirit of Hoiem et al. (ECCV 2012) for boxes and Alwassel et al.
(ECCV 2018) for spans.
"""

from __future__ import annotations

from enum import StrEnum

from mutualsl.evaluation.predictions import QuestionResult
from mutualsl.spans import iou, shared_second

RIGHT_IOU = 0.7
PLACE_IOU = 0.5
CONTAINED = 0.8  # share of a span that lies in the other one


class ErrorClass(StrEnum):
    """What is wrong with a span, in the order in which it is decided."""

    MISSING = "no span"
    FALLBACK = "fallback"
    RIGHT = "right"
    BOUNDARY = "boundary only"
    UNSEEN = "gold outside subtitles"
    PLACE = "wrong place"
    LONG = "too long"
    SHORT = "too short"
    SHIFTED = "shifted"


DEFINITIONS = {
    ErrorClass.MISSING: "the predictor gave none: its modality is missing, or it was never trained",
    ErrorClass.FALLBACK: "neither predictor gave a span, so the answer is the whole video",
    ErrorClass.RIGHT: f"IoU with gold of at least {RIGHT_IOU}",
    ErrorClass.BOUNDARY: f"IoU from {PLACE_IOU} to {RIGHT_IOU}: the place is right, an edge is off",
    ErrorClass.UNSEEN: "no cue is shown during gold, so the subtitles cannot tell",
    ErrorClass.PLACE: "no overlap with gold",
    ErrorClass.LONG: f"at least {CONTAINED:.0%} of gold lies in the span, which holds much more",
    ErrorClass.SHORT: f"at least {CONTAINED:.0%} of the span lies in gold, of which it misses much",
    ErrorClass.SHIFTED: "overlaps gold at one end, or spills over it at the other",
}


def classify(result: QuestionResult, head: str) -> ErrorClass:
    """The class of the span of `head`: visual, textual or answer."""
    found = {"visual": result.visual, "textual": result.textual, "answer": result.answer}[head]
    if found is None:
        return ErrorClass.MISSING
    if head == "answer" and result.source == "fallback":
        return ErrorClass.FALLBACK
    span, gold = found.span, result.gold
    agreement = iou(span, gold)
    if agreement >= RIGHT_IOU:
        return ErrorClass.RIGHT
    if agreement >= PLACE_IOU:
        return ErrorClass.BOUNDARY
    textual = head == "textual" or (head == "answer" and result.source == "textual")
    if textual and result.gold_covered == 0.0:
        return ErrorClass.UNSEEN
    shared = shared_second(span, gold)
    if shared <= 0.0:
        return ErrorClass.PLACE
    if shared >= CONTAINED * gold.length_second:
        return ErrorClass.LONG
    if shared >= CONTAINED * span.length_second:
        return ErrorClass.SHORT
    return ErrorClass.SHIFTED
