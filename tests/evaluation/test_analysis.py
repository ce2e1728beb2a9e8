import codecs
import csv

import pytest

from mutualsl.evaluation.analysis import analyse, write_csv
from mutualsl.evaluation.compare import compare
from mutualsl.evaluation.predictions import from_row
from tests.evaluation.rows import head, random_rows, row


def read(rows):
    return [from_row(made, "here") for made in rows]


@pytest.fixture(scope="module")
def analysis():
    return analyse(read(random_rows(80)))


def test_every_question_is_a_row_in_the_order_of_the_file(analysis):
    rows = list(analysis.rows())
    assert [r["sample_id"] for r in rows] == [r.sample_id for r in analysis.results]
    for made, result in zip(rows, analysis.results, strict=True):
        assert (made["visual_iou"] is None) == (result.visual is None)
        assert made["answer_start"] == result.answer.span.start_second


def test_classes_are_counted(analysis):
    for name in ("visual", "textual", "answer"):
        counts = analysis.class_counts(name)
        assert sum(counts.values()) == 80 and min(counts.values()) > 0


def test_ceilings_over_the_questions_where_they_are_known():
    rows = [
        row("a", ceilings={"cues": 0.5, "rows": 0.9}, textual=head((10.0, 15.0), 0.5, [(10, 20)])),
        row("b", ceilings={"cues": None, "rows": 0.7}, visual=head((10.0, 20.0))),
    ]
    found = analyse(read(rows)).ceilings()
    assert found == pytest.approx(
        {"cue edges": 50.0, "row edges": 80.0, "oracle": 75.0, "oracle@5": 100.0}
    )
    assert analyse(read([row()])).ceilings().keys() == {"oracle", "oracle@5"}


def test_the_table_can_be_read_back_and_runs_nothing(tmp_path):
    rows = [
        row("q1", question='=HYPERLINK("x")', textual=head((10.0, 20.0))),
        row("q2", kind="\t=1", question='two\nlines, and a "quote"'),
    ]
    write_csv(analyse(read(rows)), tmp_path / "q.csv")
    assert (tmp_path / "q.csv").read_bytes().startswith(codecs.BOM_UTF8)  # or Excel guesses
    with (tmp_path / "q.csv").open(newline="", encoding="utf-8-sig") as file:
        one, other = csv.DictReader(file)
    assert other["kind"] == "'\t=1"
    assert one["question"] == '\'=HYPERLINK("x")' and other["question"] == rows[1]["question"]
    assert one["textual_error"] == "right" and other["answer_error"] == "fallback"
    assert other["textual_iou"] == ""


def test_what_another_run_answered_comes_last(analysis, tmp_path):
    second = read(random_rows(80))
    write_csv(analysis, tmp_path / "alone.csv")
    write_csv(analysis, tmp_path / "both.csv", compared=compare(analysis.results, second))
    (alone, *_), (head_of_both, first, *_) = (
        list(csv.reader((tmp_path / name).open(newline="", encoding="utf-8-sig")))
        for name in ("alone.csv", "both.csv")
    )
    assert head_of_both[: len(alone)] == alone
    assert head_of_both[len(alone)] == "b_source" and head_of_both[-1] == "change"
    assert "b_answer length" not in head_of_both and "b_textual_in_domain" in head_of_both
    row_of_both = dict(zip(head_of_both, first, strict=True))
    assert row_of_both["b_answer_iou"] == row_of_both["answer_iou"]
    assert float(row_of_both["change"]) == 0.0
