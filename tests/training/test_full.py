"""The recipes of the paper's own size, made tiny, from files of feature rows to metrics."""

import json

import numpy as np
import pytest
from safetensors.torch import load_file

from mutualsl import AnswerLocalizer
from mutualsl.cli import main
from mutualsl.errors import DataError
from mutualsl.features.files import write_rows
from mutualsl.models.profiles import profile
from mutualsl.subtitles import Cue, write_subtitles
from mutualsl.training.full import FULL_RECIPES, LARGE
from mutualsl.training.recipes import RECIPES
from mutualsl.training.run import run
from tests import text_encoders
from tests.demo import ROOT
from tests.training.processes import several

VISUAL = ROOT / "checkpoints" / "visual-mini"
SECONDS, CUES = 20, 5
SMALL = ("width=16", "heads=2", "epochs=2", "new_lr=1e-3", "log_every=1")
PROFILES = {"paper_medvidqa": "literal", "released_medvidqa": "released"}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """MedVidQA in layout `jsonl`: no videos, but rows of I3D and subtitles."""
    root = tmp_path_factory.mktemp("data")
    folder = root / "medvidqa"
    chance = np.random.default_rng(0)
    for split, videos in (("train", ("a", "b", "c")), ("val", ("d", "e"))):
        for name in videos:
            rows = chance.random((SECONDS, 1024), dtype=np.float32)
            write_rows(folder / "features" / "i3d" / f"{name}.npz", rows, "i3d-of-this-test")
            cues = [Cue(4.0 * i, 4.0 * i + 3.0, "open the jar now") for i in range(CUES)]
            track = folder / "subtitles" / f"{name}.vtt"
            track.parent.mkdir(exist_ok=True)
            write_subtitles(cues, track)
        questions = [
            {"video_id": name, "question": "how do i turn the lid", "duration": SECONDS,
             "start": 4 * i, "end": 4 * i + 6}
            for name in videos for i in range(2)
        ]  # fmt: skip
        path = folder / "official" / f"{split}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(question) + "\n" for question in questions))
    return root


@pytest.fixture
def large(hub, monkeypatch):
    """In the place of DeBERTa-v3-large, one of its kind with two layers; I3D's weights: nowhere."""
    repository = hub.repository(LARGE)
    text_encoders.language_model("deberta-v2").save_pretrained(repository)
    text_encoders.write_sentencepiece(repository)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return repository


@pytest.mark.parametrize(
    ("recipe", "processes", "step_count"),
    [
        ("paper_medvidqa", 1, 2),
        ("paper_medvidqa", 2, 1),
        ("released_medvidqa", 1, 6),
        ("released_medvidqa", 2, 3),
    ],
)
def test_a_full_recipe_runs_to_the_end_and_both_predictors_answer(
    root, large, recipe, processes, step_count, tmp_path
):
    settings = [word for setting in SMALL for word in ("--set", setting)]
    run = tmp_path / "run"
    command = (
        "train", "--recipe", recipe, "--data-root", root, "--out", run, "--visual", "i3d", *settings
    )  # fmt: skip
    if processes == 1:
        main_ends_with_0(*command)
    else:  # which do not know of what stands in the place of the Hub
        command += ("--set", f"text_encoder={large}")
        several(processes, "-m", "mutualsl", *command, ACCELERATE_USE_CPU="1")
    about = AnswerLocalizer.from_pretrained(run / "checkpoint", "cpu").checkpoint
    config = about.model.config
    expected = profile(PROFILES[recipe])
    assert {name: getattr(config, name) for name in expected} == expected
    assert config.row_width == 1024 and config.trained_heads == ("visual", "textual")
    assert about.about["stopped"] is None and about.about["learned_from"] == ["subtitles", "video"]
    log = [json.loads(line) for line in (run / "together" / "log.jsonl").read_text().splitlines()]
    steps = [line for line in log if "step" in line]
    assert len(steps) == 2 * step_count  # of 4 questions, or of 1
    assert all(np.isfinite(line["visual"]) and np.isfinite(line["textual"]) for line in steps)
    assert load_file(run / "together" / "best.safetensors")

    scores = tmp_path / "scores"
    main_ends_with_0(
        "evaluate", "--dataset", "jsonl", "--data-root", root / "medvidqa", "--split-set",
        "official", "--split", "val", "--checkpoint", run / "checkpoint", "--out", scores,
    )  # fmt: skip
    metrics = json.loads((scores / "metrics.json").read_text())
    for head in ("visual", "textual", "answer"):
        assert metrics[head]["n"] == metrics[head]["n_answered"] == 4
        assert 0.0 <= metrics[head]["mIoU"] <= 100.0


def test_rows_of_another_encoder_are_refused_before_anything_is_read(root, tmp_path):
    with pytest.raises(DataError, match=r"made for rows of i3d.*--visual i3d"):
        run(RECIPES["paper_medvidqa"](), root, tmp_path, VISUAL)


def main_ends_with_0(*arguments):
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert ended.value.code in (None, 0)


def test_settings_are_those_that_are_published():
    for recipe, lr, epochs, questions in (
        ("paper_medvidqa", 1e-5, 15, 4),
        ("released_medvidqa", 8e-6, 16, 1),
    ):
        run = RECIPES[recipe]()
        (stage,) = run.stages
        train = stage.train
        assert (train.text_lr, train.new_lr) == (lr, lr)
        assert (train.epochs, train.max_questions, train.accumulate) == (epochs, questions, 1)
        assert train.warmup_share * epochs == pytest.approx(1.0) and train.fall == "cosine"
        assert train.pool_batches == 12  # of the questions of many videos, not of one
        assert (run.sizes["width"], run.text_encoder) == (1024, LARGE)


def test_the_shipped_weights_have_not_seen_medvidqa():
    of_medvidqa = {name for name in RECIPES if name.endswith("_medvidqa")}
    assert {recipe.__name__ for recipe in FULL_RECIPES} < of_medvidqa
    for name in RECIPES.keys() - of_medvidqa:
        stages = getattr(RECIPES[name](), "stages", ())
        assert all(part.dataset != "medvidqa" for stage in stages for part in stage.parts)
