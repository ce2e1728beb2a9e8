import json
import math

import pytest
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from mutualsl.checkpoint import Checkpoint, VisualSource, load_model, save_checkpoint
from mutualsl.errors import CheckpointError, UnknownName
from mutualsl.weights import DIGEST
from tests import tiny


def saved(folder, seed=0):
    checkpoint = Checkpoint(
        name="mutualsl",
        model=tiny.model(seed),
        tokenizer=tiny.tokenizer(),
        window_tokens=24,
        visual=VisualSource(encoder="mini", fingerprint="mini-x", folder="../visual"),
        about={"trained_on": "nothing"},
    )
    save_checkpoint(checkpoint, folder)
    return checkpoint


def test_a_loaded_model_answers_as_the_saved_one(tmp_path):
    before, after = saved(tmp_path), load_model(tmp_path)
    batch = tiny.collator()([tiny.example()])
    assert after.tokenizer.encode_all(["open the jar"]) == tiny.tokenizer().encode_all(
        ["open the jar"]
    )
    assert after.visual == before.visual and after.model.config == before.model.config
    one, other = before.model.predict(batch)[0], after.model.predict(batch)[0]
    assert one.visual.span == other.visual.span and one.textual.span == other.textual.span
    assert other.visual.score == pytest.approx(one.visual.score, abs=1e-3)


def test_weights_take_sixteen_bits(tmp_path):
    checkpoint = saved(tmp_path)
    size = (tmp_path / "model.safetensors").stat().st_size
    assert size < 2.5 * checkpoint.parameter_count + 20_000


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_said(tmp_path, name):
    saved(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(CheckpointError, match=str(tmp_path)):
        load_model(tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"schema": 99}, {"config": {"row_width": 6}}, {"visual": {}}],
)
def test_a_config_that_does_not_fit_is_said(tmp_path, change):
    saved(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(CheckpointError):
        load_model(tmp_path)


@pytest.mark.parametrize("config", ["[]", '{"name": "mini", "encoder": {}}'])
def test_the_config_of_something_else_is_said(tmp_path, config):
    saved(tmp_path)
    (tmp_path / "config.json").write_text(config)
    with pytest.raises(CheckpointError, match="describes no localizer.*visual encoder"):
        load_model(tmp_path)


def test_damaged_weights_are_said(tmp_path):
    saved(tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:500])
    with pytest.raises(CheckpointError, match="fetch or train it again"):
        load_model(tmp_path)


def spoil(folder, name, number):
    """Put a number in the middle of some stored weights."""
    path = folder / "model.safetensors"
    with safe_open(path, "pt") as file:
        about = file.metadata()
    weights = load_file(path)
    flat = weights[name].view(-1)
    flat[len(flat) // 2] = number
    save_file(weights, path, about)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *[("visual_predictor.end_lstm.weight_hh_l0", n) for n in (math.nan, math.inf, -math.inf)],
        ("feature_projection.statistics.mean", math.nan),
    ],
)
def test_a_training_that_diverged_is_said(tmp_path, name, number):
    saved(tmp_path)
    spoil(tmp_path, name, number)
    with pytest.raises(CheckpointError, match=f"{name} are not finite.*train it again"):
        load_model(tmp_path)


def test_a_limit_that_nothing_exceeds_is_no_divergence(tmp_path):
    saved(tmp_path)
    assert load_model(tmp_path).model.row_statistics.limit == math.inf


def test_weights_and_config_of_two_savings_are_refused(tmp_path):
    """As a process leaves them that is killed between the two."""
    saved(tmp_path / "old")
    saved(tmp_path / "new", seed=1)
    (tmp_path / "new" / "model.safetensors").replace(tmp_path / "old" / "model.safetensors")
    with pytest.raises(CheckpointError, match="not saved together"):
        load_model(tmp_path / "old")


def test_a_checkpoint_from_before_the_digest_is_loaded(tmp_path):
    saved(tmp_path)
    config, weights = tmp_path / "config.json", tmp_path / "model.safetensors"
    save_file(load_file(weights), weights)
    with pytest.raises(CheckpointError, match="not saved together"):
        load_model(tmp_path)
    record = json.loads(config.read_text())
    del record[DIGEST]
    config.write_text(json.dumps(record))
    load_model(tmp_path)


def test_an_unknown_model_lists_the_known_ones(tmp_path):
    saved(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "model": "x"}))
    with pytest.raises(UnknownName, match="mutualsl"):
        load_model(tmp_path)


def test_no_training_video_is_a_disjoint_val_or_test_video():
    """The lists a checkpoint carries, against the lists that define the split."""
    from importlib.resources import files
    from pathlib import Path

    splits = json.loads((files("mutualsl") / "data" / "disjoint_splits.json").read_text())
    config = Path(__file__).parent.parent / "checkpoints" / "mutualsl-mini" / "config.json"
    trained = json.loads(config.read_text())["about"]["training_videos"]
    for name, split in splits.items():
        assert set(trained[name]) <= set(split["train"])
        assert not set(trained[name]) & {*split["val"], *split["test"]}
    for name in ("synthetic", "narrations"):
        assert all("-train-" in video for video in trained[name])
