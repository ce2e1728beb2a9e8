import pysubs2
import pytest

from mutualsl.errors import SubtitleError
from mutualsl.subtitles import Cue, from_track, parse_subtitles

ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.50,0:00:02.00,Default,,0,0,0,,{\\an8\\i1}one{\\i0}\\Ntwo, three
Comment: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,not shown
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}
"""


def test_dialogue_is_read_without_overrides_comments_and_drawings():
    subtitles = parse_subtitles(ASS.encode("utf-8-sig"), "cues.ass")
    assert subtitles.cues == (Cue(1.5, 2.0, "one\ntwo, three"),)
    assert subtitles.report[0].count == 2


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("{\\i1}go{on", "go{on"),  # no override is without its end
        ("a{b{c}d}e", "ad}e"),
        ("{\\p1}m 0 0{\\p0}", None),
        ("{\\p0}m 0 0", "m 0 0"),
        ("{\\p1\\p0}said", "said"),
        ("{\\pos(1,2)}said\\hso", "said so"),
    ],
)
def test_overrides_are_those_that_pysubs2_sees(text, plain):
    event = pysubs2.SSAEvent(text=text)
    assert (None if event.is_drawing else event.plaintext) == plain
    data = f"{ASS}Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{text}\n".encode()
    assert [cue.text for cue in parse_subtitles(data, "a.ass").cues[1:]] == [plain] * bool(plain)


def test_ass_without_events():
    with pytest.raises(SubtitleError, match="no usable cue"):
        parse_subtitles(b"[Script Info]\nTitle: x\n", "cues.ass")


@pytest.mark.parametrize(
    ("codec", "text", "plain"),
    [
        ("ass", "0,0,Default,,0,0,0,,{\\an8}Hello,\\Nyou", "Hello,\nyou"),
        ("mov_text", "Press the green button", "Press the green button"),
        ("subrip", "<i>Press</i> &amp; hold", "Press & hold"),
        ("webvtt", "<v Ann>Press", "Press"),
        ("mov_text", "1, 2, 3, go", "1, 2, 3, go"),
    ],
)
def test_embedded_track(codec, text, plain):
    subtitles = from_track([(1.0, 2.0, text)], codec=codec, language="en")
    assert subtitles.cues == (Cue(1, 2, plain),)
    assert (subtitles.format, subtitles.language, subtitles.encoding) == (codec, "en", None)


def test_track_without_text():
    with pytest.raises(SubtitleError, match="text track"):
        from_track([], codec="mov_text", language=None)


@pytest.mark.parametrize(
    ("fields", "line", "text"),
    [
        ("Layer, Start, End, Style, Text", "0,0:00:01.00,0:00:02.50,Default,one, two", "one, two"),
        ("Start, End, Text", "0:00:01.00,0:00:02.50,1, 2, 3, 4, 5", "1, 2, 3, 4, 5"),
        ("nonsense", "0,0:00:01.00,0:00:02.50,Default,,0,0,0,,as usual", "as usual"),
    ],
)
def test_fields_are_those_that_the_file_names(fields, line, text):
    data = f"[Events]\nFormat: {fields}\nDialogue: {line}\n"
    assert parse_subtitles(data.encode(), "own.ass").cues == (Cue(1.0, 2.5, text),)


def test_a_damaged_time_costs_its_line_alone():
    damaged = "Dialogue: 0,soon,0:00:06.00,Default,,0,0,0,,lost\nDialogue: 0,0:00:05.00\n"
    subtitles = parse_subtitles(f"{ASS}{damaged}".encode(), "cues.ass")
    assert len(subtitles) == 1
    assert {repair.kind: repair.count for repair in subtitles.report} == {
        "unreadable": 2, "comments": 2,
    }  # fmt: skip


@pytest.mark.parametrize("codec", ["subrip", "mov_text", "webvtt"])
@pytest.mark.parametrize("text", ["type {name} here", r"open C:\new\Notes now"])
def test_only_ass_has_signs_of_ass(codec, text):
    (cue,) = from_track([(1.0, 2.0, text)], codec=codec, language=None)
    assert cue.text == text
