"""Intervals are as wide as they should be, and as whole videos make them."""

import numpy as np
import pytest

from mutualsl.evaluation.bootstrap import intervals, resampled_means


def independent(count=400, seed=0):
    return np.random.default_rng(seed).normal(50.0, 20.0, (count, 1))


def width(values, groups):
    ((low, high),) = intervals(values, groups)
    assert low <= values.mean() <= high
    return high - low


def test_independent_questions_give_the_textbook_width():
    values = independent()
    textbook = 2 * 1.96 * values.std() / np.sqrt(len(values))
    assert width(values, [str(i) for i in range(400)]) == pytest.approx(textbook, rel=0.1)
    in_forties = [str(i % 40) for i in range(400)]  # chance groups tell nothing
    assert width(values, in_forties) == pytest.approx(textbook, rel=0.35)


def test_questions_that_agree_within_a_video_widen_it():
    values = np.repeat(independent(40), 10, axis=0)
    single = width(values, [str(i) for i in range(400)])
    by_video = width(values, [str(i // 10) for i in range(400)])
    assert by_video == pytest.approx(np.sqrt(10) * single, rel=0.25)


def test_a_resample_is_the_mean_over_all_questions_of_the_drawn_groups():
    values = np.array([[0.0], [3.0], [9.0]])
    means = resampled_means(values, ["a", "a", "b"], resamples=200)
    possible = {1.5, 9.0, (0.0 + 3.0 + 9.0) / 3}  # both a, both b, one of each
    assert {round(float(m), 6) for m in means[:, 0]} == possible


def test_the_same_seed_gives_the_same_interval_and_one_group_none():
    values, groups = independent(50), [str(i % 9) for i in range(50)]
    assert intervals(values, groups) == intervals(values, groups)
    assert intervals(values, groups) != intervals(values, groups, seed=1)
    assert intervals(values, ["one"] * 50) is None
    assert intervals(np.zeros((0, 1)), []) is None


def test_columns_are_drawn_together():
    values = independent(60)
    both = intervals(np.concatenate([values, 2 * values], axis=1), [str(i) for i in range(60)])
    assert both[1] == pytest.approx([2 * end for end in both[0]])
