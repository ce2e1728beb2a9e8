"""A table from nothing, again, after a stop, and with what cannot be run."""

import json
import shutil
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from mutualsl.errors import DataError, MutualSLError, UnknownName
from mutualsl.evaluation.predictions import read_predictions
from mutualsl.evaluation.unlearned import REFERENCES
from mutualsl.features import encoder_at
from mutualsl.features.files import write_rows
from mutualsl.reproduce import publish, runs, work
from mutualsl.reproduce.budget import Budget
from mutualsl.reproduce.measured import MEASURED
from mutualsl.reproduce.plan import TABLES, data_of
from mutualsl.reproduce.questions import _contents, read_questions
from mutualsl.reproduce.work import NO_TIME, Reproduction
from mutualsl.training.compared import DATA
from mutualsl.training.recipes import RECIPES
from tests import tiny
from tests.reproduce.conftest import VISUAL

TUTORIAL = ("tutorialvqa", "official")


def cells(record):
    """By row, data set and split set."""
    return {(c["row"], c["data"], c["split_set"]): c for c in record["cells"]}


def test_a_table_is_made_once_and_says_what_is_missing(make, root):
    record = make("table1")
    found = cells(record)
    assert len(found) == len(TABLES["table1"]) * len(DATA)
    assert make.trained == make.answered == [
        "mor_synthetic, 0", "vptsl_tutorialvqa, 0", "mutualsl_synthetic, 0",
        "mutualsl_tutorialvqa, 0",
    ]  # fmt: skip
    scored = [key for key, cell in found.items() if cell["seeds"]]
    assert scored == [
        ("MoR", "synthetic", None), ("VPTSL", *TUTORIAL), ("MutualSL", "synthetic", None),
        ("MutualSL", *TUTORIAL),
    ]  # fmt: skip
    assert found["VPTSL", *TUTORIAL]["without"] == ["video"]
    assert found["MutualSL", "synthetic", None]["without"] == []
    assert found["VPTSL", "synthetic", None]["missing"] == "there is no recipe vptsl_synthetic"
    assert found["VSLNet", *TUTORIAL]["missing"] == "needs videos"
    assert found["MoR", "medvidqa", "official"]["missing"] == "no data: ROOT/medvidqa is not there"
    for key in scored:
        assert found[key]["parameters"] > 1000
        assert found[key]["training_second"]["mean"] > 0 < found[key]["training_cpu_second"]["mean"]

    asked = {(d["data"], d["split_set"]): d for d in record["data"]}
    files = (make.out / "runs").rglob("predictions.jsonl")
    by_data = {}
    for path in files:
        ids = sorted(row.sample_id for row in read_predictions(path))
        by_data.setdefault(path.parent.name, []).append(ids)
    assert {name: len(lists) for name, lists in by_data.items()} == {
        "synthetic-test": 2, "tutorialvqa-official-test": 2,
    }  # fmt: skip
    for lists in by_data.values():
        assert all(ids == lists[0] for ids in lists)
    assert len(by_data["synthetic-test"][0]) == asked["synthetic", None]["n"]
    assert {"random", "whole video"} <= asked["synthetic", None]["references"].keys()

    again = make("table1")
    assert make.trained == make.answered == []
    assert again["cells"] == record["cells"] and again["data"] == record["data"]

    ablation = make("table2")
    assert sorted(make.trained) == [
        "mutualsl_long_synthetic, 0", "mutualsl_untaught_synthetic, 0",
    ]  # fmt: skip
    rows = cells(ablation)
    textual = rows["textual predictor with transfer", "synthetic", None]
    assert textual["scores"] and (textual["epochs"], textual["recipe"]) == (
        [2], "mutualsl_long_synthetic",
    )  # fmt: skip
    assert found["MutualSL", "synthetic", None]["epochs"] == [1]
    assert rows["visual predictor with transfer", *TUTORIAL]["missing"] == "needs videos"

    figure = make("figure3")
    assert make.trained == []
    (drawn,) = [cell for cell in figure["cells"] if cell.get("curves")]
    assert drawn["data"] == "synthetic" and len(drawn["curves"]["at"]) == 6

    page = publish.write(record, make.out)
    assert "### tutorialvqa, official, test" in page and "43.48" in page
    assert str(root) not in page and str(make.out) not in page
    assert json.loads((make.out / "table1.json").read_text()) == record


def only(recipes, *names):
    """Leave no other recipe."""
    for name in set(recipes) - set(names):
        del recipes[name]


