import json

import pytest

from mutualsl.errors import SubtitleError
from mutualsl.subtitles import Cue, parse_subtitles


def read(content):
    return parse_subtitles(json.dumps(content).encode(), "talk.json")


def test_whisper():
    subtitles = read(
        {"text": "…", "language": "en", "segments": [{"start": 0.52, "end": 2.5, "text": " hi"}]}
    )
    assert subtitles.cues == (Cue(0.52, 2.5, "hi"),)
    assert (subtitles.format, subtitles.language) == ("whisper", "en")


def test_youtube_transcript_api():
    subtitles = read([{"text": "hi\nthere", "start": 1.25, "duration": 2.0}])
    assert subtitles.cues == (Cue(1.25, 3.25, "hi\nthere"),)
    assert subtitles.format == "youtube"


def test_json3():
    subtitles = read(
        {
            "events": [
                {"tStartMs": 0, "dDurationMs": 9000, "id": 1},
                {"tStartMs": 1250, "dDurationMs": 2000, "segs": [{"utf8": "hi"}, {"utf8": " you"}]},
                {"tStartMs": 2000, "dDurationMs": 10, "aAppend": 1, "segs": [{"utf8": "\n"}]},
            ]
        }
    )
    assert subtitles.cues == (Cue(1.25, 3.25, "hi you"),)
    assert subtitles.silent == ()


def test_numbers_as_strings_and_entries_without_times():
    subtitles = read([{"text": "hi", "start": "1.5", "duration": "2"}, {"text": "lost"}, 7])
    assert subtitles.cues == (Cue(1.5, 3.5, "hi"),)
    assert subtitles.report[0].count == 2


def test_text_is_not_markup():
    assert read([{"text": "a <b> & c", "start": 0, "duration": 1}]).cues[0].text == "a <b> & c"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"segments": [', "not valid JSON"),
        (b'{"answer": 42}', "without a list of cues"),
        (b'{"segments": []}', "no usable cue"),
        (b'[{"start": NaN, "duration": 1, "text": "x"}]', "without times"),
        (b"[" * 100_000, "talk.json"),
        (b"[{" + b'"a":[' * 100_000, "not valid JSON"),
    ],
)
def test_unusable_json_says_why(data, message):
    with pytest.raises(SubtitleError, match=message):
        parse_subtitles(data, "talk.json")


def test_a_line_of_automatic_captions_ends_where_the_next_one_begins():
    events = [
        {"tStartMs": 0, "dDurationMs": 9000, "id": 1, "wpWinPosId": 1},
        {"tStartMs": 80, "dDurationMs": 4470, "wWinId": 1, "segs": [{"utf8": "hello"}]},
        {
            "tStartMs": 2389,
            "dDurationMs": 2161,
            "wWinId": 1,
            "aAppend": 1,
            "segs": [{"utf8": "\n"}],
        },
        {"tStartMs": 2399, "dDurationMs": 4000, "wWinId": 1, "segs": [{"utf8": "world"}]},
    ]
    subtitles = parse_subtitles(json.dumps({"events": events}).encode(), "auto.json3")
    assert subtitles.cues == (Cue(0.08, 2.399, "hello"), Cue(2.399, 6.399, "world"))


def test_frame_numbers_in_braces_are_not_taken_for_json():
    with pytest.raises(SubtitleError, match="no line holds times"):
        parse_subtitles(b"{1}{25}Hello\n{30}{60}there\n", "cues.sub")
