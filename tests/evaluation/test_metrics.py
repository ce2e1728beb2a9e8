import pytest

from mutualsl.evaluation.metrics import score
from mutualsl.spans import Span


def test_thresholds_are_inclusive_and_iou_is_averaged():
    gold = Span(0.0, 10.0)
    metrics = score([Span(0.0, 3.0), Span(0.0, 10.0), None, Span(5.0, 1.0)], [gold] * 4)
    assert metrics["R1@0.3"] == 50.0 and metrics["R1@0.5"] == 25.0
    assert metrics["mIoU"] == pytest.approx(100 * 1.3 / 4)
    assert metrics["n"] == 4 and metrics["n_answered"] == 3
