"""The report: self-contained, safe against what a question may hold, and it works in a browser."""

import re

import pytest

from mutualsl.evaluation.analysis import analyse
from mutualsl.evaluation.compare import compare
from mutualsl.evaluation.predictions import from_row
from mutualsl.evaluation.report.analysis_page import analysis_page
from tests.evaluation.report.test_question_table import data_of
from tests.evaluation.rows import head, random_rows, row

HOSTILE = "</script><img src=x onerror=alert(1)>&amp;"


def read(rows):
    return [from_row(made, "here") for made in rows]


def test_what_a_question_holds_stays_text():
    made = row(question=HOSTILE, textual=head((1.0, 2.0)))
    page = analysis_page(analyse(read([made])), HOSTILE)
    assert "<img" not in page
    assert data_of(page, "rows")[0][0] == HOSTILE


def test_nothing_is_fetched():
    page = analysis_page(analyse(read(random_rows(20))), "a run")
    links = set(re.findall(r"https?://[^\s\"'<]+", page))
    assert links <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(link|img|iframe)|<script[^>]*src=", page)


def test_two_files_are_compared():
    one, other = read(random_rows(40)), read(random_rows(40))
    assert "Beside the other file" in analysis_page(analyse(one), "a", compare(one, other))
    assert "Beside the other file" not in analysis_page(analyse(one), "a")


def test_ceilings_are_said_where_they_are_known():
    known = row(ceilings={"cues": 0.5, "rows": 0.9}, textual=head((10.0, 20.0)))
    other = row("q2", ceilings={"cues": None, "rows": 0.7})
    page = analysis_page(analyse(read([known, other])), "a run")
    for name, value in (("cue edges", 50.0), ("row edges", 80.0), ("oracle", 50.0)):
        assert f"<td>{name}</td><td>{value}</td>" in page
    assert "cue edges" not in analysis_page(analyse(read([row()])), "a run")


@pytest.mark.parametrize("made", [row(), row(visual=head((1.0, 2.0)))])
def test_a_single_question_is_enough(made):
    assert "Questions: 1. Videos: 1." in analysis_page(analyse(read([made])), "one")
