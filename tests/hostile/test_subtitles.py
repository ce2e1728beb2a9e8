"""Subtitles from anybody: cues with sound times or a SubtitleError, and soon."""

import contextlib
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutualsl.errors import SubtitleError
from mutualsl.subtitles import Cue, from_track, parse_subtitles, shifted
from mutualsl.subtitles.repair import LATEST_SECOND
from mutualsl.subtitles.rolling import unroll
from tests.hostile.inputs import count

LINES = [f"Pour the <i>kettle</i> {n} &amp; stir" for n in range(20)]
SRT = "".join(f"{n}\n00:00:{n:02d},000 --> 00:00:{n:02d},900\n{LINES[n]}\n\n" for n in range(20))
VTT = "WEBVTT\nLanguage: en\n\nSTYLE\n::cue {color: red}\n\nNOTE none\n\n" + "".join(
    f"id{n}\n00:{n:02d}.000 --> 00:{n:02d}.900 align:start\n<v Ann>{LINES[n]}\n\n"
    for n in range(20)
)
WHISPER = {"segments": [{"start": n, "end": n + 0.9, "text": LINES[n]} for n in range(20)]}
YOUTUBE = [{"start": n, "duration": 0.9, "text": LINES[n]} for n in range(20)]
JSON3 = {
    "events": [
        {"tStartMs": 1000 * n, "dDurationMs": 900, "segs": [{"utf8": LINES[n]}]} for n in range(20)
    ]
}
FILES = {
    "a.srt": SRT.encode(),
    "a.vtt": VTT.encode(),
    "a.json": json.dumps(WHISPER).encode(),
    "b.json": json.dumps(YOUTUBE).encode(),
    "c.json": json.dumps(JSON3).encode(),
    "no suffix": SRT.encode("utf-16"),
}
PIECES = [
    *(b"-->", b"\n", b"\n\n", b"\r", b"\0", b"<", b"&", b"{", b"[", b'"', b"WEBVTT", b"STYLE"),
    *(b"NaN", b"-Infinity", b"1e400", b"-1", b"9" * 400, b"99:99:99.999", b"null", b'"\\ud800"'),
    *(b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"{\\an8}", b"[Events]\n"),
]
EDITS = st.lists(
    st.tuples(
        st.integers(0, 4000),  # where
        st.integers(0, 60),  # how many bytes are taken out
        st.one_of(st.sampled_from(PIECES), st.binary(max_size=40)),  # what comes in
        st.sampled_from((1, 1, 2, 50)),  # how many times
    ),
    min_size=1,
    max_size=8,
)


def read(data, name="a.srt", duration_second=None):
    """The cues, which are sound, or a SubtitleError; other errors, or more than 1 s, fail."""
    started = time.process_time()
    try:
        cues = parse_subtitles(data, name, duration_second).cues
    except SubtitleError as error:
        assert "\n" not in str(error)
        cues = None
    assert time.process_time() - started < 1.0
    if cues is not None:
        assert all(0 <= cue.start_second < cue.end_second <= LATEST_SECOND for cue in cues)
        assert all(cue.text for cue in cues)
        assert duration_second is None or cues[-1].end_second <= duration_second
        "".join(cue.text for cue in cues).encode()  # no half of a character
    return cues


@settings(max_examples=count(10_000, 100), deadline=None, derandomize=True, print_blob=True)
@given(st.sampled_from(sorted(FILES)), EDITS, st.sampled_from((None, 10.0)))
def test_a_changed_file_is_read_or_refused(name, edits, duration_second):
    data = FILES[name]
    for begin, length, piece, times in edits:
        data = data[:begin] + times * piece + data[begin + length :]
    read(data, name, duration_second)


@settings(max_examples=count(2000, 50), deadline=None, derandomize=True)
@given(st.binary(max_size=300), st.sampled_from(sorted(FILES)))
def test_any_bytes_are_read_or_refused(data, name):
    read(data, name)


def clock(second):
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def many(kind, number):
    """As many cues as the limit of 20 MB lets in, one a second, in a file of that kind."""
    if kind == "json":
        rows = [{"start": n, "duration": 1, "text": f"Pour {n}"} for n in range(number)]
        return json.dumps(rows).encode()
    head, sign = ("WEBVTT\n\n", ".") if kind == "vtt" else ("", ",")
    cues = (
        f"{n + 1}\n{clock(n)}{sign}000 --> {clock(n + 1)}{sign}000\nPour {n}\n\n"
        for n in range(number)
    )
    return (head + "".join(cues)).encode()