def test_a_run_measured_before_is_not_made_again(make, recipes):
    only(recipes, "mutualsl_long_synthetic")
    figure = make("figure3")
    make.measured = make.out / "measured"
    make.out = make.out.parent / "elsewhere"
    assert make("figure3")["cells"] == figure["cells"] and make.trained == []
    assert (make.out / "measured" / "mutualsl_long_synthetic" / "seed-0.json").is_file()

    make("figure3", seeds=2)
    assert make.trained == ["mutualsl_long_synthetic, 1"]


@pytest.mark.parametrize("changed", ["recipe", "questions", "modalities", "training", "nothing"])
def test_a_run_measured_before_counts_for_the_same_recipe_and_questions(make, recipes, changed):
    only(recipes, "mor_synthetic")
    make("table1")
    make.measured = make.out / "measured"
    make.out = make.out.parent / "elsewhere"
    path = make.measured / "mor_synthetic" / "seed-0.json"
    run = json.loads(path.read_text())
    if changed == "recipe":
        run["recipe"]["sizes"]["trees"] += 1
    elif changed == "questions":
        run["questions"] = "others"
    elif changed == "modalities":
        run["learned_from"] = []
    elif changed == "training":
        run["learned_id"] = "others"
    else:
        del run["learned_id"]  # as in files of before it was noted
    path.write_text(json.dumps(run))
    make("table1")
    assert make.trained == ([] if changed == "nothing" else ["mor_synthetic, 0"])


def test_a_finished_run_measured_before_goes_before_one_that_was_stopped(make, recipes):
    only(recipes, "vptsl_tutorialvqa")
    finished = make("table1")
    make.measured = make.out / "measured"
    make.out = make.out.parent / "elsewhere"
    budget = Budget(60)
    budget.deadline = lambda left, workers: time.monotonic()
    earlier, make.measured = make.measured, None
    make("table1", budget)
    make.measured = earlier
    assert make("table1")["cells"] == finished["cells"] and make.trained == []


def test_without_time_nothing_is_begun_and_all_is_said(make):
    found = cells(make("table1", Budget(0.0)))
    assert make.trained == []
    assert found["MoR", "synthetic", None]["not_run"] == {"0": NO_TIME}


def test_a_training_that_is_stopped_is_scored_and_goes_on(make, recipes):
    only(recipes, "vptsl_tutorialvqa")
    budget = Budget(60)
    budget.deadline = lambda left, workers: time.monotonic()  # over before the first step
    stopped = cells(make("table1", budget))["VPTSL", *TUTORIAL]
    assert stopped["stopped"] == {"0": "only, epoch 1 of 2"}
    assert stopped["seeds"] == [0] and "mIoU" in stopped["scores"]
    finished = cells(make("table1"))["VPTSL", *TUTORIAL]
    assert make.trained == ["vptsl_tutorialvqa, 0"]
    assert finished["stopped"] == {}
    assert finished["training_second"]["mean"] > stopped["training_second"]["mean"]


def test_why_a_stopped_run_could_not_go_on_is_said(make, recipes, monkeypatch, caplog):
    only(recipes, "vptsl_tutorialvqa")
    budget = Budget(60)
    budget.deadline = lambda left, workers: time.monotonic()
    make("table1", budget)

    def full(*given, **named):
        raise DataError(f"{make.out}: the state cannot be saved")

    monkeypatch.setattr(runs, "run", full)
    cell = cells(make("table1"))["VPTSL", *TUTORIAL]
    reason = "OUT: the state cannot be saved"
    assert cell["stopped"] == {"0": f"only, epoch 1 of 2; it did not go on: {reason}"}
    assert caplog.messages[-1] == f"vptsl_tutorialvqa, seed 0: {reason}"


def test_a_run_by_another_recipe_is_not_taken_for_this_one(make, recipes):
    only(recipes, "mor_synthetic", "mutualsl_synthetic")
    make("table1")
    before = recipes["mutualsl_synthetic"]()
    changed = {**before.sizes, "width": 24}
    recipes["mutualsl_synthetic"] = lambda: type(before)(**{**vars(before), "sizes": changed})
    found = cells(make("table1"))["MutualSL", "synthetic", None]
    assert found["seeds"] == [] and "other settings" in found["not_run"]["0"]
    assert str(make.out) not in found["not_run"]["0"]


@pytest.fixture
def own_root(make, tmp_path):
    """A copy of the rendered data, to be changed."""
    copy = tmp_path / "copy"
    shutil.copytree(make.root / "synthetic", copy / "synthetic")
    make.root = copy
    return copy / "synthetic"


