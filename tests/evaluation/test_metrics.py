"""R@1 and mIoU as the papers compute them."""

import random

import numpy as np
import pytest

from mutualsl.evaluation.distributions import reliability
from mutualsl.evaluation.ious import of_spans
from mutualsl.evaluation.metrics import summarise
from mutualsl.spans import Span, iou


def score(spans, golds):
    """Metrics of spans in a video that holds all of them."""
    answered = sum(span is not None for span in spans)
    return summarise(of_spans(spans, golds, [100.0] * len(golds)), answered)


def test_thresholds_are_inclusive_and_iou_is_averaged():
    gold = Span(0.0, 10.0)
    metrics = score([Span(0.0, 3.0), Span(0.0, 10.0), None, Span(5.0, 1.0)], [gold] * 4)
    assert metrics["R1@0.3"] == 50.0 and metrics["R1@0.5"] == 25.0
    assert metrics["mIoU"] == pytest.approx(100 * 1.3 / 4)
    assert metrics["n"] == 4 and metrics["n_answered"] == 3


@pytest.mark.parametrize("tenths", [3, 5, 7])
def test_a_tie_reaches_its_threshold_however_it_was_rounded(tenths):
    """Of 1.1 to 2.1 s, 1.1 to 1.4 s is 0.3: in binary, a little less."""
    starts = [n / 10 for n in range(1, 400)]
    golds = [Span(start, round(start + 1.0, 1)) for start in starts]
    spans = [Span(start, round(start + tenths / 10, 1)) for start in starts]
    ious = of_spans(spans, golds, [100.0] * len(golds))
    assert (ious < tenths / 10).any()
    assert score(spans, golds)[f"R1@{tenths / 10}"] == 100.0
    hits = reliability(np.full(len(ious), 0.95), ious)["hits"][-1]
    assert hits == float(tenths >= 5)
    short = [span._replace(end_second=span.end_second - 1e-3) for span in spans]
    assert score(short, golds)[f"R1@{tenths / 10}"] == 0.0


@pytest.mark.parametrize(
    ("predicted", "gold", "expected"),
    [
        ((0, 10), (5, 15), 1 / 3),
        ((0, 10), (10, 20), 0.0),  # touching
        ((15, 5), (5, 15), 0.0),  # inverted
        ((0, 3), (0, 10), 0.3),
        ((4, 4), (4, 4), 0.0),  # no length
    ],
)
def test_iou_in_continuous_seconds(predicted, gold, expected):
    metrics = score([Span(*predicted)], [Span(*gold)])
    assert metrics["mIoU"] == pytest.approx(100 * expected)
    assert metrics["R1@0.3"] == (100.0 if expected >= 0.3 else 0.0)


def test_many_at_once_equal_one_by_one():
    chance = random.Random(1)

    def span():
        return Span(chance.uniform(0, 30), chance.uniform(0, 30))

    golds = [span() for _ in range(200)]
    given = [span() if chance.random() < 0.9 else None for _ in golds]
    values = [iou(p, g) if p else 0.0 for p, g in zip(given, golds, strict=True)]
    metrics = score(given, golds)
    assert metrics["mIoU"] == pytest.approx(100 * sum(values) / 200)
    for limit in (0.3, 0.5, 0.7):
        assert metrics[f"R1@{limit}"] == 100 * sum(v >= limit for v in values) / 200
    assert metrics["n_answered"] == sum(p is not None for p in given)


def test_no_questions_are_no_error():
    assert score([], []) == {"R1@0.3": 0, "R1@0.5": 0, "R1@0.7": 0, "mIoU": 0} | {
        "n": 0,
        "n_answered": 0,
    }
