"""What can be taken away can be used: in a spreadsheet, and as data."""

import csv

import pytest

from mutualsl.data import DATASETS
from mutualsl.errors import DataError
from mutualsl.spans import Span
from mutualsl.ui.analyse.files import write_corrected, write_rows
from mutualsl.ui.analyse.notes import Note
from tests.ui.analyse.values import opened


def test_rows_with_notes_that_no_spreadsheet_runs(tmp_path):
    mine = opened()
    mine.notebook.put("b", Note(("@x",), "=2", Span(1.0, 2.0)))
    write_rows(mine, tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(newline="", encoding="utf-8-sig") as file:
        one, two, _ = csv.DictReader(file)
    assert one["question"] == "'=1+1" and one["tags"] == one["corrected_start"] == ""
    assert (two["tags"], two["note"], two["corrected_end"]) == ("'@x", "'=2", "2.0")


def test_corrected_spans_are_a_data_set(tmp_path):
    mine = opened()
    mine.notebook.put("b", Note(span=Span(1.0, 2.0)))
    mine.notebook.put("c", Note(("no span",)))
    write_corrected(mine, tmp_path / "train.jsonl")
    (example,) = DATASETS["jsonl"].load(tmp_path, "train")
    assert (example.sample_id, example.video.video_id) == ("b", "two")
    assert (example.question, example.gold) == ("<b>Why?</b>", Span(1.0, 2.0))
    assert example.video.duration_second == 100.0


def test_nothing_corrected_is_said(tmp_path):
    with pytest.raises(DataError, match="no span has been corrected"):
        write_corrected(opened(), tmp_path / "x.jsonl")
    assert not (tmp_path / "x.jsonl").exists()
