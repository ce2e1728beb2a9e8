"""Why a span is wrong: one class for each predictor's answer to each question.

Read off the spans alone, in the spirit of Hoiem et al. (ECCV 2012) for boxes and Alwassel et al.
(ECCV 2018) for spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from mutualsl.evaluation.ious import NOWHERE, as_array, inside, iou_of, shared_of
from mutualsl.evaluation.predictions import QuestionResult
from mutualsl.spans import reaches

EDGES_IOU = 0.7  # both edges are right
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
    ErrorClass.FALLBACK: "neither predictor can be believed, so the answer is the whole video",
    ErrorClass.RIGHT: f"IoU with gold of at least {EDGES_IOU}",
    ErrorClass.BOUNDARY: f"IoU from {PLACE_IOU} to {EDGES_IOU}: the place is right, an edge is off",
    ErrorClass.UNSEEN: "no cue is shown during gold, so the subtitles cannot tell",
    ErrorClass.PLACE: "no overlap with gold",
    ErrorClass.LONG: f"at least {CONTAINED:.0%} of gold lies in the span, which holds much more",
    ErrorClass.SHORT: f"at least {CONTAINED:.0%} of the span lies in gold, of which it misses much",
    ErrorClass.SHIFTED: "overlaps gold at one end, or spills over it at the other",
}


def classify(results: Sequence[QuestionResult], head: str) -> tuple[ErrorClass, ...]:
    """The class of each span of `head`: visual, textual or answer."""
    found = [getattr(result, head) for result in results]
    ends = np.array([result.duration_second for result in results])
    spans = inside(as_array([NOWHERE if own is None else own.span for own in found]), ends)
    golds = inside(as_array([result.gold for result in results]), ends)
    sources = [result.source if head == "answer" else head for result in results]
    covered = [result.gold_covered for result in results]
    agreement, shared = iou_of(spans, golds), shared_of(spans, golds)
    first_that_holds: dict[ErrorClass, ArrayLike] = {
        ErrorClass.MISSING: [own is None for own in found],
        ErrorClass.FALLBACK: [source == "fallback" for source in sources],
        ErrorClass.RIGHT: reaches(agreement, EDGES_IOU),
        ErrorClass.BOUNDARY: reaches(agreement, PLACE_IOU),
        ErrorClass.UNSEEN: [
            source == "textual" and share == 0.0
            for source, share in zip(sources, covered, strict=True)
        ],
        ErrorClass.PLACE: shared <= 0.0,
        ErrorClass.LONG: reaches(shared, CONTAINED * (golds[:, 1] - golds[:, 0])),
        ErrorClass.SHORT: reaches(shared, CONTAINED * (spans[:, 1] - spans[:, 0])),
        ErrorClass.SHIFTED: np.ones(len(results), dtype=bool),
    }
    holds = np.array(list(first_that_holds.values()))
    kinds = tuple(first_that_holds)
    return tuple([kinds[place] for place in holds.argmax(axis=0).tolist()])
