from dataclasses import replace

import pytest

from mutualsl.training.lessons import HEADS, KINDS, measure
from tests import tiny


def asked():
    return [replace(tiny.example(i), kind=kind) for i, kind in enumerate((*KINDS, "both"))]


def test_a_lesson_that_says_what_gold_says_pulls_the_same_way():
    found = measure(tiny.model(lessons="gold", mutual_weight=0.5), tiny.collator(), asked())
    for head in HEADS:
        assert [found[head][kind]["questions"] for kind in KINDS] == [2, 1, 1]
        for kind in KINDS:
            own = found[head][kind]
            assert own["cosine"] == pytest.approx(1.0, abs=2e-3)
            half = own["gradient_of_gold"] / 2
            assert own["gradient_of_lesson"] == pytest.approx(half, rel=0.01, abs=2e-3)


def test_a_lesson_of_a_teacher_has_its_weight_and_another_direction():
    found = measure(tiny.model(), tiny.collator(), asked())
    each = [found[head][kind] for head in HEADS for kind in KINDS]
    assert all(0.0 <= own["weight"] <= 1.0 for own in each)
    assert any(own["gradient_of_lesson"] > 0 and own["cosine"] < 0.99 for own in each)