@pytest.mark.parametrize("kind", ["json", "vtt", "srt"])
def test_a_file_of_100_000_cues_is_read(kind):
    """With them the last lies beyond 27 hours; the time taken grows no faster than their number."""
    number = count(100_000, 2000)
    started = time.process_time()
    parse_subtitles(many(kind, number // 4), f"a.{kind}")
    quarter_second = time.process_time() - started
    cues = parse_subtitles(many(kind, number), f"a.{kind}").cues
    assert (len(cues), cues[-1].end_second) == (number, number)
    assert time.process_time() - started < quarter_second * 12  # 5 where it is linear


def test_a_time_of_12_hours_and_more_is_kept():
    data = b"1\n12:34:56,789 --> 99:59:59,999\nLate\n\n2\n123:00:00,000 --> 123:00:01,000\nLater\n"
    first, second = read(data)
    assert (first.start_second, first.end_second) == (45296.789, 359999.999)
    assert second.start_second == 123 * 3600
    assert read(data, duration_second=13 * 3600.0)[0].end_second == 13 * 3600.0


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400", "null", '"soon"', "[]"])
def test_a_time_that_is_no_number_costs_its_cue(value):
    good = '{"start": 1, "end": 2, "text": "Pour"}'
    data = f'{{"segments": [{good}, {{"start": {value}, "end": 9, "text": "Never"}}]}}'.encode()
    assert [cue.text for cue in read(data, "a.json")] == ["Pour"]


def test_times_that_the_networks_could_not_tell_apart_are_refused():
    """As captions of a live stream hold them, counted from 1970."""
    epoch = [{"start": 1.7e9 + n, "duration": 0.9, "text": LINES[n]} for n in range(20)]
    with pytest.raises(SubtitleError, match=r"past 1,000,000 s .* shift the times .*: 20\)"):
        parse_subtitles(json.dumps(epoch).encode(), "a.json")
    kept = parse_subtitles(json.dumps([*YOUTUBE, *epoch]).encode(), "a.json")
    assert len(kept) == 20 and [repair.kind for repair in kept.report] == ["far"]


@pytest.mark.parametrize("offset", [1e9, float("nan"), float("inf"), float("-inf"), -1e308])
def test_an_offset_that_leaves_no_time_is_refused(offset):
    with pytest.raises(SubtitleError, match="no subtitle is left"):
        shifted(parse_subtitles(FILES["a.srt"], "a.srt"), offset, None)


HEAD = b"1\n00:00:01,000 --> 00:00:02,000\n"


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"<" * 300_000,
        HEAD + b"{\\an" * 100_000,
        HEAD + b"&" * 300_000,
        b"00:00:01,000" + b" " * 300_000 + b"-->\n" + HEAD + b"Pour\n",
        b"1" * 300_000 + b" --> " * 9000 + b"\n" + HEAD + b"Pour\n",
        HEAD + b"&#" + b"9" * 300_000,
        b"00:01.000" + b" " * 300_000 + b"x\n\n" + HEAD + b"Pour\n",
        b"00:01.000 -> 00:02.000 line:1" + "\u200e".encode() * 100_000 + b" x\n\n" + HEAD,
        b"[" * 300_000,
        b'{"segments":' * 100_000,
        b'{"segments": [{"start": ' + b"9" * 300_000 + b', "text": "x"}]}',
    ],
    ids=[
        *("tags", "overrides", "entities", "spaces", "digits", "reference"),
        *("gap", "marks"),
        *("deep", "deeper", "number"),
    ],
)
def test_what_could_take_for_ever_is_read_or_refused_at_once(data):
    read(data)


EVENT = b"[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,"
HEADS = {
    "nothing": b"",
    "srt": HEAD,
    "vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\n",
    "json": b'{"segments": [{"start": 1, "end": 2, "text": "',
    "ass": b"[Script Info]\n",
    "heading": b"[Events]\n[",
    "event": EVENT,
}
REPEATED = [b"{", b"}", b"<", b"&", b"[", b"\n", b"\r", b" ", b"-", b"1", b"-->", b"a", b"{\\p1}"]


@pytest.mark.parametrize("piece", REPEATED, ids=repr)
@pytest.mark.parametrize("head", HEADS)
def test_one_sign_for_a_megabyte_is_read_or_refused_at_once(head, piece):
    read(HEADS[head] + piece * (count(1_000_000, 200_000) // len(piece)))


@pytest.mark.parametrize("piece", REPEATED, ids=repr)
@pytest.mark.parametrize("head", ["", "0,0,Default,,0,0,0,,"], ids=["plain", "ass"])
def test_a_track_of_one_sign_is_read_or_refused_at_once(head, piece):
    text = head + piece.decode() * (count(1_000_000, 200_000) // len(piece))
    started = time.process_time()
    with contextlib.suppress(SubtitleError):
        from_track([(1.0, 2.0, text)], codec="ass", language=None)
    assert time.process_time() - started < 1.0


def test_cues_of_very_many_lines_are_compared_at_once():
    texts = ("\n".join(f"{name}{n}" for n in range(50_000)) for name in "ab")
    cues = [Cue(n, n + 1, text) for n, text in enumerate(texts)]
    started = time.process_time()
    assert unroll(cues) == (cues, [])
    assert time.process_time() - started < 1.0
