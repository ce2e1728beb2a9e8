import csv
import io
import json

import pytest

from mutualsl.exports import EXPORTS, to_chapters, to_csv, to_json
from mutualsl.models.base import Candidate
from mutualsl.spans import Span
from mutualsl.subtitles import read_subtitles
from tests.ui.values import answer, prediction


@pytest.fixture
def given():
    others = (Candidate(Span(50.0, 60.0), 0.2),)
    question = "Where --> is <b>it</b>,\nand why?"
    return answer(prediction(30, 40.04, 0.9, others=others), prediction(), "visual", question)


def test_json_is_the_object_of_the_command_line(given):
    assert json.loads(to_json(given)) == given.to_dict()


def test_csv_has_a_row_for_each_span(given):
    rows = list(csv.DictReader(io.StringIO(to_csv(given))))
    assert [(r["predictor"], r["rank"], r["start"], r["end"]) for r in rows] == [
        ("answer", "1", "30.000", "40.040"),
        ("visual", "1", "30.000", "40.040"),
        ("visual", "2", "50.000", "60.000"),
        ("textual", "1", "12.300", "20.100"),
    ]


def test_chapters_can_be_read_back(given, tmp_path):
    path = tmp_path / "chapters.vtt"
    path.write_text(to_chapters(given))
    cues = read_subtitles(path).cues
    assert [(c.start_second, c.end_second) for c in cues] == [
        (12.3, 20.1),
        (30, 40.04),
        (30, 40.04),
    ]
    assert cues[0].text.startswith("textual: Where")


def test_a_guess_outside_the_domain_is_left_out():
    doubted = answer(prediction(in_domain=False), prediction(60, 70))
    assert "visual" not in to_csv(doubted) and "visual" not in to_chapters(doubted)


def test_every_way_has_a_name_of_its_own():
    assert len({way.suffix for way in EXPORTS.values()}) == len(EXPORTS)
