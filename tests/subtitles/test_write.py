import pytest

from mutualsl.errors import SubtitleError
from mutualsl.subtitles import (
    Cue,
    Subtitles,
    diagnose,
    parse_subtitles,
    read_subtitles,
    to_srt,
    to_webvtt,
    write_subtitles,
)
from mutualsl.subtitles.doctor import covered_second

CUES = (
    Cue(0.001, 0.01, "a --> b"),
    Cue(1.7, 2.345, "<i>not a tag</i> & &amp; &lt;"),
    Cue(2.0, 360_000.5, "two\nlines"),
    Cue(3.0, 4.0, "1984"),
    Cue(5.0, 6.0, "<script>alert(1)</script>"),
)


@pytest.mark.parametrize("suffix", [".vtt", ".srt"])
def test_round_trip(suffix, tmp_path):
    path = tmp_path / f"clean{suffix}"
    write_subtitles(CUES, path)
    assert read_subtitles(path).cues == CUES


def test_round_trip_of_silent_cues():
    subtitles = Subtitles(cues=(Cue(1, 2, "hi"),), silent=(Cue(0, 1, ""), Cue(2, 3, "")))
    again = parse_subtitles(to_webvtt(subtitles).encode(), "cues.vtt")
    assert (again.cues, again.silent) == (subtitles.cues, subtitles.silent)


def test_rounding_never_leaves_a_cue_without_length():
    assert "00:00:01.000 --> 00:00:01.001" in to_webvtt([Cue(1.0, 1.0001, "x")])


def test_empty_lines_in_text_do_not_end_the_cue():
    assert (
        parse_subtitles(to_webvtt([Cue(0, 1, "a\n\nb")]).encode(), "x.vtt").cues[0].text == "a\nb"
    )


def test_srt_text_is_written_as_it_is_read():
    assert to_srt([Cue(1, 2, "R & D")]) == "1\n00:00:01,000 --> 00:00:02,000\nR & D\n"


def test_unknown_ending_and_unwritable_place(tmp_path):
    with pytest.raises(SubtitleError, match=r"end the name in \.vtt or \.srt"):
        write_subtitles(CUES, tmp_path / "clean.txt")
    with pytest.raises(SubtitleError, match="cannot be written"):
        write_subtitles(CUES, tmp_path / "missing" / "clean.vtt")


def test_diagnosis_names_facts_and_repairs():
    data = b"WEBVTT\n\n00:02,000 --> 00:04,000\nhi\n\n00:03.000 --> 00:05.000\nyou\n"
    text = diagnose(parse_subtitles(data, "cues.vtt"), 10.0)
    assert "webvtt" in text
    assert "3.0 s of the 10.0 s video (30 %)" in text
    assert "1 x timestamps" in text
    assert "1 x overlap" in text


def test_diagnosis_of_a_clean_file():
    text = diagnose(parse_subtitles(b"WEBVTT\n\n00:02.000 --> 00:04.000\nhi\n", "cues.vtt"))
    assert "nothing had to be repaired" in text


def test_overlaps_are_covered_once():
    assert covered_second([Cue(0, 4, "a"), Cue(1, 2, "b"), Cue(3, 5, "c"), Cue(6, 7, "d")]) == 6
