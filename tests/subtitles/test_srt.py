from mutualsl.subtitles import Cue, parse_subtitles

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
