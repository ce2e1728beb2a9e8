from dataclasses import replace

import pytest

from mutualsl.training.lessons import HEADS, KINDS, main, measure
from tests import tiny
from tests.tiny_checkpoints import write_model


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
    model = tiny.model()
    found = measure(model, tiny.collator(), asked())
    batch = tiny.collator()([e for e in asked() if e.kind == "both"])
    logged = model.logs(model(batch), batch)
    for head, name in (("visual", "textual_to_visual"), ("textual", "visual_to_textual")):
        assert found[head]["both"]["weight"] == pytest.approx(logged[f"weight_{name}"], abs=1e-3)
    each = [found[head][kind] for head in HEADS for kind in KINDS]
    assert any(own["gradient_of_lesson"] > 0 and own["cosine"] < 0.99 for own in each)


def test_a_kind_that_is_not_asked_about_is_left_out():
    found = measure(tiny.model(), tiny.collator(), [e for e in asked() if e.kind != "shown"])
    assert list(found["visual"]) == list(found["textual"]) == ["both", "spoken"]


def test_weights_that_learned_without_transfer_have_no_lessons(tmp_path, capfd):
    folder = write_model(tmp_path / "alone", "alone", 0, "visual", "mini-x", mutual=False)
    arguments = [folder, "--data-root", tmp_path, "--out", tmp_path / "out.json"]
    assert main([str(each) for each in arguments]) == 2
    assert "no MutualSL that learned by mutual transfer" in capfd.readouterr().err
