"""Every question has one label on every side."""

import pytest

from mutualsl.evaluation import slices
from tests.evaluation.rows import random_rows, results, row


def one(**more):
    return results([row(**more)])[0]


@pytest.mark.parametrize(
    ("end", "label"),
    [(9.99, "0 to 10 s"), (10.0, "10 to 20 s"), (79.0, "40 to 80 s"), (80.0, "80 s and more")],
)
def test_answer_length(end, label):
    assert slices.answer_length(one(gold=(0.0, end))) == label


def test_only_what_lies_in_the_video_counts():
    seen = one(gold=(10.0, 200.0), duration=80.0)
    assert (slices.answer_length(seen), slices.position(seen)) == ("40 to 80 s", "middle third")


@pytest.mark.parametrize(
    ("gold", "label"),
    [
        ((0, 60), "first third"),
        ((0, 70), "middle third"),
        ((60, 80), "last third"),
        ((100, 140), "last third"),
    ],
)
def test_position_of_the_middle(gold, label):
    assert slices.position(one(gold=gold)) == label


@pytest.mark.parametrize(
    ("share", "label"), [(0.0, "none"), (0.01, "part"), (0.995, "full"), (None, "unknown")]
)
def test_subtitle_coverage(share, label):
    assert slices.subtitle_coverage(one(gold_covered=share)) == label


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("What's that?", "what"),
        ("1. HOW do I know what it is", "how"),
        ("if I want to cut it, where do I click", "where"),
        ("Can I somehow whatever", "other"),
        ("", "other"),
    ],
)
def test_question_word(question, word):
    assert slices.question_word(one(question=question)) == word


def test_every_question_is_in_exactly_one_part():
    given = results(random_rows(80, seed=5))
    for name, (_, order) in slices.SLICES.items():
        parts = slices.partition(name, given)
        assert [sum(flags) for flags in zip(*parts.values(), strict=True)] == [1] * 80
        known = [label for label in parts if label in order]
        assert known == [label for label in order if label in parts]
        assert set(parts) <= set(order) or name == "kind"
