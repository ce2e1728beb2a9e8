"""R@1 at IoU thresholds and mIoU, in percent, over all questions."""

from __future__ import annotations

from collections.abc import Sequence

from mutualsl.spans import Span, iou

THRESHOLDS = (0.3, 0.5, 0.7)
Metrics = dict[str, float]


def score(predictions: Sequence[Span | None], golds: Sequence[Span]) -> Metrics:
    """R1@m (IoU >= m, inclusive) and mIoU, in percent; a missing prediction counts 0.

    IoU is in continuous seconds, averaged per question. `n` is all questions, `n_answered` those
    with a prediction.
    """
    values = [
        0.0 if predicted is None else iou(predicted, gold)
        for predicted, gold in zip(predictions, golds, strict=True)
    ]
    count = max(1, len(values))
    metrics = {f"R1@{m}": 100.0 * sum(v >= m for v in values) / count for m in THRESHOLDS}
    metrics["mIoU"] = 100.0 * sum(values) / count
    metrics["n"] = len(values)
    metrics["n_answered"] = sum(p is not None for p in predictions)
    return metrics
