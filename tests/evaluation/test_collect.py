"""Runs become one `metrics.json`, unless they were made with other weights."""

import json
import subprocess
from types import SimpleNamespace

import pytest

from mutualsl.evaluation import record
from mutualsl.evaluation.collect import main
from mutualsl.evaluation.record import current_commit, weights_id, write_run
from tests.evaluation.results import control, full_row, heads

ABOUT = {"recipe": "some_recipe", "seeds": [7, 3]}


@pytest.fixture
def checkpoint(tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


@pytest.fixture
def evaluated(tmp_path, checkpoint):
    """Make a folder as `mutualsl evaluate` leaves it."""

    def make(name, dataset="jsonl", data_root="synthetic", **files):
        out = tmp_path / name
        out.mkdir()
        write_run(
            out,
            folder=checkpoint,
            checkpoint=SimpleNamespace(about=ABOUT),
            dataset=dataset,
            data_root=tmp_path / data_root,
            split="test",
            split_set=None,
            read_out="confident",
        )
        for file, content in ({"metrics": heads(1.0, 2.0, 3.0)} | files).items():
            (out / f"{file}.json").write_text(json.dumps(content))
        return out

    return make


def collected(checkpoint, *runs):
    assert main(["--checkpoint", str(checkpoint), *map(str, runs)]) == 0
    return json.loads((checkpoint / "metrics.json").read_text())


def test_a_row_for_each_run_and_the_controls_of_the_one_that_has_them(checkpoint, evaluated):
    controls = {"as asked": control(1.0, 2.0)}
    first = evaluated("a", controls=controls)
    second = evaluated("b", dataset="tutorialvqa", data_root="raw")
    record = collected(checkpoint, first, second)
    assert [row["data"] for row in record["rows"]] == ["synthetic", "tutorialvqa"]
    assert [row["split_set"] for row in record["rows"]] == [None, "official"]  # as released
    assert record["rows"][0]["n"] == 30
    assert record["rows"][0]["textual"]["mIoU"] == 2.0
    assert record["controls"] == controls
    assert (record["seeds"], record["commit"]) == ([7, 3], current_commit())
    assert record["weights"] == weights_id(checkpoint)


def test_a_repository_around_an_installed_package_says_nothing_of_it(tmp_path, monkeypatch):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    author = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    command = ["git", *author, "commit", "-q", "--allow-empty", "-m", "theirs"]
    subprocess.run(command, cwd=tmp_path, check=True)
    package = tmp_path / "site-packages" / "mutualsl" / "evaluation"
    package.mkdir(parents=True)
    monkeypatch.setattr(record, "HERE", package)
    assert current_commit() == "unknown"


def test_a_record_of_other_weights_can_be_kept_elsewhere(checkpoint, evaluated, tmp_path):
    run, out = evaluated("a", metrics=full_row()), tmp_path / "docs" / "official.json"
    assert main(["--checkpoint", str(checkpoint), "--out", str(out), str(run)]) == 0
    record = json.loads(out.read_text())
    assert (record["recipe"], record["seeds"]) == ("some_recipe", [7, 3])
    assert record["rows"][0]["histogram"] == full_row()["histogram"]
    assert record["rows"][0]["intervals"] == full_row()["intervals"]
    assert not (checkpoint / "metrics.json").exists()


def test_a_run_of_an_earlier_version_is_asked_for_again(checkpoint, evaluated, capsys):
    run = evaluated("a")
    about = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({k: v for k, v in about.items() if k != "seeds"}))
    assert main(["--checkpoint", str(checkpoint), str(run)]) == 2
    assert "does not say seeds" in capsys.readouterr().err


def test_a_run_of_before_has_no_recipe(checkpoint, evaluated):
    run = evaluated("a")
    about = json.loads((run / "run.json").read_text())
    del about["recipe"]
    (run / "run.json").write_text(json.dumps(about))
    assert collected(checkpoint, run)["recipe"] is None


def test_no_machine_path_is_kept(checkpoint, evaluated, tmp_path):
    collected(checkpoint, evaluated("a"))
    assert str(tmp_path) not in (checkpoint / "metrics.json").read_text()


def test_runs_of_other_weights_are_refused(checkpoint, evaluated, capsys):
    run = evaluated("a")
    (checkpoint / "model.safetensors").write_bytes(b"trained again")
    assert main(["--checkpoint", str(checkpoint), str(run)]) == 2
    assert "made with weights" in capsys.readouterr().err
    assert not (checkpoint / "metrics.json").exists()


def test_an_unfinished_run_is_refused(checkpoint, evaluated, capsys):
    run = evaluated("a")
    (run / "metrics.json").unlink()
    assert main(["--checkpoint", str(checkpoint), str(run)]) == 2
    assert "mutualsl evaluate" in capsys.readouterr().err
