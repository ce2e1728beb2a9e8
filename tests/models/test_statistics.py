import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from mutualsl.models.statistics import RowStatistics, ScoreCalibration


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
    stated = torch.tensor([0.6, 0.9]).repeat_interleave(2000)
    seldom = torch.arange(2000) < 200 * torch.tensor([[4], [2]])  # the less sure, the more right
    for other, agreement in ((None, None), (stated.flip(0), torch.full((4000,), 0.5))):
        calibration.fit(stated, seldom.flatten(), other, agreement)
        mean = calibration(stated, other, agreement).mean()
        assert float(mean) == pytest.approx(0.3, abs=0.005)


@pytest.mark.parametrize("count", [1, 5, 30])
def test_few_questions_with_the_same_outcome_make_nothing_certain(count):
    stated, calibration = torch.linspace(0.3, 0.9, count), ScoreCalibration()
    for right in (False, True):
        calibration.fit(stated, torch.full((count,), right))
        expected = (right * count + 1) / (count + 2)
        assert calibration(stated).tolist() == pytest.approx([expected] * count, abs=0.02)


def test_doubt_is_negligible_with_hundreds_of_questions():
    torch.manual_seed(0)
    stated, calibration = torch.rand(300), ScoreCalibration()
    right = torch.rand(300) < 0.7 * stated + 0.1
    calibration.fit(stated, right)
    assert float(calibration(stated).mean()) == pytest.approx(float(right.float().mean()), abs=2e-3)


def test_row_statistics_standardise_and_measure_distance():
    torch.manual_seed(0)
    rows = torch.randn(5000, 3) @ torch.tensor([[3.0, 0, 0], [2, 1, 0], [0, 0, 0.1]]) + 5
    statistics = RowStatistics(3)
    statistics.fit([rows[:100], rows[100:]])
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
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(statistics.distance(rows[None, :3], mask), usual)


def test_what_the_other_predictor_says_counts_where_there_is_one():
    torch.manual_seed(0)
    own, other, agreement = torch.rand(3, 4000)
    true = torch.sigmoid(own.logit() - 0.8 * other.logit() + 2.0 * agreement - 1.0)
    calibration = ScoreCalibration()
    calibration.fit(own, torch.bernoulli(true), other, agreement)
    assert (calibration(own, other, agreement) - true).abs().mean() < 0.03
    torch.testing.assert_close(calibration(own), own.clamp(1e-4, 1 - 1e-4))  # alone: as before


def test_spans_are_scored_where_they_are_whatever_device_the_model_is_on():
    with FakeTensorMode():  # shapes and devices without data, so that CUDA need not be there
        calibration, score = ScoreCalibration(), torch.empty(())
        for name in ("alone", "beside"):
            calibration._buffers[name] = torch.empty(4, device="cuda")
        assert calibration.alone.device.type == "cuda"
        assert calibration(score).device.type == "cpu"
        assert calibration(score, score, score).device.type == "cpu"
