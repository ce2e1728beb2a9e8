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


BEFORE_SRT = (
    "1\n-00:00:28,000 --> -00:00:27,250\ncut away\n\n2\n-00:00:01,500 --> 00:00:00,000\nalso\n\n"
    "3\n-00:00:00,500 --> 00:00:02,001\nhalf\n\n4\n00:00:10,001 --> 00:00:12,345\nreal\n"
)
BEFORE_ASS = """[Events]
Dialogue: 0,-0:00:28.00,-0:00:27.25,Default,,0,0,0,,cut away
Dialogue: 0,-0:00:01.50,0:00:00.00,Default,,0,0,0,,also
Dialogue: 0,-0:00:00.50,0:00:02.00,Default,,0,0,0,,half
Dialogue: 0,0:00:10.00,0:00:12.34,Default,,0,0,0,,real
"""
BEFORE_JSON = (
    '[{"start": -28, "duration": 0.75, "text": "cut away"},'
    ' {"start": -1.5, "duration": 1.5, "text": "also"},'
    ' {"start": -0.5, "duration": 2.501, "text": "half"},'
    ' {"start": 10.001, "duration": 2.344, "text": "real"}]'
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.srt", BEFORE_SRT),
        ("a.vtt", "WEBVTT\n\n" + BEFORE_SRT.replace(",", ".")),
        ("a.ass", BEFORE_ASS),
        ("a.json", BEFORE_JSON),
    ],
)
def test_cues_before_the_video_begins_are_dropped(name, text):
    subtitles = parse_subtitles(text.encode(), name)
    assert [cue.text for cue in subtitles] == ["half", "real"]
    (half, real), exact = subtitles.cues, name != "a.ass"
    assert half == Cue(0.0, 2.001 if exact else 2.0, "half")
    assert real == (Cue(10.001, 12.345, "real") if exact else Cue(10.0, 12.34, "real"))
    assert kinds(subtitles)["before_start"] == 2


def test_no_time_is_so_early_that_others_lose_their_fraction():
    subtitles = read(("-9999999999:00:00.000", "00:01.000", "a"), ("00:01.001", "00:02.002", "b"))
    assert subtitles.cues == (Cue(0.0, 1.0, "a"), Cue(1.001, 2.002, "b"))


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
