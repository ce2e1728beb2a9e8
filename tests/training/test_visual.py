"""The recipe `visual_mini`: one network over a few labelled seconds."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import torch
from accelerate import PartialState

from mutualsl.errors import DataError
from mutualsl.features.mini import MiniConfig, MiniEncoder, MiniNetwork
from mutualsl.training import state, visual
from mutualsl.training.labelled import ATTRIBUTES, LabelledClips, load_clips
from mutualsl.training.recipes import RECIPES
from mutualsl.training.run import run
from mutualsl.training.visual import PICTURES, VisualTrainConfig, train_visual
from tests.demo import ROOT

CONFIG = VisualTrainConfig(
    epochs=3, batch=4, step_share=1.0, encoder=MiniConfig(channels=(4, 4, 8, 8))
)


def clips(seed, count=12):
    chance = np.random.default_rng(seed)
    shape = (count, CONFIG.encoder.rate_hz, 32, 32, 3)
    return LabelledClips(
        videos=[chance.integers(0, 256, shape, dtype=np.uint8)],
        labels=chance.integers(0, 2, (count, len(ATTRIBUTES))),
        names={attribute: ["one", "other"] for attribute in ATTRIBUTES},
    )


def trained(out, config=CONFIG):
    PartialState(cpu=True)
    encoder, accuracy = train_visual(clips(0), clips(1), config, out)
    return encoder.network.state_dict(), accuracy


def log(out):
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


def test_a_run_that_is_stopped_goes_on_bit_for_bit(tmp_path, monkeypatch):
    whole, accuracy = trained(tmp_path / "whole")
    measure, measured = visual._accuracy, []

    def stopped_in_the_second_epoch(*given):
        measured.append(given)
        if len(measured) == 2:
            raise KeyboardInterrupt
        return measure(*given)

    monkeypatch.setattr(visual, "_accuracy", stopped_in_the_second_epoch)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "stopped")
    assert state.read(tmp_path / "stopped").epoch == 1
    monkeypatch.setattr(visual, "_accuracy", measure)
    again, same = trained(tmp_path / "stopped")
    assert accuracy == same and whole.keys() == again.keys()
    for name, value in whole.items():
        assert torch.equal(value, again[name]), name
    assert log(tmp_path / "whole") == log(tmp_path / "stopped")
    epochs = [line["epoch"] for line in log(tmp_path / "whole") if "loss" in line]
    assert epochs == [0, 1, 2]


def test_other_seconds_than_those_it_began_with_are_refused(tmp_path):
    trained(tmp_path)
    (tmp_path / state.FILE_NAME).write_text(
        (tmp_path / state.FILE_NAME).read_text().replace('"done": true', '"done": false')
    )
    with pytest.raises(DataError, match="not what it began with"):
        train_visual(clips(0, count=16), clips(1), CONFIG, tmp_path)


def test_fewer_seconds_than_a_batch_are_refused(tmp_path):
    with pytest.raises(DataError, match="fewer than 400 of 12 seconds"):
        trained(tmp_path, VisualTrainConfig(batch=400, encoder=CONFIG.encoder))


def test_videos_that_are_not_there_are_said(tmp_path):
    folder, encoder = tmp_path / "synthetic", MiniEncoder(CONFIG.encoder, MiniNetwork((4, 4, 8, 8)))
    with pytest.raises(DataError, match="no annotated videos of the split 'val'.*--split val"):
        load_clips(folder, "val", encoder)
    (folder / "annotations").mkdir(parents=True)
    note = {"video_id": "gone", "split": "val", "shots": []}
    (folder / "annotations" / "gone.json").write_text(json.dumps(note))
    with pytest.raises(DataError, match="gone is annotated, but its video is missing"):
        load_clips(folder, "val", encoder)


def test_a_finished_run_is_left_as_it_is(tmp_path):
    (tmp_path / PICTURES).mkdir()
    (tmp_path / PICTURES / state.FILE_NAME).write_text(
        json.dumps({"epoch": 11, "done": True, "folder": "state-11-0"})
    )
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "recipe.json").write_text(json.dumps(asdict(RECIPES["visual_mini"]())))
    run(RECIPES["visual_mini"](), tmp_path / "no data", tmp_path, ROOT, resume=True)
    assert (tmp_path / "config.json").read_text() == "{}"


def test_a_gpu_is_refused_by_what_learns_on_the_cpu(tmp_path):
    with pytest.raises(DataError, match="learns on the CPU; leave --device out"):
        run(RECIPES["visual_mini"](), tmp_path, tmp_path, ROOT, device="cuda")
