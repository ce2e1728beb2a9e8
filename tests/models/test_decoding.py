import math

import pytest
import torch

from mutualsl.errors import MutualSLError
from mutualsl.models.base import calibrated
from mutualsl.models.decoding import beyond_chance, decode_span
from mutualsl.models.losses import SpanLogits
from mutualsl.models.statistics import ScoreCalibration
from mutualsl.spans import Span, iou

SECONDS = torch.arange(10.0)


def decode(logits, top_k=5):
    return decode_span(
        logits,
        SECONDS,
        SECONDS + 1,
        lambda starts, ends: (SECONDS[starts], SECONDS[ends] + 1),
        top_k=top_k,
    )


def joint(masses):
    """Scores whose spans have these probabilities."""
    pair = torch.full((1, 10, 10), -20.0)
    for (start, end), mass in masses.items():
        pair[0, start, end] = torch.tensor(mass).log()
    return SpanLogits(torch.zeros(1, 10), torch.zeros(1, 10), pair)


def test_many_spans_that_agree_outweigh_the_single_most_probable_one():
    logits = joint({(0, 1): 0.4, (4, 8): 0.3, (5, 8): 0.3})
    assert [index.item() for index in logits.best()] == [0, 1]
    assert decode(logits).span in (Span(4.0, 9.0), Span(5.0, 9.0))


def test_a_certain_span_is_the_answer_with_full_confidence():
    logits = joint({(3, 6): 1.0})
    prediction = decode(logits)
    assert prediction.span == Span(3.0, 7.0)
    assert prediction.score > 0.99


@pytest.mark.parametrize("odd", [math.nan, math.inf])
@pytest.mark.parametrize("pair", [None, torch.zeros(1, 10, 10)], ids=["edges", "pairs"])
def test_scores_that_overflowed_are_said(odd, pair):
    start = torch.zeros(1, 10)
    start[0, 3] = odd
    with pytest.raises(MutualSLError, match="not finite.*train it again"):
        decode(SpanLogits(start, torch.zeros(1, 10), pair))


def test_the_span_has_the_highest_expected_iou_of_all():
    torch.manual_seed(0)
    logits = SpanLogits(torch.randn(1, 10), torch.randn(1, 10), torch.randn(1, 10, 10))
    mass = logits.joint_log_probs()[0].exp()
    spans = [(i, j) for i in range(10) for j in range(i, 10)]

    def expected(span):
        return sum(float(mass[i, j]) * iou(span, Span(float(i), float(j + 1))) for i, j in spans)

    best = max(expected(Span(float(i), float(j + 1))) for i, j in spans)
    prediction = decode(logits)
    assert expected(prediction.span) == pytest.approx(best, abs=1e-5)
    ratios = [expected(c.span) / best for c in prediction.candidates]
    scores = [c.score / prediction.score for c in prediction.candidates]
    assert scores == pytest.approx(ratios, abs=1e-4)


def test_candidates_differ_and_fall():
    torch.manual_seed(1)
    prediction = decode(SpanLogits(torch.randn(1, 10), torch.randn(1, 10)), top_k=4)
    spans = [c.span for c in prediction.candidates]
    assert spans[0] == prediction.span and 1 < len(spans) <= 4
    assert all(iou(a, b) < 0.5 for i, a in enumerate(spans) for b in spans[:i])


def test_curves_are_the_chances_of_each_start_and_end():
    logits = joint({(0, 1): 0.25, (4, 8): 0.5, (4, 6): 0.25})
    prediction = decode(logits)
    assert prediction.start_curve[[0, 4], 1] == pytest.approx([0.25, 0.75], abs=1e-3)
    assert prediction.end_curve[[1, 6, 8], 1] == pytest.approx([0.25, 0.25, 0.5], abs=1e-3)
    assert prediction.end_curve[8, 0] == 9.0


def test_confidence_is_what_lies_beyond_chance():
    found = beyond_chance(
        torch.tensor(0.56), torch.arange(20.0), torch.arange(1.0, 21), Span(4, 13)
    )
    chance = 5 / 20 * 5 / 20  # five starts and five ends lie within 2.25 s
    assert found.item() == pytest.approx((0.56 - chance) / (1 - chance))


def test_the_only_cue_there_is_gives_no_confidence():
    one = torch.zeros(1)
    assert beyond_chance(torch.tensor(1.0), one, one + 1, Span(0.0, 1.0)).item() == 0.0


def test_calibration_keeps_the_order_of_candidates():
    torch.manual_seed(1)
    raw = decode(SpanLogits(torch.randn(1, 10), torch.randn(1, 10)))
    other = decode(joint({(2, 5): 1.0}))
    calibration = ScoreCalibration()
    for result in (calibrated(raw, calibration, None), calibrated(raw, calibration, other)):
        scores = [c.score for c in result.candidates]
        assert scores == sorted(scores, reverse=True) and scores[0] == result.score
        assert [c.span for c in result.candidates] == [c.span for c in raw.candidates]


def test_the_other_predictor_is_asked_how_sure_it_is_and_whether_it_agrees():
    calibration = ScoreCalibration()
    calibration.beside.copy_(torch.tensor([0.0, 0.0, 2.0, 0.0]))
    one, far = decode(joint({(2, 5): 1.0})), decode(joint({(8, 9): 1.0}))
    assert calibrated(one, calibration, one).score == pytest.approx(1 / (1 + math.exp(-2.0)))
    assert calibrated(one, calibration, far).score == pytest.approx(0.5)
