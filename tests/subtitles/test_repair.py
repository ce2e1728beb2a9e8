import pytest

from mutualsl.errors import SubtitleError
from mutualsl.subtitles import Cue, parse_subtitles


def read(*cues, duration=None):
    blocks = [f"{start} --> {end}\n{text}" for start, end, text in cues]
    return parse_subtitles("\n\n".join(["WEBVTT", *blocks]).encode(), "cues.vtt", duration)


def kinds(subtitles):
    return {repair.kind: repair.count for repair in subtitles.report}


def test_out_of_order_cues_are_sorted():
    subtitles = read(
        ("00:05.000", "00:06.000", "b"),
        ("00:01.000", "00:02.000", "a"),
        ("00:05.000", "00:07.000", "c"),
    )
    assert [cue.text for cue in subtitles] == ["a", "b", "c"]
    assert kinds(subtitles) == {"order": 1, "overlap": 1}


def test_overlapping_cues_stay_as_they_are():
    subtitles = read(("00:01.000", "00:05.000", "a"), ("00:02.000", "00:06.000", "b"))
    assert subtitles.cues == (Cue(1, 5, "a"), Cue(2, 6, "b"))
    assert kinds(subtitles) == {"overlap": 1}


def test_zero_and_negative_length_lasts_until_the_next_cue():
    subtitles = read(
        ("00:01.000", "00:01.000", "a"),
        ("00:03.000", "00:02.000", "b"),
        ("00:09.000", "00:09.000", "c"),
    )
    assert subtitles.cues == (Cue(1, 3, "a"), Cue(3, 7, "b"), Cue(9, 13, "c"))
    assert kinds(subtitles) == {"length": 3}


def test_past_the_end_of_the_video():
    cues = [
        ("00:01.000", "00:02.000", "a"),
        ("00:08.000", "00:12.000", "b"),
        ("00:10.000", "00:11.000", "c"),
    ]
    assert len(read(*cues)) == 3
    assert read(*cues).end_second == 12
    subtitles = read(*cues, duration=10.0)
    assert subtitles.cues == (Cue(1, 2, "a"), Cue(8, 10, "b"))
    assert kinds(subtitles) == {"past_end": 1, "clipped": 1}


def test_subtitles_of_another_video():
    with pytest.raises(SubtitleError, match="after the video has ended"):
        read(("01:00.000", "01:02.000", "a"), duration=10.0)
