from dataclasses import replace

import numpy as np
import pytest

from mutualsl.explain import not_in_english, what_changed, why_they_differ
from mutualsl.prediction import Candidate
from mutualsl.spans import Span
from mutualsl.subtitles import Cue, Subtitles
from tests.ui.values import answer, encoded_video, prediction

CUES = tuple(Cue(10.0 * i, 10.0 * i + 9.0, f"step {i}") for i in range(10))


def why(visual, textual, cues=CUES, rows=None):
    encoded = encoded_video(cues)
    encoded = replace(encoded, input=replace(encoded.input, rows=rows))
    return why_they_differ(encoded, answer(visual, textual))


@pytest.mark.parametrize(
    ("visual", "textual"),
    [(None, prediction()), (prediction(), None), (prediction(10, 20), prediction(10, 28))],
)
def test_where_they_agree_or_one_is_missing_nothing_is_said(visual, textual):
    assert why(visual, textual) is None


def test_unfamiliar_pictures_come_first():
    assert "unlike those" in why(prediction(10, 20, in_domain=False), prediction(10, 20))


def test_where_nothing_is_said_the_textual_predictor_is_blind():
    quiet = (Cue(0.0, 9.0, "a"), Cue(60.0, 69.0, "b"))
    assert "No subtitle is shown" in why(prediction(20, 30), prediction(60, 69), quiet)


def test_cues_that_do_not_fit():
    long = (Cue(0.0, 50.0, "one long line"), Cue(50.0, 90.0, "another"))
    said = why(prediction(20, 25), prediction(0, 50), long)
    assert "no subtitles fit" in said and "0.10" in said


@pytest.mark.parametrize(
    ("visual", "textual", "said"),
    [
        ((10, 49), (10, 20), "begin together; the textual span ends 29.0 s earlier"),
        ((10, 49), (40, 49), "end together; the textual span begins 30.0 s later"),
        ((10, 29), (20, 59), "begins 10.0 s later and ends 30.0 s later"),
    ],
)
def test_edges(visual, textual, said):
    assert said in why(prediction(*visual), prediction(*textual))


def test_the_other_span_may_be_a_further_choice():
    considered = prediction(10, 19, others=(Candidate(Span(70.0, 79.0), 0.2),))
    assert "choice 2 of the visual" in why(considered, prediction(70, 79))
    assert "choice 2 of the textual" in why(prediction(70, 79), considered)


def test_cuts():
    rows = np.zeros((100, 4), np.float32)
    rows[30:50] = 5.0
    apart = prediction(30, 50), prediction(70, 79)
    assert "from one cut to the next" in why(*apart, rows=rows)
    assert "from one cut" not in why(prediction(35, 50), apart[1], rows=rows)
    assert "another time" in why(*apart)


def test_a_cut_at_an_edge_of_spans_that_overlap():
    rows = np.zeros((100, 4), np.float32)
    rows[10:] = 5.0
    said = why(prediction(10, 49), prediction(40, 49), rows=rows)
    assert said.endswith(
        "30.0 s later: the visual span begins at a cut, where the pictures change."
    )
    assert "cut" not in why(prediction(10, 49), prediction(10, 20), rows=rows)


def test_silence_between_edges():
    cues = (Cue(18.0, 30.0, "a"), Cue(30.0, 40.0, "b"))
    both = prediction(10, 30), prediction(18, 40)
    assert why(*both, cues).endswith("10.0 s later: the rest of the visual span is silent.")
    assert why(*both, (Cue(9.0, 12.0, "c"), *cues)).endswith("10.0 s later.")


def test_a_span_that_is_mostly_silent():
    cues = (Cue(20.0, 22.0, "a"), Cue(60.0, 69.0, "b"))
    said = why(prediction(20, 30), prediction(60, 69), cues)
    assert said.startswith("During 80 % of the visual span nothing is said")


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ((10, 20), (22.4, 32.4), "The textual span moved by 12.4 s later."),
        ((10, 20), (9, 19), "The textual span moved by 1.0 s earlier."),
        ((10, 20), (10, 20.04), "The textual span stayed."),
        ((10, 20), (10.03, 19.97), "The textual span stayed."),
        ((10, 20), (12, 17), "The textual span begins 2.0 s later and ends 3.0 s earlier."),
        ((10, 20), (10, 25), "The textual span ends 5.0 s later."),
    ],
)
def test_how_a_span_moved(then, now, said):
    assert what_changed(answer(None, prediction(*then)), answer(None, prediction(*now))) == said


def test_spans_that_come_and_go_and_another_that_is_believed():
    both, one = answer(prediction(), prediction(), "visual"), answer(None, prediction())
    assert what_changed(both, one) == (
        "The textual span stayed; the visual span is gone; the textual one is now believed."
    )
    assert "the visual span is new" in what_changed(one, both)
    nothing = answer(None, None, "fallback")
    assert what_changed(one, nothing).endswith("none is now believed.")


NO_LANGUAGES = ["und", "unk", "none", "default", "qaa", "qtz-x-a", "cc", "sdh", "mul", "", "auto"]


@pytest.mark.parametrize("tag", ["en", "eng", "en-US", "EN_gb", "english", *NO_LANGUAGES])
def test_a_tag_that_names_no_other_language_tells_nothing(tag):
    track = Subtitles(cues=(Cue(0.0, 1.0, "open the jar"),), language=tag)
    assert not_in_english(track, "How?") is None


@pytest.mark.parametrize("tag", ["de", "ger", "pt-BR", "zh_Hans", "es-419", "qu"])
def test_a_tag_of_another_language_tells_that(tag):
    track = Subtitles(cues=(Cue(0.0, 1.0, "ABC"),), language=tag)
    assert not_in_english(track, "How?") == "the subtitles are"


@pytest.mark.parametrize(
    ("said", "language", "question", "foreign"),
    [
        ("open the jar", None, "How is it opened?", None),
        ("crème brûlée, 42", None, "?", None),
        ("öffne das Glas", "de", "How?", "the subtitles are"),
        ("先把洋葱切成小块", None, "How?", "the subtitles are"),
        ("先把洋葱切成小块", "eng", "How?", "the subtitles are"),
        ("нарежьте лук OK", None, "Что дальше?", "the subtitles and the question are"),
        ("open the jar", None, "كيف نفتح العلبة؟", "the question is"),
        (None, None, "どうやって開けますか", "the question is"),
    ],
)
def test_what_is_not_in_english(said, language, question, foreign):
    track = said and Subtitles(cues=(Cue(0.0, 1.0, said),), language=language)
    assert not_in_english(track, question) == foreign
