from mutualsl.subtitles import parse_subtitles, to_webvtt

# As YouTube writes them: a line appears, is held alone for 10 ms, and is repeated above the next.
YOUTUBE = """WEBVTT
Kind: captions
Language: en

00:00:00.160 --> 00:00:02.389 align:start position:0%
 
today<00:00:00.480><c> we</c><00:00:00.640><c> bake</c>

00:00:02.389 --> 00:00:02.399 align:start position:0%
today we bake
 

00:00:02.399 --> 00:00:04.550 align:start position:0%
today we bake
a<00:00:02.720><c> cake</c>

00:00:04.550 --> 00:00:04.560 align:start position:0%
a cake
 

00:00:04.560 --> 00:00:06.000 align:start position:0%
a cake
with<00:00:04.900><c> chocolate</c>

00:00:06.000 --> 00:00:06.010 align:start position:0%
with chocolate
 
"""  # noqa: W291, W293 (the lines of one blank are part of the format)


def track(*cues):
    blocks = [f"00:{start} --> 00:{end}\n{text}" for start, end, text in cues]
    return parse_subtitles("\n\n".join(["WEBVTT", *blocks]).encode(), "cues.vtt")


def untouched(subtitles):
    return all(repair.kind != "rolling" for repair in subtitles.report)


def test_each_spoken_line_is_kept_once_with_its_times():
    subtitles = parse_subtitles(YOUTUBE.encode(), "cues.vtt")
    assert [(cue.start_second, cue.end_second, cue.text) for cue in subtitles] == [
        (0.16, 2.389, "today we bake"),
        (2.399, 4.55, "a cake"),
        (4.56, 6.0, "with chocolate"),
    ]
    assert [cue.start_second for cue in subtitles.silent] == [2.389, 4.55, 6.0]
    rolling = [repair for repair in subtitles.report if repair.kind == "rolling"]
    assert rolling[0].count == 5
    assert "3 cues held nothing new" in rolling[0].detail


def test_written_file_keeps_the_times_of_every_cue():
    written = to_webvtt(parse_subtitles(YOUTUBE.encode(), "cues.vtt"))
    assert written.count("-->") == YOUTUBE.count("-->")


def test_rolling_without_transitions():
    subtitles = track(
        ("01.000", "02.000", "a"), ("02.000", "03.000", "a\nb"), ("03.000", "04.000", "b\nc")
    )
    assert [cue.text for cue in subtitles] == ["a", "b", "c"]


def test_a_line_said_again_inside_a_rolling_track_is_kept():
    subtitles = track(
        *[("01.000", "02.000", "a"), ("02.000", "03.000", "a\nb"), ("03.000", "04.000", "b\nb")],
        *[("04.000", "05.000", "b\nc"), ("05.000", "06.000", "c\nd")],
    )
    assert [cue.text for cue in subtitles] == ["a", "b", "b", "c", "d"]


def test_people_who_repeat_themselves_are_not_rolling():
    subtitles = track(*[(f"0{i}.000", f"0{i + 1}.000", "yes") for i in range(8)])
    assert [cue.text for cue in subtitles] == ["yes"] * 8
    assert untouched(subtitles)


def test_a_refrain_is_not_rolling():
    texts = [
        "la la\noh oh",
        "la la\noh oh",
        "first verse\nmore",
        "la la\noh oh",
        "oh oh\nend",
        "bye",
    ]
    subtitles = track(*[(f"0{i}.000", f"0{i + 1}.000", text) for i, text in enumerate(texts)])
    assert [cue.text for cue in subtitles] == texts
    assert untouched(subtitles)


def test_cues_that_merely_overlap_are_not_rolling():
    texts = ["open the hood", "and look for", "the oil cap", "turn it left"]
    subtitles = track(*[(f"0{i}.000", f"0{i + 2}.500", text) for i, text in enumerate(texts)])
    assert [cue.text for cue in subtitles] == texts
    assert [cue.end_second for cue in subtitles] == [2.5, 3.5, 4.5, 5.5]
    assert untouched(subtitles)
