import pytest

from mutualsl.evaluation.errors import DEFINITIONS, ErrorClass, classify
from mutualsl.evaluation.predictions import from_row
from tests.evaluation.rows import head, random_rows, row


def only(made, by):
    (found,) = classify([from_row(made, "here")], by)
    return found


def of(span, *, covered=1.0, by="textual"):
    """Class of a span where gold is 10 to 20 s."""
    made = row(**{by: head(span)}, gold_covered=covered)
    return only(made, by)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ((10.0, 20.0), "right"),
        ((10.0, 17.0), "right"),
        ((10.0, 16.9), "boundary only"),
        ((10.0, 30.0), "boundary only"),
        ((9.0, 30.0), "too long"),
        ((12.0, 60.0), "too long"),
        ((12.0, 14.0), "too short"),
        ((9.5, 13.0), "too short"),
        ((5.0, 14.0), "shifted"),
        ((13.0, 40.0), "shifted"),
        ((20.0, 30.0), "wrong place"),
        ((60.0, 70.0), "wrong place"),
    ],
)
def test_spans(span, expected):
    assert of(span) == expected


@pytest.mark.parametrize(
    ("gold", "span", "expected"),
    [
        ((1.2, 2.2), (1.2, 1.9), "right"),
        ((1.2, 2.2), (1.2, 1.7), "boundary only"),
        ((1.4, 2.4), (1.6, 5.4), "too long"),
        ((1.6, 9.6), (1.4, 2.4), "too short"),
    ],
)
def test_a_tie_is_decided_as_if_it_had_not_been_rounded(gold, span, expected):
    assert only(row(textual=head(span), gold=gold), "textual") == expected


def test_what_lies_outside_the_video_counts_for_nothing():
    made = row(textual=head((90.0, 100.0)), gold=(90.0, 130.0))
    assert made["duration"] == 100.0 and only(made, "textual") == "right"


def test_where_no_cue_is_shown_only_the_textual_predictor_is_excused():
    assert of((60.0, 70.0), covered=0.0) == "gold outside subtitles"
    assert of((60.0, 70.0), covered=0.1) == "wrong place"
    assert of((60.0, 70.0), covered=0.0, by="visual") == "wrong place"
    assert of((10.0, 20.0), covered=0.0) == "right"


def test_the_answer_has_the_class_of_its_source():
    made = row(
        visual=head((60.0, 70.0)), textual=head((10.0, 20.0)), source="visual", gold_covered=0
    )
    assert only(made, "textual") == "right"
    assert only(made, "visual") == only(made, "answer") == "wrong place"


def test_without_spans():
    assert only(row(), "visual") == only(row(), "textual") == "no span"
    assert only(row(), "answer") == "fallback"


def test_no_question_has_no_class():
    assert classify([], "answer") == ()


def test_every_question_has_one_class_with_a_definition():
    assert set(DEFINITIONS) == set(ErrorClass)
    results = [from_row(made, "here") for made in random_rows(400)]
    found = {kind for by in ("visual", "textual", "answer") for kind in classify(results, by)}
    assert found >= set(ErrorClass) - {ErrorClass.UNSEEN}