@pytest.mark.parametrize("changed", ["questions", "subtitles"])
def test_a_run_that_learned_from_other_data_is_not_shown_beside_the_new(
    make, recipes, own_root, changed, caplog
):
    only(recipes, "mor_synthetic")
    make("table1")
    if changed == "questions":
        lines = (own_root / "train.jsonl").read_text().splitlines(keepends=True)
        (own_root / "train.jsonl").write_text("".join(lines[1:]))
    else:
        reword(next((own_root / "subtitles").glob("*-train-*")))
    cell = cells(make("table1"))["MoR", "synthetic", None]
    assert cell["seeds"] == [] and make.trained == []
    said = "learned from other training questions, answers or subtitles than there are now; remove"
    assert said in cell["not_run"]["0"]
    assert f"mor_synthetic, seed 0: OUT/runs/mor_synthetic/seed-0: this run {said}" in caplog.text
    (make.out / "runs" / "mor_synthetic" / "seed-0" / runs.QUESTIONS).unlink()  # not noted before
    assert cells(make("table1"))["MoR", "synthetic", None]["seeds"] == [0]


def reword(track):
    """Another text, for the same times."""
    track.write_text(track.read_text().replace(" the ", " that "))


def test_a_system_that_only_looks_stays_where_subtitles_were_changed_or_came(
    make, recipes, own_root
):
    config = recipes["vslnet_tutorialvqa"]()
    (stage,) = config.stages
    part = replace(stage.parts[0], dataset="synthetic", split_set=None)
    only(recipes)
    looks = replace(config, stages=(replace(stage, parts=(part,)),))
    recipes["vslnet_synthetic"] = lambda: looks
    track, other = sorted((own_root / "subtitles").glob("*-train-*"))
    text = track.read_text()
    track.unlink()
    before = make("table1")["cells"]
    assert cells({"cells": before})["VSLNet", "synthetic", None]["seeds"] == [0]
    track.write_text(text)
    reword(other)
    assert make("table1")["cells"] == before and make.trained == []
    lines = (own_root / "train.jsonl").read_text().splitlines(keepends=True)
    (own_root / "train.jsonl").write_text("".join(lines[1:]))
    cell = cells(make("table1"))["VSLNet", "synthetic", None]
    assert "other training questions" in cell["not_run"]["0"]


def test_an_estimated_length_that_follows_subtitles_is_none_of_what_is_seen():
    video = tiny.video()
    longer = replace(video, duration_second=video.duration_second + 1)
    for at_least in (False, True):
        ids = [
            _contents([replace(tiny.example(), video=replace(v, at_least=at_least))], False)
            for v in (video, longer)
        ]
        assert (ids[0] == ids[1]) == at_least


def test_no_run_begins_on_training_data_that_was_changed_since_the_command_began(
    make, recipes, own_root, monkeypatch
):
    only(recipes, "mor_synthetic")
    answer = work.SeededRun.answer

    def answer_and_change(self, *given):
        answer(self, *given)
        reword(next((own_root / "subtitles").glob("*-train-*")))

    monkeypatch.setattr(work.SeededRun, "answer", answer_and_change)
    cell = cells(make("table1", seeds=2))["MoR", "synthetic", None]
    said = "ROOT/synthetic: its training data was changed since this command began; start the"
    assert said in cell["not_run"]["1"]
    assert not (make.out / "runs" / "mor_synthetic" / "seed-1").exists()


