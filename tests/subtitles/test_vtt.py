import random
from collections import Counter

import pytest

from mutualsl.errors import SubtitleError
from mutualsl.subtitles import Cue, parse_subtitles

from .webvtt_standard import standard_cue_times


def read(text, name="cues.vtt"):
    return parse_subtitles(text.encode(), name)


def kinds(subtitles):
    return {repair.kind: repair.count for repair in subtitles.report}


def test_fractions_of_seconds_are_kept():
    assert read("WEBVTT\n\n00:01.700 --> 00:02.345\nhi\n").cues == (Cue(1.7, 2.345, "hi"),)


def test_blocks_settings_and_identifiers_are_not_text():
    subtitles = read(
        "WEBVTT - a title\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\nLanguage: en\n\n"
        "STYLE\n::cue { color: red }\n\nREGION\nid:fred width:40%\n\nNOTE\nnot shown\n\n"
        "first\n00:01.000 --> 00:02.000 align:start position:0% line:-1\none\ntwo\n\n"
        "NOTE also not shown\n\n00:03.000 --> 00:04.000\nthree\n"
    )
    assert subtitles.cues == (Cue(1, 2, "one\ntwo"), Cue(3, 4, "three"))
    assert subtitles.language == "en"
    assert subtitles.report == ()


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<v.loud Mary Ann>Hello <i>there</i></v>", "Hello there"),
        ("<c.yellow.bg_blue>a</c> <00:00:01.500><c> b</c>", "a b"),
        ("<lang en-GB>colour</lang> <ruby>漢<rt>kan</rt></ruby>", "colour 漢kan"),
        ("R&amp;D &lt;b&gt; caf&eacute; &#39;x&#39;&nbsp;y", "R&D <b> café 'x' y"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("a < b > c", "a < b > c"),
        ("{\\an8}<font color='red'>top</font>", "top"),
        ("press {enter}", "press {enter}"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_markup_is_removed_and_other_signs_stay(raw, text):
    assert read(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{raw}\n").cues[0].text == text


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end(line_end):
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\none\ntwo\n\n00:03.000 --> 00:04.000\nthree\n"
    subtitles = read(text.replace("\n", line_end))
    assert [cue.text for cue in subtitles] == ["one\ntwo", "three"]


@pytest.mark.parametrize(
    ("line", "start", "end"),
    [
        ("00:00:01,500 --> 00:00:02,250", 1.5, 2.25),
        ("0:1.5 --> 0:2", 1.5, 2),
        ("75:30.000 --> 76:00.000", 4530, 4560),
        ("00:00:01:500 --> 00:00:02:000", 1.5, 2),
        ("00:12:500 --> 00:14:000", 12.5, 14),
        ("-00:00:01.000 --> 00:00:02.000", 0, 2),
        ("00:00:01, 500 --> 00:00:02 , 250", 1.5, 2.25),
        ("00:00:01.500 ---> 00:00:02.250", 1.5, 2.25),
    ],
)
def test_times_that_the_standard_refuses_are_repaired_and_reported(line, start, end):
    subtitles = read(f"WEBVTT\n\n{line}\nhi\n")
    assert subtitles.cues == (Cue(start, end, "hi"),)
    assert kinds(subtitles) == {"timestamps": 1}


def test_hours_over_99():
    assert read("WEBVTT\n\n123:00:00.000 --> 123:00:01.000\nhi\n").cues[0].start_second == 442800


def test_an_arrow_ends_the_cue_before_it():
    subtitles = read("WEBVTT\n\n00:01.000 --> 00:02.000\none\n00:03.000 --> 00:04.000\nthree\n")
    assert [cue.text for cue in subtitles] == ["one", "three"]


def test_lines_with_an_arrow_and_no_times_are_reported():
    subtitles = read("WEBVTT\n\n00:01.000 --> 00:02.000\none\n\nhere --> there\nlost\n")
    assert len(subtitles) == 1
    assert kinds(subtitles) == {"unreadable": 1}


def test_text_after_an_empty_line_in_a_cue_is_not_lost_without_a_word():
    subtitles = read(
        "WEBVTT\n\n00:01.000 --> 00:02.000\none\n\nsecond line of it\n\n"
        "NOTE said to nobody\n\n2\n\n00:03.000 --> 00:04.000\nthree\n\n"
        "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000\n\n"
    )
    assert [cue.text for cue in subtitles] == ["one", "three"]
    assert kinds(subtitles) == {"outside": 1}
    assert "second line of it" in subtitles.report[0].detail


def test_missing_header_is_added():
    subtitles = read("00:01.000 --> 00:02.000\none\n\n00:03.000 --> 00:04.000\nthree\n")
    assert subtitles.format == "webvtt"
    assert len(subtitles) == 2
    assert kinds(subtitles) == {"header": 1}


def test_webvtt_named_srt_is_read_as_what_it_is():
    subtitles = read("WEBVTT\n\n00:01.000 --> 00:02.000\none\n", "cues.srt")
    assert subtitles.format == "webvtt"
    assert kinds(subtitles) == {"format": 1}


def test_a_cue_without_text_keeps_its_times_as_a_silent_one():
    subtitles = read("WEBVTT\n\n00:01.000 --> 00:02.000\n\n00:02.000 --> 00:03.000\nhi\n")
    assert subtitles.cues == (Cue(2, 3, "hi"),)
    assert subtitles.silent == (Cue(1, 2, ""),)


SNIPPETS = [
    *["", "", "", "text", "7", "NOTE", "STYLE", "REGION", "id", " ", "a --> b", "-->", "WEBVTT"],
    *["00:00:01.000 --> 00:00:02.000", "00:01.000 --> 00:02.500 align:start", "\0", "a\u2028b"],
    *["00:01.000-->00:03.000", "0:00:01.000 --> 0:00:04.000", "00:60.000 --> 00:61.000"],
    *["00:00:05,000 --> 00:00:06,000", "00:00:09.000 --> 00:00:08.000", "1:00.000 --> 2:00.000"],
    *["00:00:01.000 --> 00:00:02.0000", "\t00:00:03.000 \t--> 00:00:04.000 --> x", "&gt; <i>x</i>"],
    *["00:00:01.000 --> 00:00:02.000foo", "60:00.000 --> 61:00.000", "100:00:01.000 --> 00:01.000"],
]


@pytest.mark.parametrize("seed", range(300))
def test_every_cue_that_the_standard_keeps_keeps_its_times(seed):
    lines = random.Random(seed).choices(SNIPPETS, k=12)
    text = "\n".join(["WEBVTT", *lines, "", "50:00:00.000 --> 50:00:01.000", "last"])
    expected = Counter(times for times in standard_cue_times(text) if times[0] < times[1])
    subtitles = read(text)
    kept = [*subtitles.cues, *subtitles.silent]
    assert not expected - Counter((cue.start_second, cue.end_second) for cue in kept)


def test_no_cue_at_all_says_why():
    with pytest.raises(SubtitleError, match=r"cues\.vtt: no usable cue .*holds none"):
        read("WEBVTT\n\nNOTE nothing here\n")
    with pytest.raises(SubtitleError, match="cues hold no text: 1"):
        read("WEBVTT\n\n00:01.000 --> 00:02.000\n<i></i>\n")
