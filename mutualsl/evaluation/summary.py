"""metrics.json: everything that is said about one set of predictions, from its rows alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mutualsl.evaluation.bootstrap import LEVEL_PERCENT, RESAMPLES, intervals
from mutualsl.evaluation.distributions import iou_histogram, reliability
from mutualsl.evaluation.ious import HEADS, SCORED, Ious, measure
from mutualsl.evaluation.metrics import COLUMNS, Metrics, columns, summarise
from mutualsl.evaluation.predictions import QuestionResult
from mutualsl.evaluation.slices import SLICES, UNKNOWN, partition


def summary(results: Sequence[QuestionResult]) -> dict[str, Any]:
    """Metrics in percent of both predictors, the answer and the oracles, over all questions.

    Beside them `by_slice` (and `by_kind`, where the data has kinds), 95 % `intervals` over
    questions and over videos, `histogram` of IoU and `reliability` of scores.
    """
    ious = measure(results)
    slices = by_slice(results, ious)
    found: dict[str, Any] = {**head_metrics(ious), "by_slice": slices}
    kinds = {label: heads for label, heads in slices.get("kind", {}).items() if label != UNKNOWN}
    if kinds:
        found["by_kind"] = kinds
    return found | {
        "intervals": head_intervals(results, ious),
        "histogram": histograms(ious),
        "reliability": reliabilities(results, ious),
    }


def head_metrics(ious: Ious) -> dict[str, Metrics]:
    """The metrics of each of `SCORED`."""
    return {
        head: summarise(ious.values[:, column], int(ious.given[:, column].sum()))
        for column, head in enumerate(SCORED)
    }


def by_slice(
    results: Sequence[QuestionResult], ious: Ious
) -> dict[str, dict[str, dict[str, Metrics]]]:
    """Metrics of the questions with each label, for every slice; without kinds, no `kind`."""
    found = {
        name: {
            label: head_metrics(ious.of(np.array(rows)))
            for label, rows in partition(name, results).items()
        }
        for name in SLICES
    }
    if found["kind"].keys() <= {UNKNOWN}:
        del found["kind"]
    return found


def head_intervals(results: Sequence[QuestionResult], ious: Ious) -> dict[str, Any]:
    """95 % intervals of every metric: `questions` are drawn singly, `videos` with all of theirs."""
    groups = {
        "questions": [str(row) for row in range(len(results))],
        "videos": [result.video_id for result in results],
    }
    # One column for each metric of each head, so that all are drawn at once.
    wide = np.concatenate([columns(ious.values[:, i]) for i in range(len(SCORED))], axis=1)
    return {"level_percent": LEVEL_PERCENT, "resamples": RESAMPLES} | {
        unit: _by_head(intervals(wide, names)) for unit, names in groups.items()
    }


def _by_head(ends: list[list[float]] | None) -> dict[str, dict[str, list[float]]] | None:
    if ends is None:
        return None
    width = len(COLUMNS)
    return {
        head: dict(zip(COLUMNS, ends[i * width : (i + 1) * width], strict=True))
        for i, head in enumerate(SCORED)
    }


def histograms(ious: Ious) -> dict[str, list[int]]:
    """How IoU is spread, of each head that answered."""
    return {
        head: iou_histogram(ious.values[ious.given[:, column], column])
        for column, head in enumerate(HEADS)
        if ious.given[:, column].any()
    }


def reliabilities(results: Sequence[QuestionResult], ious: Ious) -> dict[str, Any]:
    """What came true of the scores of each head that answered.

    A whole video as fallback and a guess, outside what a predictor has learned, have no score that
    promises anything.
    """
    found = {}
    for column, head in enumerate(HEADS):
        heads = [getattr(result, head) for result in results]
        rated = [
            place
            for place, (result, own) in enumerate(zip(results, heads, strict=True))
            if own is not None
            and own.in_domain
            and (head != "answer" or result.source != "fallback")
        ]
        if rated:
            scores = np.array([heads[place].score for place in rated])
            found[head] = reliability(scores, ious.values[rated, column])
    return found
