"""What scores are fitted on: how many questions each curve sees, and what is said of few."""

from dataclasses import replace

import pytest
from accelerate import Accelerator

from mutualsl.spans import Span
from mutualsl.training.calibrate import _is_right, fit_scores
from mutualsl.training.shares import ENOUGH
from mutualsl.training.validate import validate
from tests import tiny

HEADS = ("visual", "textual")


def fitted(model, count):
    return fit_scores(model, tiny.collator(), {"jars": [tiny.example(i) for i in range(count)]})


def test_two_predictors_are_fitted_alone_and_beside_each_other():
    curves = [f"{head} {how}" for head in HEADS for how in ("alone", "beside")]
    assert fitted(tiny.model(), 3) == dict.fromkeys(curves, 3)


@pytest.mark.parametrize("head", HEADS)
def test_a_predictor_that_is_always_alone_counts_each_question_once(head, caplog):
    """Twice the questions would halve the pull to trusting it as it is, and pass for enough."""
    assert fitted(tiny.model(trained_heads=(head,)), ENOUGH - 1) == {f"{head} alone": ENOUGH - 1}
    assert f"as few as {ENOUGH - 1} validation questions" in caplog.text


def test_gold_behind_the_end_of_a_video_is_cut_as_in_the_metrics():
    """For choosing weights, for scores, and for how far the sentence reader is believed."""
    example = tiny.example()
    end_second = example.video.duration_second
    one, other = (
        [replace(example, gold=Span(0.0, end_second + beyond))] * 3 for beyond in (0.0, 40.0)
    )
    model, accelerator = tiny.model(), Accelerator(cpu=True)
    means = [
        validate(model, tiny.collator(), {"jars": asked}, accelerator) for asked in (one, other)
    ]
    assert means[0] == means[1]
    right = [_is_right(Span(0.0, end_second), asked[0]) for asked in (one, other)]
    assert right == [True, True]


def test_a_predictor_beside_pictures_that_are_not_known_is_alone():
    model = tiny.model()
    model.row_statistics.limit.fill_(1e-6)
    assert fitted(model, 3) == {"textual alone": 3}


@pytest.mark.parametrize("count", [0, 2])
def test_scores_that_nothing_can_be_fitted_on_are_warned_of(count, caplog):
    model = tiny.model(trained_heads=("visual",))
    text = tiny.example().video.without_video()
    asked = [replace(tiny.example(), video=text)] * count
    before = model.weights()
    assert fit_scores(model, tiny.collator(), {"jars": asked}) == {}
    assert f"not fitted: none of {count} validation questions" in caplog.text
    assert all(value.equal(before[name]) for name, value in model.weights().items())
