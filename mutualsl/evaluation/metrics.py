"""R@1 at IoU thresholds and mIoU, in percent, over all questions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mutualsl.spans import reaches

THRESHOLDS = (0.3, 0.5, 0.7)
COLUMNS = (*(f"R1@{m}" for m in THRESHOLDS), "mIoU")
Metrics = dict[str, float]
Floats = npt.NDArray[np.float64]


def summarise(ious: Floats, n_answered: int) -> Metrics:
    """R1@m (IoU >= m, inclusive) and mIoU of one predictor, from the IoU (n,) of every question.

    `n` is all questions, `n_answered` those with a prediction; one that is missing counts 0.
    """
    means = columns(ious).sum(axis=0) / max(1, len(ious))
    metrics: Metrics = dict(zip(COLUMNS, means.tolist(), strict=True))
    return {**metrics, "n": len(ious), "n_answered": n_answered}


def columns(ious: Floats) -> Floats:
    """What `COLUMNS` averages, (n,) -> (n, 4): 100 where a threshold is reached, IoU in percent."""
    reached = [reaches(ious, threshold) for threshold in THRESHOLDS]
    return 100.0 * np.stack([*reached, ious], axis=1)
