import csv
import io
import json
import re
from dataclasses import replace

import pytest

from mutualsl.exports import EXPORTS, to_chapters, to_csv, to_json
from mutualsl.prediction import Candidate
from mutualsl.spans import Span
from mutualsl.subtitles import Cue, read_subtitles
from mutualsl.ui import limits
from mutualsl.ui.answer_report import answer_report
from mutualsl.ui.axis import IOU_SCALE
from mutualsl.ui.report_axis import HEAD, MOST_NEXT
from tests.ui.values import answer, encoded_video, prediction


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


# The report: one HTML file

ATTACK = "</title></style><script>alert(1)</script><img src=x onerror=alert(2)>\" onload='a()"


def test_a_report_runs_as_its_language_is_written():
    hebrew = Cue(12.0, 20.0, "סובבו את המכסה")
    page = answer_report(encoded_video([hebrew]), answer(None, prediction(), question="איך?"))
    assert '<h1 dir="auto">איך?</h1>' in page
    assert f'<li class=inside dir="auto"><time>0:12</time> {hebrew.text}</li>' in page
    foreign = replace(answer(None, prediction(score=0.62)), foreign="the subtitles are")
    assert "62 %" not in answer_report(encoded_video([hebrew]), foreign)


def test_a_report_holds_what_was_asked_and_answered(given):
    cues = [Cue(float(second), second + 4.0, f"line at {second}") for second in range(0, 100, 5)]
    encoded = encoded_video(cues, [(s, b"\xff\xd8 picture") for s in range(0, 100, 5)])
    told = replace(given, warnings=("one thing",), model={"name": "mini", "trained_on": "toys"})
    page = answer_report(encoded, told, why="They look elsewhere.")
    for text in ("demo.mp4", "0:30.0 – 0:40.0", "0:12.3 – 0:20.1", "90 %", "62 %", "One thing"):
        assert text in page, text
    assert "They look elsewhere." in page and "Answered by mini, trained on toys." in page
    visual, textual = re.findall(r"Said around .*?<ul>(.*?)</ul>", page)
    assert [int(s) for s in re.findall(r"line at (\d+)", visual)] == list(range(15, 60, 5))
    assert [int(s) for s in re.findall(r"<li class=inside .*?line at (\d+)", visual)] == [
        30, 35, 40
    ]  # fmt: skip
    assert [int(s) for s in re.findall(r"line at (\d+)", textual)] == list(range(0, 40, 5))
    assert page.count("<image ") == 20 and page.count('class="band"') == 2


def test_a_report_needs_nothing_and_runs_nothing(given):
    encoded = replace(encoded_video([Cue(12.0, 14.0, ATTACK)]), name=ATTACK)
    told = replace(given, question=ATTACK, warnings=(ATTACK,), model={"name": ATTACK})
    page = answer_report(encoded, told, why=ATTACK)
    assert "<script" not in page and "<img" not in page
    tags = re.findall(r"<[^>]*>", page)
    assert not any(re.search(r"\son\w+\s*=", tag) for tag in tags)
    assert not re.search(r"""(src|href)=["']?(?!data:image)""", "".join(tags))
    assert "default-src 'none'" in page
    assert page.count("<title>") == 1 + 6  # the page's; a cue's, three spans', what both share


def test_a_report_shows_what_the_time_axis_of_the_page_shows(given):
    before = answer(prediction(70, 80), prediction(12.3, 20.1), "visual")
    plain = answer_report(encoded_video(), given)
    full = answer_report(
        encoded_video(), given, gold=Span(35.0, 45.0), before=before, change="It moved."
    )
    for page in (plain, full):
        assert re.findall(r'class="next" x="([\d.]+)" y="\d+" width="([\d.]+)"', page) == [
            ("500.0", "100.0")
        ]
        assert "next best: 0:50.0 – 1:00.0" in page and "thin bars: next best spans" in page
        assert page.count('class="union"') == 2 and 'class="intersection"' not in page
        assert "shared 0.0 s of 17.8 s, IoU 0.00" in page and IOU_SCALE in page
    assert re.findall(r'class="before" x="([\d.]+)"', full) == ["700.0", "123.0"]
    assert 'class="gold" x="350.0"' in full and "true answer 0:35.0 – 0:45.0" in full
    assert "overlaps it by an IoU of 0.34" in full and "Compared with before: It moved." in full
    assert "dashed boxes: the spans before" in full
    for sign in ('class="before"', 'class="gold"', "True answer", "Compared", "dashed boxes"):
        assert sign not in plain, sign


def test_a_report_compares_no_guess_and_draws_what_overlaps():
    page = answer_report(encoded_video(), answer(prediction(10, 30), prediction(20, 40)))
    assert 'class="intersection" x="200.0"' in page and "IoU 0.33" in page
    others = (Candidate(Span(50.0, 60.0), 0.2),)
    guess = prediction(10, 30, in_domain=False, others=others)
    page = answer_report(encoded_video(), answer(guess, prediction(20, 40)))
    assert 'class="union"' not in page and 'class="next"' not in page


def test_many_next_best_spans_stay_in_their_lane():
    others = tuple(Candidate(Span(float(n), n + 9.0), 0.1) for n in range(90))
    page = answer_report(encoded_video(), answer(None, prediction(10, 30, others=others)))
    tops = [int(top) for top in re.findall(r'class="next" x="[\d.]+" y="(\d+)"', page)]
    assert len(tops) == MOST_NEXT and max(tops) + 4 < HEAD


def test_a_report_of_little(given):
    nothing = answer(None, None, source="fallback")
    page = answer_report(encoded_video(()), nothing)
    assert "no span" in page and "Said around" not in page and "The whole video" in page
    doubtful = answer(prediction(score=0.5, in_domain=False), prediction(score=0.1))
    page = answer_report(encoded_video(), doubtful)
    assert "a guess, which is not used" in page and "Probably not answered" in page


def test_a_long_transcript_is_quoted_in_part():
    cues = [Cue(0.1 * n, 0.1 * n + 0.1, f"line {n}") for n in range(1000)]
    page = answer_report(encoded_video(cues), answer(None, prediction(10, 90)))
    assert page.count("<li") == limits.MAX_REPORT_LINES and "And 800 more." in page
