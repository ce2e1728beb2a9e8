import pytest
import torch

from mutualsl.models.decoding import confidence
from mutualsl.models.losses import SpanLogits
from mutualsl.models.statistics import RowStatistics, ScoreCalibration
from mutualsl.spans import Span


def test_calibration_recovers_how_often_the_model_is_right():
    torch.manual_seed(0)
    stated = torch.rand(4000) * 0.98 + 0.01
    true = torch.sigmoid(0.5 * stated.logit() - 1.0)
    calibration = ScoreCalibration()
    calibration.fit(stated, torch.bernoulli(true))
    assert (calibration(stated) - true).abs().max() < 0.06


def test_a_useless_confidence_becomes_the_base_rate_and_never_falls():
    torch.manual_seed(0)
    stated = torch.rand(4000)
    calibration = ScoreCalibration()
    calibration.fit(stated, torch.bernoulli(1 - stated))
    scores = calibration(torch.tensor([0.1, 0.9]))
    assert scores[0] <= scores[1]


def test_confidence_is_the_mass_near_the_edges_beyond_chance():
    start, end = torch.zeros(20), torch.zeros(20)
    start[[4, 5, 12]] = torch.tensor([0.4, 0.4, 0.2])
    end[[12, 18]] = torch.tensor([0.7, 0.3])
    log_probs = SpanLogits(start.log(), end.log())
    rows = torch.arange(20.0)
    found = confidence(log_probs, rows, rows + 1, Span(4.0, 13.0))
    chance = 5 / 20 * 5 / 20  # five starts and five ends lie within 2.25 s
    assert found.item() == pytest.approx((0.8 * 0.7 - chance) / (1 - chance))


@pytest.mark.parametrize("count", [1, 2, 9])
def test_even_probabilities_give_no_confidence(count):
    """Least of all a single cue, the only one there is to choose."""
    log_probs = SpanLogits(torch.zeros(count), torch.zeros(count)).log_probs()
    seconds = torch.arange(float(count))
    found = confidence(log_probs, seconds, seconds + 1, Span(0.0, 1.0))
    assert found.item() == pytest.approx(0.0, abs=1e-5)


def test_row_statistics_standardise_and_measure_distance():
    torch.manual_seed(0)
    rows = torch.randn(5000, 3) @ torch.tensor([[3.0, 0, 0], [2, 1, 0], [0, 0, 0.1]]) + 5
    statistics = RowStatistics(3)
    statistics.fit(rows)
    standard = statistics.standardise(rows)
    torch.testing.assert_close(standard.mean(0), torch.zeros(3), atol=1e-4, rtol=0)
    torch.testing.assert_close(standard.std(0), torch.ones(3), atol=1e-3, rtol=0)
    mask = torch.tensor([[True, True, False]])
    usual = statistics.distance(rows[None, :3], mask)
    strange = rows[None, :3].clone()
    strange[0, 2] = 1e4  # padding: must not count
    torch.testing.assert_close(statistics.distance(strange, mask), usual)
    strange[0, 0, 2] += 5  # many deviations of the narrow feature
    assert statistics.distance(strange, mask) > 100 * usual
