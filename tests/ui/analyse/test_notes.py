import pytest

from mutualsl.errors import MutualSLError
from mutualsl.spans import Span
from mutualsl.ui.analyse.notes import Note, read_note


def test_a_form_is_read_and_written_back():
    note = read_note(" odd,  two words, odd ,", "  why? ", "1:05.25", "90.125", 3600.0)
    assert note == Note(("odd", "two words"), "why?", Span(65.25, 90.125))
    assert note.fields() == ("odd, two words", "why?", "65.25", "90.125")
    assert read_note(*note.fields(), 3600.0) == note
    assert not read_note("", " ", "", " ", 10.0)


@pytest.mark.parametrize(
    ("text", "second"), [("7", 7.0), ("0:07.5", 7.5), ("1:01:01", 3661.0), ("12345.678", 12345.678)]
)
def test_times(text, second):
    note = read_note("", "", text, "20000", 20000.0)
    assert note.span.start_second == second
    assert read_note(*note.fields(), 20000.0) == note


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("5", "2", "not after its start"),
        ("5", "5", "not after its start"),
        ("5", "", "both a start and an end"),
        ("", "5", "both a start and an end"),
        ("5", "100.2", "but the video at 1:40.0"),
        ("-1", "5", "is not a time"),
        ("nan", "5", "is not a time"),
        ("five", "5", "is not a time"),
    ],
)
def test_a_span_that_cannot_be_is_refused(start, end, words):
    with pytest.raises(MutualSLError, match=words):
        read_note("", "", start, end, 100.0)


def test_an_end_rounded_past_the_video_is_the_end_of_the_video():
    assert read_note("", "", "5", "10", 9.96).span == Span(5.0, 9.96)
    with pytest.raises(MutualSLError, match="not after its start"):
        read_note("", "", "10.02", "10.04", 10.0)


def test_there_is_an_end_to_what_can_be_written():
    with pytest.raises(MutualSLError, match="at most 20 tags"):
        read_note(",".join(map(str, range(21))), "", "", "", 1.0)
    with pytest.raises(MutualSLError, match="at most 20 tags of 40 characters"):
        read_note("x" * 41, "", "", "", 1.0)
    with pytest.raises(MutualSLError, match="shorten it"):
        read_note("", "x" * 4001, "", "", 1.0)


@pytest.mark.parametrize("said", [("odd, \ud800", ""), ("", "why \udfff")])
def test_half_a_character_is_refused(said):
    with pytest.raises(MutualSLError, match="half a character"):
        read_note(*said, "", "", 1.0)


def test_a_few_words_for_the_table():
    note = Note(("odd",), "line\n" * 40, Span(1.0, 2.0))
    assert note.summary().startswith("odd, line line") and note.summary().endswith("…, corrected")
    assert Note().summary() == ""
