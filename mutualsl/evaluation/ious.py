"""IoU of every question: of both predictors, of the answer, and of the better of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mutualsl.evaluation.metrics import Floats
from mutualsl.evaluation.predictions import QuestionResult
from mutualsl.spans import Span, iou

HEADS = ("visual", "textual", "answer")
SCORED = (*HEADS, "oracle", "oracle@5")
FIRST = 5  # candidates of each predictor that oracle@5 may choose from


@dataclass(frozen=True, slots=True)
class Ious:
    """A column for each of `SCORED`, a row for each question."""

    values: Floats  # (n, 5), 0 where nothing was given
    given: npt.NDArray[np.bool_]  # (n, 5)

    def of(self, rows: npt.NDArray[np.bool_]) -> Ious:
        """Only the questions where `rows` (n,) is true."""
        return Ious(self.values[rows], self.given[rows])


def measure(results: Sequence[QuestionResult]) -> Ious:
    """IoU of every question with its gold, both cut to the length of the video.

    `oracle` is the better of the two predictors, `oracle@5` the best of the first five candidates
    of both.
    """
    values = np.zeros((len(results), len(SCORED)))
    given = np.zeros((len(results), len(SCORED)), dtype=bool)
    for row, result in enumerate(results):
        gold = _inside(result.gold, result.duration_second)
        for column, spans in enumerate(_spans(result)):
            inside = [_inside(span, result.duration_second) for span in spans]
            values[row, column] = max((iou(span, gold) for span in inside), default=0.0)
            given[row, column] = bool(spans)
    return Ious(values, given)


def _spans(result: QuestionResult) -> list[list[Span]]:
    """What each of `SCORED` may choose from."""
    heads = [found for found in (result.visual, result.textual) if found is not None]
    visual = [result.visual.span] if result.visual else []
    textual = [result.textual.span] if result.textual else []
    first = [span for found in heads for span in found.candidates[:FIRST]]
    return [visual, textual, [result.answer.span], visual + textual, first]


def _inside(span: Span, duration_second: float) -> Span:
    return Span(max(0.0, span.start_second), min(span.end_second, duration_second))
