import base64
import re
from dataclasses import replace

from mutualsl.exports import EXPORTS
from mutualsl.prediction import Candidate
from mutualsl.spans import Span
from mutualsl.ui.axis import IOU_SCALE
from mutualsl.ui.cards import results
from tests.ui.values import answer, prediction


def text_of(page, element_id):
    return re.search(rf'id="{element_id}"[^>]*>([^<]*)<', page).group(1)


def button(page, element_id):
    return re.search(rf'<button[^>]*id="{element_id}"[^>]*>', page).group(0)


def test_before_a_question_the_buttons_are_there_but_disabled():
    page = results(None)
    assert text_of(page, "answer-span") == "–"
    for head in ("visual", "textual"):
        assert text_of(page, f"{head}-span") == "–"
        assert "disabled" in button(page, f"{head}-play")


def test_spans_and_play_buttons_carry_the_times():
    page = results(answer(prediction(30, 40.04), prediction(12.3, 20.1)))
    assert text_of(page, "visual-span") == "0:30.0 – 0:40.0"
    assert text_of(page, "textual-span") == text_of(page, "answer-span") == "0:12.3 – 0:20.1"
    play = button(page, "visual-play")
    assert 'data-start="30.000"' in play and 'data-end="40.040"' in play
    assert "disabled" not in play
    assert re.findall(r'class="moved" ([^>]*) hidden>', page) == [
        'data-start="30.000" data-end="40.040"',
        'data-start="12.300" data-end="20.100"',
    ]


def test_the_believed_card_is_marked():
    page = results(answer(prediction(), prediction(), source="visual"))
    assert page.count("is-answer") == 1 and 'class="card visual is-answer"' in page
    assert "From the visual predictor" in page


def test_every_export_is_a_link_that_holds_its_file():
    given = answer(prediction(), prediction(60, 70))
    links = re.findall(r'download="([^"]*)" href="data:([^;]*);base64,([^"]*)"', results(given))
    assert [(name, kind) for name, kind, _ in links] == [
        (f"answer.{way.suffix}", way.media_type) for way in EXPORTS.values()
    ]
    for (_, _, data), way in zip(links, EXPORTS.values(), strict=True):
        assert base64.b64decode(data).decode() == way.write(given)
    assert "download=" not in results(None)
    with_report = re.findall(r'download="answer.html" href="data:text/html;base64,([^"]*)"',
                             results(given, report="<p>é</p>"))  # fmt: skip
    assert [base64.b64decode(data).decode() for data in with_report] == ["<p>é</p>"]


def test_why_they_differ_is_said_once():
    page = results(answer(prediction(), prediction(60, 70)), why="Because <of> this.")
    assert page.count("Because &lt;of&gt; this.") == 1
    assert 'class="why"' not in results(answer(prediction(), prediction(60, 70)))


def test_what_a_change_did_is_said():
    page = results(answer(None, prediction()), change="The <textual> span is new.")
    assert "Compared with before: The &lt;textual&gt; span is new." in page
    assert "Compared" not in results(answer(None, prediction()))


def test_a_missing_head_says_why():
    why = {"visual": "no video is given", "textual": "not said"}
    page = results(answer(None, prediction()), missing=why)
    assert text_of(page, "visual-span") == "–" and "No span: no video is given." in page
    assert "not said" not in page
    assert "disabled" in button(page, "visual-play")
    assert "IoU) 0" not in page  # no agreement with nobody


def test_out_of_domain_shows_no_confidence():
    page = results(answer(prediction(score=0.97, in_domain=False), prediction(60, 70, 0.41)))
    assert "97 %" not in page and "41 %" in page
    assert "Outside what this predictor has learned" in page
    assert "The predictors" not in page


def test_a_fallback_is_said_plainly():
    page = results(answer(None, None, source="fallback"))
    assert "The whole video: neither predictor has an answer" in page
    assert text_of(page, "answer-span") == "0:00.0 – 1:40.0"
    assert "is-answer" not in page


def test_a_doubtful_answer_keeps_its_spans():
    page = results(answer(None, prediction(12.3, 20.1, 0.1)))
    assert "Probably not answered in this video" in page and "less than 20 %" in page
    assert text_of(page, "answer-span") == text_of(page, "textual-span") == "0:12.3 – 0:20.1"
    assert "Probably not" not in results(answer(None, prediction(score=0.3)))


def test_a_question_runs_as_it_is_written():
    page = results(answer(None, prediction(), question="איך פותחים?"))
    assert '<p class="answer-question" dir="auto">איך פותחים?</p>' in page


def test_a_guess_in_another_language_shows_no_chance():
    given = answer(prediction(score=0.83), prediction(score=0.91))
    page = results(replace(given, foreign="the subtitles are"))
    assert "the subtitles are not in English" in page
    assert page.count("not in the language that this model has learned") == 2
    assert "83 %" not in page and "91 %" not in page and "91 %" in results(given)


def test_a_question_about_something_else_has_no_chance_of_its_own():
    given = answer(None, prediction(score=0.9))
    line, _, cards = results(replace(given, related=0.1)).partition('<div class="cards">')
    assert "nothing said in it is near to the question" in line and "90 %" not in line
    assert "<b>90 %</b>" in cards and "if it is answered here at all" in cards
    line, _, cards = results(replace(given, related=0.6)).partition('<div class="cards">')
    assert "90 %" in line and "answered here at all" not in cards


def test_agreement_in_number_and_words():
    same = results(answer(prediction(), prediction()))
    apart = results(answer(prediction(0, 5), prediction(50, 60)))
    assert "The predictors agree: agreement (IoU) 1.00" in same
    assert "different places: agreement (IoU) 0.00" in apart


def test_other_candidates_are_chips_and_the_span_is_not_repeated():
    other = Candidate(Span(50, 55), 0.2)
    page = results(answer(None, prediction(others=(other,))))
    assert page.count('class="chip"') == 1
    assert "0:50.0 – 0:55.0" in page
    assert "20 %" not in page  # which is no chance that it is right


def test_questions_and_warnings_are_text():
    hostile = "<img src=x onerror=alert(1)>"
    page = results(answer(None, prediction(), question=hostile, warnings=[hostile]))
    assert "<img" not in page and page.count("&lt;img") == 2


def test_without_a_video_nothing_can_be_played():
    page = results(answer(None, prediction()), playable=False)
    assert "disabled" in button(page, "textual-play")
    assert text_of(page, "textual-span") == "0:12.3 – 0:20.1"


def test_the_agreement_says_what_its_number_means():
    page = results(answer(prediction(10, 30), prediction(20, 40)))
    assert f"agreement (IoU) 0.33 (how far both spans overlap: {IOU_SCALE})" in page
    assert IOU_SCALE not in results(answer(prediction(10, 30), None, "visual"))
