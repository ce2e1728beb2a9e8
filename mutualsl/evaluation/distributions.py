"""What lies behind a mean: how IoU is spread, and whether scores mean what they say."""

from __future__ import annotations

from typing import Any

import numpy as np

from mutualsl.evaluation.metrics import Floats
from mutualsl.spans import reaches

BINS = 10
HIT_IOU = 0.5  # a score is the probability of at least this IoU


def iou_histogram(ious: Floats) -> list[int]:
    """Number of spans without any overlap, then in ten equal bins of IoU above 0, 1 included."""
    counts, _ = np.histogram(ious[ious > 0], bins=BINS, range=(0.0, 1.0))
    return [int((ious <= 0).sum()), *counts.tolist()]


def reliability(scores: Floats, ious: Floats) -> dict[str, Any]:
    """Ten equal bins of score: how many, their mean score and the share with IoU >= 0.5.

    `ece` is the expected calibration error: the mean distance of the two, weighted by count.
    All but the counts lie in [0, 1]; an empty bin has `None`.
    """
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS).tolist()
    score_sums = np.bincount(bins, weights=scores, minlength=BINS)
    hits = np.bincount(bins, weights=reaches(ious, HIT_IOU), minlength=BINS)
    return {
        "n": counts,
        "score": _means(score_sums.tolist(), counts),
        "hits": _means(hits.tolist(), counts),
        "ece": float(np.abs(score_sums - hits).sum() / max(1, len(scores))),
    }


def _means(sums: list[float], counts: list[int]) -> list[float | None]:
    return [total / count if count else None for total, count in zip(sums, counts, strict=True)]
