"""The table of questions: all that the browser needs, and nothing that it would run."""

import html
import json
import re

import pytest

from mutualsl.evaluation.analysis import analyse
from mutualsl.evaluation.report.analysis_page import SCRIPT, read_part
from mutualsl.evaluation.report.question_table import CLASSES, question_table
from mutualsl.evaluation.slices import SLICES, in_order
from tests.evaluation.rows import head, random_rows, results, row


def data_of(page, name):
    return json.loads(html.unescape(re.search(f'data-{name}="(.*?)"', page, re.S)[1]))


def flat(page):
    columns = data_of(page, "columns")
    return [dict(zip(columns, own, strict=True)) for own in data_of(page, "rows")]


def test_every_question_is_there_in_the_order_of_the_file():
    analysis = analyse(results(random_rows(50)))
    page = question_table(analysis)
    for shown, made in zip(flat(page), analysis.rows(), strict=True):
        assert shown["question"] == made["question"] and shown["video"] == made["video_id"]
        assert shown["visual IoU"] == pytest.approx(made["visual_iou"], abs=1.01e-4)
        assert shown["change"] is None
        assert CLASSES[shown["answer error"]] == made["answer_error"]
        for name in SLICES:
            assert in_order(name, analysis.labels[name])[shown[name]] == made[name]


@pytest.mark.parametrize(("end", "shown"), [(14.9996, 0.4999), (15.0, 0.5), (17.0, 0.7)])
def test_no_span_passes_for_right_by_rounding(end, shown):
    page = question_table(analyse(results([row("a", textual=head((10.0, end)))])))
    assert flat(page)[0]["textual IoU"] == shown


def test_a_filter_offers_what_occurs():
    made = [row("a", question="How?", textual=head((10.0, 20.0))), row("b", question="Why?")]
    page = question_table(analyse(results(made)))
    options = {
        name: re.findall(r"<option[^>]*>([^<]*)", choices)
        for name, choices in re.findall(r'data-filter="([^"]*)">(.*?)</select>', page)
    }
    assert options["textual error"] == ["any", "no span", "right"]
    assert options["question word"] == ["any", "how", "why"]
    assert "position" not in options  # all are in the same third


def test_changes_and_questions_that_open():
    analysis = analyse(results([row("a"), row("b")]))
    page = question_table(analysis, [0.25, -0.5], opens=True)
    assert [shown["change"] for shown in flat(page)] == [0.25, -0.5]
    assert " data-opens" in page and " data-opens" not in question_table(analysis)


def test_what_a_file_says_stays_text():
    made = row(question='"><img src=x>', kind='"><img src=x>', video_id="<b>")
    page = question_table(analyse(results([made, row("other")])))
    assert "<img" not in page and "<b>" not in page


def test_the_filter_says_from_which_iou_a_predictor_is_right():
    page = question_table(analyse(results([row("a")])))
    right = re.search(r"const RIGHT_IOU = ([\d.]+);", read_part(SCRIPT))[1]
    assert f"Predictors (right: IoU ≥ {right})" in page
