"""Transcripts as JSON: Whisper, youtube-transcript-api, and YouTube's own json3."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mutualsl.errors import SubtitleError
from mutualsl.subtitles.markup import tidy_lines
from mutualsl.subtitles.model import Cue, Parsed, Repair

_KNOWN = (
    'Whisper ({"segments": [{"start", "end", "text"}]}), '
    'youtube-transcript-api ([{"text", "start", "duration"}]) '
    'and YouTube json3 ({"events": [...]})'
)
_BEGINS_JSON = re.compile(r"\{(?!\d+\})|\[\s*[{\]]")
_ABSURD = 1e12  # 30 years in milliseconds


def looks_like_json(text: str) -> bool:
    """Tell by the first sign: no other format that is read begins with a bracket of JSON.

    MicroDVD, which is not, begins with two numbers of frames, `{1}{25}`.
    """
    start = text.lstrip()[:64]
    return _BEGINS_JSON.match(start) is not None


def parse_json(text: str, name: str) -> Parsed:
    """Read any of the known JSON transcripts; entries without a number as start are left out."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SubtitleError(
            f"{name}: begins like JSON but is not valid JSON ({error}); export it again"
        ) from error
    cues: list[Cue] = []
    left_out = 0
    format_name, entries = _entries(content, name)
    for entry in entries:
        cue = _READERS[format_name](entry) if isinstance(entry, dict) else None
        if cue is None:
            left_out += 1
        else:
            cues.append(cue)
    if format_name == "json3" and any(isinstance(e, dict) and "aAppend" in e for e in entries):
        cues = _one_at_a_time(cues)
    repairs = []
    if left_out:
        repairs.append(Repair("unreadable", left_out, "entries without times were left out"))
    language = content.get("language") if isinstance(content, dict) else None
    return Parsed(
        cues=cues,
        format=format_name,
        repairs=repairs,
        language=language if isinstance(language, str) else None,
    )


def _entries(content: Any, name: str) -> tuple[str, list[Any]]:
    """Find the list of cues and the name of the format it is in."""
    if isinstance(content, dict):
        for format_name, key in (("whisper", "segments"), ("json3", "events")):
            if isinstance(content.get(key), list):
                return format_name, content[key]
        content = content.get("snippets")  # FetchedTranscript of youtube-transcript-api 1.x
    if isinstance(content, list):
        return _flavour_of_list(content), content
    raise SubtitleError(f"{name}: JSON without a list of cues; known are {_KNOWN}")


def _flavour_of_list(entries: list[Any]) -> str:
    """Tell a bare list of Whisper segments from YouTube's by the field that names the end."""
    return "whisper" if any(isinstance(e, dict) and "end" in e for e in entries) else "youtube"


def _whisper_cue(entry: dict[str, Any]) -> Cue | None:
    return _cue(entry.get("start"), entry.get("end"), entry.get("text"))


def _youtube_cue(entry: dict[str, Any]) -> Cue | None:
    start = _number(entry.get("start"))
    duration = _number(entry.get("duration", entry.get("dur"))) or 0.0
    return None if start is None else _cue(start, start + duration, entry.get("text"))


def _json3_cue(entry: dict[str, Any]) -> Cue | None:
    """Read an event; those without segments only set up windows and become silent cues."""
    start = _number(entry.get("tStartMs"))
    duration = _number(entry.get("dDurationMs")) or 0.0
    segments = entry.get("segs")
    parts = segments if isinstance(segments, list) else []
    text = "".join(str(part.get("utf8", "")) for part in parts if isinstance(part, dict))
    return None if start is None else _cue(start / 1000, (start + duration) / 1000, text)


def _one_at_a_time(cues: Sequence[Cue]) -> list[Cue]:
    """Lines of automatic captions, which stay while the next one is shown, end where it begins."""
    ended: list[Cue] = []
    next_start = float("inf")
    for cue in reversed(cues):
        if cue.text and cue.start_second < next_start:
            cue = replace(cue, end_second=min(cue.end_second, next_start))
            next_start = cue.start_second
        ended.append(cue)
    return ended[::-1]


def _cue(start: Any, end: Any, text: Any) -> Cue | None:
    """Build a cue; without an end it gets no length, which `repair_times` mends."""
    start_second = _number(start)
    if start_second is None or not isinstance(text, str):
        return None
    end_second = _number(end)
    return Cue(start_second, start_second if end_second is None else end_second, tidy_lines(text))


def _number(value: Any) -> float | None:
    """Read a number that may have been written as a string; NaN and absurd times are none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < _ABSURD else None


_READERS = {"whisper": _whisper_cue, "youtube": _youtube_cue, "json3": _json3_cue}
