"""`mutualsl analyse`: the files it leaves and what it refuses."""

import csv
import json

from tests.command_line import assert_refused, call
from tests.evaluation.rows import random_rows


def written(path, rows):
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_report_and_a_table(tmp_path, capfd):
    path = written(tmp_path / "my run" / "predictions.jsonl", random_rows(30))
    done = call(capfd, "analyse", path, "--out", tmp_path / "out")
    report = tmp_path / "out" / "report.html"
    assert (done.code, done.out, done.err) == (0, f"{report}\n", "")
    assert "Error analysis: my run" in report.read_text()
    with (tmp_path / "out" / "questions.csv").open(newline="", encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == 30


def test_a_folder_whose_name_is_no_text(tmp_path, capfd):
    path = written(tmp_path / "r\udcff" / "p.jsonl", random_rows(3))
    done = call(capfd, "analyse", path, "--out", tmp_path / "out")
    assert (done.code, done.err) == (0, "")
    assert "Error analysis: r?" in (tmp_path / "out" / "report.html").read_text()


def test_two_files(tmp_path, capfd):
    one = written(tmp_path / "one" / "predictions.jsonl", random_rows(30))
    same = call(capfd, "analyse", one, "--compare", one, "--out", tmp_path / "out")
    assert same.code == 0
    assert "+0.0 to +0.0" in (tmp_path / "out" / "report.html").read_text()
    with (tmp_path / "out" / "questions.csv").open(newline="", encoding="utf-8-sig") as file:
        assert {row["change"] for row in csv.DictReader(file)} == {"0.0"}
    other = written(tmp_path / "other" / "predictions.jsonl", random_rows(29))
    refused = call(capfd, "analyse", one, "--compare", other, "--out", tmp_path / "none")
    assert_refused(refused, "not the same questions")
    assert not (tmp_path / "none").exists()


def test_what_is_not_predictions_is_refused(tmp_path, capfd):
    assert_refused(
        call(capfd, "analyse", tmp_path / "none.jsonl", "--out", tmp_path), "no predictions"
    )
    path = written(tmp_path / "run" / "predictions.jsonl", [{"question": "How?"}])
    assert_refused(call(capfd, "analyse", path, "--out", tmp_path / "out"), "line 1", "sample_id")


def test_a_folder_that_cannot_be_written_is_named(tmp_path, capfd):
    path = written(tmp_path / "run" / "predictions.jsonl", random_rows(3))
    assert_refused(call(capfd, "analyse", path, "--out", path), str(path), "another folder")
