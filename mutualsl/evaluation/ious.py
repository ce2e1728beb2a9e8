"""IoU of every question: of both predictors, of the answer, and of the better of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from mutualsl.evaluation.metrics import Floats
from mutualsl.evaluation.predictions import QuestionResult

Edges = tuple[float, float]  # of a span, in seconds
HEADS = ("visual", "textual", "answer")
SCORED = (*HEADS, "oracle", "oracle@5")
NOWHERE = (0.0, 0.0)  # a span of no length overlaps nothing
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
    counts: list[int] = []  # of spans, for each question the columns one after the other
    spans: list[Edges] = []
    for result in results:
        for own in _spans(result):
            counts.append(len(own))
            spans += own
    if spans:
        cells = np.repeat(np.arange(len(counts)), counts)
        rows, columns = np.divmod(cells, len(SCORED))
        golds = as_array([result.gold for result in results])[rows]
        ends = np.array([result.duration_second for result in results])[rows]
        found = iou_of(inside(as_array(spans), ends), inside(golds, ends))
        np.maximum.at(values, (rows, columns), found)
        given[rows, columns] = True
    return Ious(values, given)


def of_spans(
    spans: Sequence[Edges | None], golds: Sequence[Edges | None], duration_second: Sequence[float]
) -> Floats:
    """IoU (n,) of spans with their gold, cut as in `measure`; 0 where one is missing."""
    ends = np.array(duration_second)
    given = as_array([NOWHERE if span is None else span for span in spans])
    wanted = as_array([NOWHERE if gold is None else gold for gold in golds])
    return iou_of(inside(given, ends), inside(wanted, ends))


def _spans(result: QuestionResult) -> list[list[Edges]]:
    """What each of `SCORED` may choose from."""
    heads = [found for found in (result.visual, result.textual) if found is not None]
    visual: list[Edges] = [result.visual.span] if result.visual else []
    textual: list[Edges] = [result.textual.span] if result.textual else []
    first: list[Edges] = [scored[:2] for found in heads for scored in found.candidates[:FIRST]]
    return [visual, textual, [result.answer.span], visual + textual, first]


def as_array(spans: Sequence[Edges]) -> Floats:
    """Spans as (n, 2); numpy alone is slow with tuples."""
    return np.fromiter(chain.from_iterable(spans), np.float64, 2 * len(spans)).reshape(-1, 2)


def inside(spans: Floats, duration_second: Floats) -> Floats:
    """Spans (n, 2) cut to [0, duration] (n,)."""
    return np.stack([spans[:, 0].clip(0.0), np.minimum(spans[:, 1], duration_second)], axis=1)


def iou_of(spans: Floats, golds: Floats) -> Floats:
    """`spans.iou` of many pairs at once, (n, 2), (n, 2) -> (n,)."""
    hull = np.maximum(spans[:, 1], golds[:, 1]) - np.minimum(spans[:, 0], golds[:, 0])
    proper = (spans[:, 1] > spans[:, 0]) & (golds[:, 1] > golds[:, 0])
    found: Floats = np.divide(shared_of(spans, golds), hull, out=np.zeros(len(spans)), where=proper)
    return found


def shared_of(spans: Floats, golds: Floats) -> Floats:
    """`spans.shared_second` of many pairs at once, (n, 2), (n, 2) -> (n,)."""
    start, end = np.maximum(spans[:, 0], golds[:, 0]), np.minimum(spans[:, 1], golds[:, 1])
    return (end - start).clip(0.0)
