"""Which predictor is believed."""

from dataclasses import replace

import numpy as np
import pytest

from mutualsl.answer import UNANSWERED_BELOW, Answer, choose
from mutualsl.cli.output import answer_table
from mutualsl.prediction import Candidate, HeadPredictions, Prediction
from mutualsl.spans import Span, clock_range


def head(start, end, score, in_domain=True):
    """A prediction that says one thing."""
    span, curve = Span(start, end), np.zeros((1, 2), np.float32)
    return Prediction(
        span=span,
        score=score,
        candidates=(Candidate(span, score),),
        start_curve=curve,
        end_curve=curve,
        in_domain=in_domain,
    )


def answer(found, source="textual", duration=30.0, **fields):
    """The span that one predictor found as the answer; the other found nothing, unless given."""
    heads = {"visual": None, "textual": None, source: found}
    given = {"question": "How?", "duration_second": duration, "agreement": None} | heads | fields
    return Answer(span=found.span, score=found.score, source=source, **given)


SURE, DOUBTFUL, LOST = head(1, 2, 0.9), head(3, 4, 0.2), head(5, 6, 0.99, in_domain=False)


@pytest.mark.parametrize(
    ("visual", "textual", "read_out", "expected"),
    [
        (SURE, DOUBTFUL, "confident", ((1, 2), 0.9, "visual")),
        (SURE, DOUBTFUL, "textual", ((3, 4), 0.2, "textual")),
        (DOUBTFUL, SURE, "confident", ((1, 2), 0.9, "textual")),
        (SURE, None, "textual", ((1, 2), 0.9, "visual")),
        (None, DOUBTFUL, "confident", ((3, 4), 0.2, "textual")),
        (LOST, DOUBTFUL, "confident", ((3, 4), 0.2, "textual")),
        (LOST, None, "confident", ((0, 30), 0.0, "fallback")),
        (None, None, "textual", ((0, 30), 0.0, "fallback")),
    ],
)
def test_which_head_is_believed(visual, textual, read_out, expected):
    assert choose(HeadPredictions(visual, textual), 30.0, read_out) == expected


@pytest.mark.parametrize(
    ("score", "source", "doubted"),
    [
        (UNANSWERED_BELOW - 0.001, "textual", True),
        (UNANSWERED_BELOW, "textual", False),
        (0.9, "visual", False),
        (0.0, "fallback", False),
    ],
)
def test_a_doubtful_answer_says_so_and_keeps_its_span(score, source, doubted):
    given = replace(answer(head(1, 2, score)), source=source)
    assert (given.doubt is not None) == doubted
    assert given.to_dict()["warnings"] == ([given.doubt] if doubted else [])
    assert given.to_dict()["textual"]["span"] == [1.0, 2.0]
    assert ("Probably not answered in this video" in answer_table(given)) == doubted
    assert "0:01.0 – 0:02.0" in answer_table(given)


def test_an_answer_after_the_first_hour_is_written_as_on_the_page():
    span = Span(3725, 3731.25)
    assert clock_range(span) == "1:02:05.0 – 1:02:11.3"
    assert f"{clock_range(span)}   score 0.90" in answer_table(answer(head(*span, 0.9)))


def test_an_answer_in_another_language_has_no_chance_and_says_so():
    given = answer(SURE, question="Что дальше?", related=0.1, foreign="the question is")
    assert given.chance is None
    assert given.to_dict()["warnings"] == [given.doubt]
    assert "the question is not in English" in answer_table(given)


@pytest.mark.parametrize(
    ("foreign", "visual", "advised"),
    [
        ("the subtitles are", SURE, True),
        ("the subtitles are", None, False),
        ("the subtitles are", LOST, False),
        ("the question is", SURE, False),
        ("the subtitles and the question are", SURE, False),
    ],
)
def test_foreign_subtitles_mislead_the_visual_predictor_too(foreign, visual, advised):
    given = answer(DOUBTFUL, visual=visual, foreign=foreign)
    assert given.chance is None
    assert ("Ask without the subtitles" in given.doubt) == advised


@pytest.mark.parametrize(("related", "doubted"), [(None, False), (0.32, True), (0.34, False)])
def test_a_question_that_nobody_speaks_of_is_doubted_whatever_its_score(related, doubted):
    given = answer(SURE, question="Who wins the election?", related=related)
    assert given.unrelated == doubted
    assert ("nothing said in it is near to the question" in answer_table(given)) == doubted
    assert len(given.to_dict()["warnings"]) == doubted


@pytest.mark.parametrize(
    ("span", "duration", "expected"),
    [
        ((7000.0, 7009.0415), 7009.041489, [7000.0, 7009.041]),  # a span in 32 bits
        ((10.0, 10.0003), 10.0003, [9.999, 10.0]),
        ((0.0, 30.0), 30.0, [0.0, 30.0]),
    ],
)
def test_rounding_moves_no_span_out_of_the_video_or_to_nothing(span, duration, expected):
    record = answer(head(*span, 0.5), "visual", duration).to_dict()
    assert record["answer"]["span"] == record["visual"]["span"] == expected
    assert record["visual"]["candidates"] == [[*expected, 0.5]]
    assert 0 <= expected[0] < expected[1] <= record["duration"]
