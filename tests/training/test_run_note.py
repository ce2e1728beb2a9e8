"""Which run a note is of."""

import json
from dataclasses import replace

import pytest
import torch

from mutualsl.errors import DataError
from mutualsl.training.recipes import RECIPES
from mutualsl.training.run_note import NOTE, begin, is_note_of, note_of, note_rows


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


@pytest.mark.parametrize("made", ["checkpoint/config.json", "config.json", "looking/progress.json"])
def test_what_a_run_has_made_is_not_written_over(tmp_path, made):
    run, other = RECIPES["mor_synthetic"](), RECIPES["vslnet_synthetic"]()
    cpu = torch.device("cpu")
    begin(other, tmp_path, resume=False, device=cpu)  # it fails before it has made anything
    begin(run, tmp_path, resume=False, device=cpu)
    (tmp_path / made).parent.mkdir(exist_ok=True)
    (tmp_path / made).write_text("{}")
    with pytest.raises(DataError, match="holds a run already"):
        begin(run, tmp_path, resume=False, device=cpu)
    with pytest.raises(DataError, match="other settings"):
        begin(other, tmp_path, resume=True, device=cpu)
    begin(run, tmp_path, resume=True, device=cpu)
    (tmp_path / NOTE).unlink()
    with pytest.raises(DataError, match="other settings"):
        begin(run, tmp_path, resume=True, device=cpu)


def test_a_run_goes_on_with_the_rows_it_began_with(tmp_path):
    note_rows(tmp_path, "mini-1")
    note_rows(tmp_path, "mini-2")  # nothing had been made of the first
    (tmp_path / "config.json").write_text("{}")
    note_rows(tmp_path, "mini-2")
    with pytest.raises(DataError, match="rows of mini-2, --visual makes those of mini-1"):
        note_rows(tmp_path, "mini-1")


def test_published_weights_may_come_while_a_run_is_not_finished(tmp_path):
    note_rows(tmp_path, "i3d")  # its rows are in files
    (tmp_path / "config.json").write_text("{}")
    note_rows(tmp_path, "i3d-0123456789abcdef")
    note_rows(tmp_path, "i3d")
    with pytest.raises(DataError, match="reads rows of i3d"):
        note_rows(tmp_path, "mini-1")
