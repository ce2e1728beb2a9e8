"""A table from nothing, again, after a stop, and with what cannot be run."""

import json
import time

import pytest

from mutualsl.errors import UnknownName
from mutualsl.evaluation.predictions import read_predictions
from mutualsl.reproduce import publish
from mutualsl.reproduce.budget import Budget
from mutualsl.reproduce.plan import DATA, TABLES
from mutualsl.reproduce.work import NO_TIME, Reproduction
from mutualsl.training.recipes import RECIPES
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
        assert found[key]["parameters"] > 1000 and found[key]["training_second"]["mean"] > 0

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
    assert make.trained == ["mutualsl_synthetic_mutual-false, 0"]
    rows = cells(ablation)
    textual = rows["textual predictor with transfer", "synthetic", None]
    assert textual["scores"] == found["MutualSL", "synthetic", None]["scores"]
    assert rows["visual predictor with transfer", *TUTORIAL]["missing"] == "needs videos"

    figure = make("figure3")
    assert make.trained == []
    (drawn,) = [cell for cell in figure["cells"] if cell.get("curves")]
    assert drawn["data"] == "synthetic" and len(drawn["curves"]["at"]) == 6

    page = publish.write(record, make.out)
    assert "### tutorialvqa, official, test" in page and "43.48" in page
    assert str(root) not in page and str(make.out) not in page
    assert json.loads((make.out / "table1.json").read_text()) == record


def test_without_time_nothing_is_begun_and_all_is_said(make):
    found = cells(make("table1", Budget(0.0)))
    assert make.trained == []
    assert found["MoR", "synthetic", None]["not_run"] == {"0": NO_TIME}


def test_a_training_that_is_stopped_is_scored_and_goes_on(make, recipes):
    for name in set(recipes) - {"vptsl_tutorialvqa"}:
        del recipes[name]
    budget = Budget(60)
    budget.deadline = lambda left, workers: time.monotonic()  # over before the first step
    stopped = cells(make("table1", budget))["VPTSL", *TUTORIAL]
    assert stopped["stopped"] == {"0": "only, epoch 1 of 2"}
    assert stopped["seeds"] == [0] and "mIoU" in stopped["scores"]
    finished = cells(make("table1"))["VPTSL", *TUTORIAL]
    assert make.trained == ["vptsl_tutorialvqa, 0"]
    assert finished["stopped"] == {}
    assert finished["training_second"]["mean"] > stopped["training_second"]["mean"]


def test_a_run_by_another_recipe_is_not_taken_for_this_one(make, recipes):
    for name in set(recipes) - {"mor_synthetic", "mutualsl_synthetic"}:
        del recipes[name]
    make("table1")
    before = recipes["mutualsl_synthetic"]()
    changed = {**before.sizes, "width": 24}
    recipes["mutualsl_synthetic"] = lambda: type(before)(**{**vars(before), "sizes": changed})
    found = cells(make("table1"))["MutualSL", "synthetic", None]
    assert found["seeds"] == [] and "other settings" in found["not_run"]["0"]
    assert str(make.out) not in found["not_run"]["0"]


def test_answers_to_other_questions_are_given_again(make, recipes):
    for name in set(recipes) - {"mor_synthetic"}:
        del recipes[name]
    make("table1")
    (path,) = (make.out / "runs").rglob("predictions.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[1:]))
    make("table1")
    assert (make.trained, make.answered) == ([], ["mor_synthetic, 0"])
    assert len(path.read_text().splitlines()) == len(lines)


def test_an_unknown_table_is_refused(root, tmp_path):
    work = Reproduction(table="table9", root=root, out=tmp_path, visual=VISUAL)
    with pytest.raises(UnknownName, match="figure3, table1, table2"):
        work.make(Budget(None))


def test_every_recipe_of_a_table_trains_its_model_on_its_data():
    for row in TABLES["table1"]:
        for data in DATA:
            if (name := data.recipe(row.model)) in RECIPES:
                run = RECIPES[name]()
                assert (run.model, run.name.replace("-", "_")) == (row.model, name)
                parts = {(part.dataset, part.split_set) for s in run.stages for part in s.parts}
                assert parts == {(data.name, data.split_set)}


def test_the_time_is_divided_and_what_is_not_used_goes_to_the_others():
    budget = Budget(1.0)
    assert budget.deadline(4) - time.monotonic() == pytest.approx(0.75 * 15, abs=0.5)
    assert budget.deadline(1) - time.monotonic() == pytest.approx(0.75 * 60, abs=0.5)
    assert budget.deadline(4, 2) - time.monotonic() == pytest.approx(0.75 * 30, abs=0.5)
    assert budget.deadline(1, 2) - time.monotonic() == pytest.approx(0.75 * 60, abs=0.5)
    assert not budget.spent and Budget(0.0).spent
    assert Budget(None).deadline(1) is None and not Budget(None).spent


def test_two_at_a_time_answer_as_one_after_the_other(make, recipes):
    for name in set(recipes) - {"mor_synthetic", "vptsl_tutorialvqa"}:
        del recipes[name]
    alone = make("table1")["cells"]
    make.out = make.out.parent / "in processes"
    together = make("table1", workers=2)["cells"]
    assert make.trained == []  # not in this process
    for one, two in zip(alone, together, strict=True):
        assert (one["row"], one["seeds"], one.get("scores")) == (
            two["row"], two["seeds"], two.get("scores")
        )  # fmt: skip
