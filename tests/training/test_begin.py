"""Which run a note is of."""

import json
from dataclasses import replace

import pytest

from mutualsl.training.begin import is_note_of, note_of
from mutualsl.training.recipes import RECIPES


@pytest.mark.parametrize("recipe", ["visual_mini", "mutualsl_official", "released_medvidqa"])
def test_a_note_is_of_its_run_alone(recipe):
    run = RECIPES[recipe]()
    assert is_note_of(note_of(run), run)
    others = (RECIPES[name]() for name in RECIPES if name != recipe)
    assert not any(is_note_of(note_of(other), run) for other in others)


def test_a_setting_that_a_note_lacks_came_later_and_had_its_default():
    run = RECIPES["vptsl_synthetic"]()
    (stage,) = run.stages
    note = json.loads(note_of(run))
    del note["stages"][0]["train"]["fall"], note["stages"][0]["parts"][0]["held_out"]
    assert is_note_of(json.dumps(note), run)
    falling = replace(stage, train=replace(stage.train, fall="cosine"))
    assert not is_note_of(json.dumps(note), replace(run, stages=(falling,)))
    assert not is_note_of(json.dumps(note | {"gone": 1}), run)
    del note["name"]  # which has no default
    assert not is_note_of(json.dumps(note), run)


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_what_is_no_note_is_of_no_run(text):
    assert not is_note_of(text, RECIPES["mutualsl_clean_synthetic"]())
