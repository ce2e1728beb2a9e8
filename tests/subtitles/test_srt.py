import pytest

from mutualsl.subtitles import Cue, from_track, parse_subtitles, to_srt

ONE_TWO = (Cue(1, 2, "one"), Cue(3.5, 4, "two"))


def read(text, name="cues.srt"):
    return parse_subtitles(text.encode(), name)


def kinds(subtitles):
    return {repair.kind: repair.count for repair in subtitles.report}


def test_ordinary_file():
    subtitles = read(
        "1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:03,500 --> 00:00:04,000\ntwo\n"
    )
    assert subtitles.cues == ONE_TWO
    assert subtitles.format == "srt"
    assert subtitles.report == ()


def test_headings_of_another_format_may_be_said():
    subtitles = read("1\n00:00:01,000 --> 00:00:02,000\n[Events] click here\n[Script Info]\n")
    assert [cue.text for cue in subtitles] == ["[Events] click here\n[Script Info]"]


@pytest.mark.parametrize(
    "path", [r"C:\New folder", r"D:\Notes.txt", r"\\server\Name", r"C:\NVIDIA\x", r"C:\Users\N"]
)
def test_a_line_is_not_broken_within_a_path(path):
    subtitles = read(f"1\n00:00:01,000 --> 00:00:02,000\nSave it in {path}\n")
    assert [cue.text for cue in subtitles] == [f"Save it in {path}"]


def test_without_numbers():
    subtitles = read("00:00:01,000 --> 00:00:02,000\none\n\n00:00:03,500 --> 00:00:04,000\ntwo\n")
    assert subtitles.cues == ONE_TWO
    assert kinds(subtitles) == {"numbering": 2}


def test_without_blank_lines_between_cues():
    subtitles = read("1\n00:00:01,000 --> 00:00:02,000\none\n2\n00:00:03,500 --> 00:00:04,000\ntwo")
    assert subtitles.cues == ONE_TWO


def test_with_doubled_line_ends():
    text = "1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:03,500 --> 00:00:04,000\ntwo\n"
    assert read(text.replace("\n", "\n\n")).cues == ONE_TWO


def test_dots_short_fields_and_positions():
    subtitles = read("1\n0:00:01.0 --> 0:00:02.0 X1:1 X2:2\none\n\n2\n00:03,5 --> 00:04\ntwo\n")
    assert subtitles.cues == ONE_TWO
    assert kinds(subtitles) == {"timestamps": 2}


def test_a_number_in_the_text_is_text():
    subtitles = read("00:00:01,000 --> 00:00:02,000\n1984\n\n00:00:03,000 --> 00:00:04,000\nend\n")
    assert [cue.text for cue in subtitles] == ["1984", "end"]


def test_blank_line_inside_the_text():
    subtitles = read(
        "1\n00:00:01,000 --> 00:00:02,000\none\n\nmore\n\n2\n00:00:03,000 --> 00:00:04,000\ntwo\n"
    )
    assert [cue.text for cue in subtitles] == ["one\nmore", "two"]


def test_empty_cues_are_left_out_and_reported():
    subtitles = read(
        "1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\n<i> </i>\n\n"
        "3\n00:00:05,000 --> 00:00:06,000\nthree\n"
    )
    assert subtitles.cues == (Cue(5, 6, "three"),)
    assert sum(repair.count for repair in subtitles.report if repair.kind == "empty") == 2


def test_text_before_the_first_cue_is_ignored():
    assert len(read("made by me\n\n1\n00:00:01,000 --> 00:00:02,000\none\n")) == 1


def test_srt_named_vtt_is_read_as_what_it_is():
    subtitles = read("1\n00:00:01,000 --> 00:00:02,000\none\n", "cues.vtt")
    assert subtitles.format == "srt"
    assert kinds(subtitles) == {"format": 1}


TWO_CUES = "1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:03,500 --> 00:00:04,000\ntwo\n"


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u202a", "\u202b", "\u2067", "\ufeff"])
def test_marks_of_direction_before_numbers_and_times(mark):
    everywhere = "".join(mark + line for line in TWO_CUES.splitlines(keepends=True))
    assert [cue.text.strip(mark) for cue in read(everywhere)] == ["one", "two"]
    before_numbers = TWO_CUES.replace("1\n", f"{mark}1\n", 1).replace("\n2\n", f"\n{mark}2\n")
    assert read(before_numbers).cues == ONE_TWO
    around_times = TWO_CUES.replace("00:00:0", f"{mark}00:00:0").replace("0 -->", f"0{mark} -->")
    assert read(around_times).cues == ONE_TWO
    as_webvtt = read("WEBVTT\n\n" + around_times.replace(",", "."), "cues.vtt")
    assert as_webvtt.cues == ONE_TWO
    assert kinds(as_webvtt) == {"timestamps": 2}


def test_no_break_spaces_around_the_arrow():
    assert read(TWO_CUES.replace(" --> ", "\u00a0-->\u00a0")).cues == ONE_TWO


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("second<br>third<br/>fourth<BR />x", "second\nthird\nfourth\nx"),
        (r"first\Nsecond\Nthird", "first\nsecond\nthird"),
        (r"Q:\NWhat?\NNow?", "Q:\nWhat?\nNow?"),
        (r"open C:\new\Notes now", r"open C:\new\Notes now"),
        (r"open C:\Notes\new now", r"open C:\Notes\new now"),
        (r"C:\new<br>second", "C:\\new\nsecond"),
        (r"src\new\helpers", r"src\new\helpers"),
        (r"\\nas\home\notes \\NAS", r"\\nas\home\notes \\NAS"),
        (r"\nabla f and \hat{x}", r"\nabla f and \hat{x}"),
        ("if a<b & c>d", "if a<b & c>d"),
        ("if a<c & d>e<v & f>g", "if a<c & d>e<v & f>g"),
        ('<i class=x>a</i> <b style="x">b</b> <u id="1">q</u>', "a b q"),
        ("<i >so</i>, <b.loud>so</b>, <font color=red>so</font>", "so, so, so"),
    ],
)
def test_line_breaks_and_tags_of_srt(written, text):
    assert read(TWO_CUES.replace("one", written)).cues[0].text == text
    assert from_track([(1, 2, written)], codec="subrip", language=None).cues[0].text == text


@pytest.mark.parametrize("text", [r"type \n here", r"\hbox", "<br> ends a line", r"C:\new"])
def test_signs_of_srt_in_a_text_survive_being_written(text):
    assert read(to_srt([Cue(1, 2, text)])).cues[0].text == text
