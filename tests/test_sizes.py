"""Absurd sizes are refused before memory is taken; those of real models are not."""

import json

import pytest
import torch
from torch import nn

from mutualsl.checkpoint import load_model
from mutualsl.description import describe
from mutualsl.errors import CheckpointError
from mutualsl.features.mini import MiniEncoder
from mutualsl.models import language_model
from mutualsl.sizes import outline, unfilled
from tests import text_encoders
from tests.demo import ROOT
from tests.tiny_checkpoints import write_models


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"row_width": 10**9}, "numbers, the weights have"),
        ({"text_encoder": {"num_hidden_layers": 10**9}}, "asks for 1,000,000,000 layers"),
        ({"text_encoder": {"num_hidden_layers": 10**30}}, "layers"),
    ],
)
def test_a_config_that_asks_for_too_much_is_refused(tmp_path, change, words):
    model = write_models(tmp_path)
    path = model / "config.json"
    record = json.loads(path.read_text())
    for key, value in change.items():
        inside = isinstance(value, dict)
        record["config"][key] = record["config"][key] | value if inside else value
    path.write_text(json.dumps(record))
    with pytest.raises(CheckpointError, match=words):
        load_model(model)
    assert describe(model).parameter_count > 0  # takes its word for it, and no memory


def test_so_is_one_of_too_many_relations():
    with pytest.raises(ValueError, match="asks for 1,000,000,000 layers"):
        outline({"relations": 10**9}, lambda: pytest.fail("nothing may be built"))


def test_so_is_a_visual_encoder(tmp_path):
    folder = write_models(tmp_path).parent / "visual-a"
    record = json.loads((folder / "config.json").read_text())
    record["encoder"]["channels"] = [10**5] * 4
    (folder / "config.json").write_text(json.dumps(record))
    with pytest.raises(CheckpointError, match="numbers, the weights have"):
        MiniEncoder.from_folder(folder)


@pytest.mark.parametrize("path", sorted(ROOT.glob("checkpoints/*/config.json")), ids=str)
def test_the_shipped_ones_are_loaded(path):
    record = json.loads(path.read_text())
    load = MiniEncoder.from_folder if "encoder" in record else load_model
    load(path.parent)


@pytest.mark.parametrize(
    "build",
    [
        lambda: nn.LSTM(4, 4),
        lambda: language_model.build(text_encoders.config("bert")),
        lambda: language_model.build(text_encoders.config("electra")),
    ],
    ids=["layers", "ours", "transformers"],
)
def test_no_random_numbers_are_drawn_for_what_a_file_fills(build):
    before = torch.get_rng_state()
    with unfilled():
        build()
    assert torch.equal(torch.get_rng_state(), before)
    build()
    assert not torch.equal(torch.get_rng_state(), before)