def test_references_are_measured_again_where_what_they_read_has_changed(
    make, own_root, tmp_path, monkeypatch
):
    measured = []
    monkeypatch.setattr(
        "mutualsl.reproduce.questions.measure",
        lambda train, asked: measured.append(len(train)) or dict.fromkeys(REFERENCES),
    )

    def references():
        read_questions(DATA[0], make.root, "mini").references(tmp_path / "kept.json")
        return len(measured)

    assert (references(), references()) == (1, 1)
    for split in ("train", "test"):
        reword(next((own_root / "subtitles").glob(f"*-{split}-*")))
        assert references() == references() == (2 if split == "train" else 3)
    rows = [json.loads(line) for line in (own_root / "train.jsonl").read_text().splitlines()]
    rows[0]["end"] += 0.5
    (own_root / "train.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert references() == 4


def test_answers_to_other_questions_are_given_again(make, recipes):
    only(recipes, "mor_synthetic")
    make("table1")
    (path,) = (make.out / "runs").rglob("predictions.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[1:]))
    make("table1")
    assert (make.trained, make.answered) == ([], ["mor_synthetic, 0"])
    assert len(path.read_text().splitlines()) == len(lines)


def make_medvidqa(root, *, rows):
    """MedVidQA as published, without videos; `rows` says of which splits there are some."""
    folder = root / "medvidqa"
    (folder / "subtitles").mkdir(parents=True)
    (folder / "features" / "mini").mkdir(parents=True)
    encoder = encoder_at(VISUAL)
    for split, videos in (("train", "abc"), ("val", "d")):
        records = [
            {"sample_id": i, "video_id": video, "question": "how?", "video_length": 12,
             "answer_start_second": i, "answer_end_second": i + 3}
            for video in videos for i in range(3)
        ]  # fmt: skip
        (folder / f"{split}.json").write_text(json.dumps(records))
        for video in videos:
            track = "WEBVTT\n\n00:01.000 --> 00:04.000\nopen the jar\n"
            (folder / "subtitles" / f"{video}.vtt").write_text(track)
            if split in rows:
                values = np.random.default_rng(0).random((12, encoder.row_width))
                path = folder / "features" / "mini" / f"{video}.npz"
                write_rows(path, values, encoder.fingerprint)
    return root


def medvidqa_recipes(recipes, *models):
    """Tiny recipes for MedVidQA alone."""
    made = {name: recipes[f"{name}_tutorialvqa"]() for name in models}
    recipes.clear()
    for name, config in made.items():
        (stage,) = config.stages
        part = replace(stage.parts[0], dataset="medvidqa", held_out=0.5)
        changed = replace(config, stages=(replace(stage, parts=(part,)),))
        recipes[f"{name}_medvidqa"] = lambda changed=changed: changed


MEDVIDQA = ("medvidqa", "official")


def test_feature_rows_fill_cells_as_videos_do(make, recipes, tmp_path):
    medvidqa_recipes(recipes, "vslnet", "mutualsl")
    make.root = make_medvidqa(tmp_path / "data", rows=("train", "val"))
    found = cells(make("table1"))
    assert make.trained == ["vslnet_medvidqa, 0", "mutualsl_medvidqa, 0"]
    for system in ("VSLNet", "MutualSL"):
        cell = found[system, *MEDVIDQA]
        assert cell["seeds"] == [0] and cell["n_answered"] == cell["n"] == 3
        assert cell["without"] == []


@pytest.mark.parametrize(
    ("rows", "missing"),
    [((), "videos"), (("val",), "videos of the train split"),
     (("train",), "videos of the val split")],
)  # fmt: skip
def test_a_cell_says_which_videos_it_needs(make, recipes, tmp_path, rows, missing):
    medvidqa_recipes(recipes, "vslnet")
    make.root = make_medvidqa(tmp_path / "data", rows=rows)
    assert cells(make("table1"))["VSLNet", *MEDVIDQA]["missing"] == f"needs {missing}"
    assert make.trained == []


def test_rows_of_another_encoder_fill_nothing(make, recipes, tmp_path):
    medvidqa_recipes(recipes, "vslnet")
    make.root = make_medvidqa(tmp_path / "data", rows=("train", "val"))
    (make.root / "medvidqa" / "features" / "mini").rename(tmp_path / "i3d")
    (tmp_path / "i3d").rename(make.root / "medvidqa" / "features" / "i3d")
    assert cells(make("table1"))["VSLNet", *MEDVIDQA]["missing"] == "needs videos"


def test_a_run_of_before_the_videos_came_is_not_taken_for_one_with_them(make, recipes, tmp_path):
    medvidqa_recipes(recipes, "mutualsl")
    make.root = make_medvidqa(tmp_path / "text", rows=())
    before = cells(make("table1"))["MutualSL", *MEDVIDQA]
    assert before["without"] == ["video"] and before["seeds"] == [0]
    make.root = make_medvidqa(tmp_path / "both", rows=("train", "val"))
    cell = cells(make("table2"))["visual predictor with transfer", *MEDVIDQA]
    assert cell["seeds"] == [] and "learned without video" in cell["not_run"]["0"]


def test_mor_that_is_stopped_is_scored_and_says_what_it_left_out(make, recipes):
    only(recipes, "mor_synthetic")
    budget = Budget(60)
    budget.deadline = lambda left, workers: time.monotonic()
    stopped = cells(make("table1", budget))["MoR", "synthetic", None]
    assert stopped["stopped"] == {"0": "only, only 2 questions, 1 of 2 trees"}
    assert "mIoU" in stopped["scores"]
    assert cells(make("table1"))["MoR", "synthetic", None]["stopped"] == {}
    assert make.trained == ["mor_synthetic, 0"]


def test_an_unknown_table_is_refused(root, tmp_path):
    work = Reproduction(table="table9", root=root, out=tmp_path, visual=VISUAL)
    with pytest.raises(UnknownName, match="figure3, lessons, profiles, table1, table2"):
        work.make(Budget(None))


@pytest.mark.parametrize("table", ["table1", "table2", "profiles", "lessons"])
def test_every_recipe_of_a_table_trains_its_model_on_its_data(table):
    for row in TABLES[table]:
        for data in data_of(table):
            name = row.recipe(data)
            run = RECIPES[name]()
            assert (run.model, run.name.replace("-", "_")) == (row.model, name)
            parts = {(part.dataset, part.split_set) for s in run.stages for part in s.parts}
            assert parts == {(data.name, data.split_set)}


def test_rows_without_transfer_differ_in_it_alone_on_all_data():
    taught = {row.name: row for row in TABLES["table2"]}
    for head in ("visual", "textual"):
        rows = [taught[f"{head} predictor {how} transfer"] for how in ("with", "without")]
        for data in data_of("table2"):
            with_it, without = (RECIPES[row.recipe(data)]() for row in rows)
            assert "mutual" not in with_it.sizes and without.sizes["mutual"] is False
            assert without.stages == with_it.stages


def test_the_device_that_was_asked_for_trains(make, recipes, monkeypatch):
    only(recipes, "mor_synthetic")
    train, asked = runs.run, []
    monkeypatch.setattr(
        runs, "run", lambda *given, **named: asked.append(named["device"]) or train(*given, **named)
    )
    make("table1")
    assert asked == ["cpu"]


def test_rows_of_another_encoder_make_another_run(make, recipes):
    only(recipes, "mutualsl_synthetic", "mor_synthetic")
    make("table1")
    assert len(make.trained) == 2
    make.measured, make.out = make.out / MEASURED, make.out.parent / "elsewhere"
    files = {path.parent.name: path for path in make.measured.glob("*/seed-0.json")}
    for path in files.values():
        found = json.loads(path.read_text())
        assert found["visual"].startswith("mini-")
        path.write_text(json.dumps(found | {"visual": "i3d-of-somebody"}))
    make("table1")
    assert make.trained == ["mutualsl_synthetic, 0"]  # the other one reads no rows


def test_the_time_is_divided_and_what_is_not_used_goes_to_the_others():
    budget = Budget(1.0)
    assert budget.deadline(4) - time.monotonic() == pytest.approx(0.75 * 15, abs=0.5)
    assert budget.deadline(1) - time.monotonic() == pytest.approx(0.75 * 60, abs=0.5)
    assert budget.deadline(4, 2) - time.monotonic() == pytest.approx(0.75 * 30, abs=0.5)
    assert budget.deadline(1, 2) - time.monotonic() == pytest.approx(0.75 * 60, abs=0.5)
    assert not budget.spent and Budget(0.0).spent
    assert Budget(None).deadline(1) is None and not Budget(None).spent


def test_two_at_a_time_answer_as_one_after_the_other(make, recipes):
    only(recipes, "mor_synthetic", "vptsl_tutorialvqa")
    alone = make("table1")["cells"]
    make.out = make.out.parent / "in processes"
    together = make("table1", workers=2)["cells"]
    assert make.trained == []  # not in this process
    for one, two in zip(alone, together, strict=True):
        assert (one["row"], one["seeds"], one.get("scores")) == (
            two["row"], two["seeds"], two.get("scores")
        )  # fmt: skip


def test_a_system_that_could_learn_from_either_learns_from_nothing_of_neither(tmp_path):
    asked = SimpleNamespace(modalities=set(), lack=lambda needed: f"needs {' and '.join(needed)}")
    work = Reproduction(table="table1", root=tmp_path, out=tmp_path, visual=VISUAL)
    (row,) = (row for row in TABLES["table1"] if row.model == "mutualsl")
    cell = work._cell(row, "mini", DATA[-1], asked)
    assert cell.runs == () and cell.missing == "needs video and subtitles"


def test_a_worker_that_was_ended_is_said(make, monkeypatch):
    ended = Future()
    ended.set_exception(BrokenProcessPool("ended"))
    monkeypatch.setattr(work.ProcessPoolExecutor, "submit", lambda *arguments: ended)
    with pytest.raises(MutualSLError, match="fewer --workers"):
        make("table1", workers=2)
