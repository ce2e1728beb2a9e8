import pytest

from mutualsl.errors import SubtitleError
from mutualsl.subtitles import Cue, parse_subtitles

ONE = Cue(1, 2, "one")
GOOD = Cue(3.5, 4, "good")
GOOD_CUE = "\n\n00:00:03.500 --> 00:00:04.000\ngood\n"


def read(text, name="cues.vtt"):
    return parse_subtitles(text.encode(), name)


def kinds(subtitles):
    return {repair.kind: repair.count for repair in subtitles.report}


@pytest.mark.parametrize(
    "arrow", [" -> ", "->", " —> ", " – > ", " - -> ", " => ", " → ", " --&gt; "]
)
@pytest.mark.parametrize("header", ["", "WEBVTT\n\n"])
def test_a_damaged_arrow_is_read_and_reported(arrow, header):
    times = f"00:00:01,000{arrow}00:00:02,000"
    subtitles = read(f"{header}1\n{times}\none\n\n2\n00:00:03,500 --> 00:00:04,000\ngood\n")
    assert subtitles.cues == (ONE, GOOD) and kinds(subtitles)["arrow"] == 1
    alone = read(f"{header}{times}\none\n")  # there is no other arrow in the file
    assert alone.cues == (ONE,) and kinds(alone)["arrow"] == 1


@pytest.mark.parametrize("arrow", [" - ", " -- ", "—", " – "])
@pytest.mark.parametrize("header", ["", "WEBVTT\n\n"])
def test_an_arrow_without_a_head_is_read_where_no_other_is_whole(arrow, header):
    times = f"00:00:01,000{arrow}00:00:02,000"
    alone = read(f"{header}1\n{times}\none\n")
    assert alone.cues == (ONE,) and kinds(alone)["arrow"] == 1


def test_lap_times_are_said():
    text = "1\n00:00:01,000 --> 00:00:02,000\none\n\n1:23.456 - 1:24.001\nand on"
    subtitles = read(f"{text}{GOOD_CUE}", "laps.srt")
    assert subtitles.cues == (Cue(1, 2, "one\n1:23.456 - 1:24.001\nand on"), GOOD)
    assert kinds(subtitles)["no_arrow"] == 1 and "arrow" not in kinds(subtitles)


@pytest.mark.parametrize(
    "times",
    [
        "00:01.000 -> 00:02.000 align:start position:0%",
        "1\n00:00:01,000 -> 00:00:02,000 X1:1 X2:2 ",
        "intro\n00:01.000 -> 00:02.000",
        "intro\n00:01.000 -> 00:02.000 line:-1",
    ],
)
@pytest.mark.parametrize("header", ["", "WEBVTT\n", "WEBVTT\n\n", "WEBVTT\n\nNOTE no\n\n"])
def test_settings_behind_and_a_name_before_the_times(header, times):
    subtitles = read(f"{header}{times}\none{GOOD_CUE}")
    assert subtitles.cues == (ONE, GOOD) and kinds(subtitles)["arrow"] == 1


def test_numbers_part_cues_without_blank_lines():
    subtitles = read("1\n00:00:01,000 -> 00:00:02,000\none\n2\n00:00:03,500 -> 00:00:04,000\ngood")
    assert subtitles.cues == (ONE, GOOD) and kinds(subtitles)["arrow"] == 2


@pytest.mark.parametrize("block", ["NOTE", "NOTE not now", "STYLE", "REGION"])
@pytest.mark.parametrize("number", ["", "5\n"])
def test_times_in_a_comment_are_no_cue(block, number):
    subtitles = read(f"WEBVTT\n\n{block}\n{number}00:05.000 -> 00:06.000\nx{GOOD_CUE}")
    assert subtitles.cues == (GOOD,) and subtitles.report == ()
    subtitles = read(f"WEBVTT\n\n{block}\n \n00:05.000 -> 00:06.000\nx{GOOD_CUE}")
    assert subtitles.cues == (GOOD,) and subtitles.report == ()


@pytest.mark.parametrize(
    "lines",
    [
        "00:00:01 -> 00:00:02",
        "00:01 - 00:02",
        "00:01.000 > 00:02.000",
        "00:01.000 &gt;&gt; 00:02.000",
        "0:00:01.000,0:00:02.000",
        "00:01.000 00:02.000",
        "00:01.000 -> 00:02.000 said",
        "a\nb\n00:01.000 -> 00:02.000",
    ],
)
def test_what_may_be_times_is_reported(lines):
    subtitles = read(f"WEBVTT\n\n{lines}\none{GOOD_CUE}")
    assert subtitles.cues == (GOOD,) and kinds(subtitles) == {"no_arrow": 1, "outside": 1}
    assert repr(lines.split("\n")[-1]) in subtitles.report[0].detail
    for header in ("", "WEBVTT\n\n"):
        with pytest.raises(SubtitleError, match=r"two times were not read .* write --> between"):
            read(f"{header}{lines}\none\n")


SAID = ["00:00:10,000 -> 00:00:20,000", "0:10 -> 0:20", "from 0:10.000 -> 0:20.000", "0:10 - 0:20"]


@pytest.mark.parametrize("name", ["cues.srt", "cues.vtt"])
def test_times_in_the_text_are_text(name):
    sign = "," if name == "cues.srt" else "."
    header = "" if name == "cues.srt" else "WEBVTT\n\n"
    text = "\n".join(SAID)
    subtitles = read(f"{header}1\n00:00:01{sign}000 --> 00:00:02{sign}000\n{text}\n", name)
    assert [cue.text for cue in subtitles] == [text]
    assert kinds(subtitles) == {"no_arrow": 1}  # the first of them may have been a cue
    damaged = read(f"{header}1\n00:00:01{sign}000 -> 00:00:02{sign}000\n{text}\n", name)
    assert damaged.cues == subtitles.cues and kinds(damaged) == {"arrow": 1, "no_arrow": 1}


def test_text_that_begins_with_one_time_or_goes_on_after_a_blank_line_is_text():
    text = "more at 0:10 - 0:20\n0:10 we pour"
    subtitles = read(f"1\n00:00:01,000 --> 00:00:02,000\none\n\n{text}\n", "cues.srt")
    assert subtitles.cues == (Cue(1, 2, f"one\n{text}"),) and subtitles.report == ()
