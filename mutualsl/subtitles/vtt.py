"""WebVTT, parsed by webvtt-py after the text was brought into the form it reads fully.

webvtt-py follows the block rules of the standard (arrows end a cue, NOTE/STYLE/REGION, header
lines). What it cannot read or reads differently is mended before: a missing header, times with a
comma or short fields, times that carry over. Its tag stripper would also delete text such as
`a < b > c`, so the markup is removed from `raw_text` by `markup.plain_text`.
"""

import io
import re
from collections.abc import Callable

import webvtt

from mutualsl.subtitles.markup import plain_text
from mutualsl.subtitles.model import Cue, Parsed, Repair
from mutualsl.subtitles.timestamps import (
    STRICT_WEBVTT_LINE,
    Timing,
    format_timing_line,
    parse_timestamp,
    parse_timing_line,
)

_HEADER = re.compile(r"WEBVTT(?=[ \t\n]|$)")
_LOOSE_HEADER = re.compile(r"\s*WEBVTT[^\n]*", re.IGNORECASE)
_LANGUAGE = re.compile(r"^Language:[ \t]*([A-Za-z-]+)", re.MULTILINE)


def has_header(text: str) -> bool:
    """Tell whether a file says that it is WebVTT, if only roughly."""
    return _LOOSE_HEADER.match(text) is not None


def parse_webvtt(text: str) -> Parsed:
    """Read WebVTT from text with line feeds as line ends."""
    text, repairs = _mend_header(text)
    lines, timing_repairs = mend_timing_lines(text.split("\n"), STRICT_WEBVTT_LINE, ".")
    captions = webvtt.WebVTT.from_buffer(io.StringIO("\n".join(lines)), format="vtt").captions
    header = text.partition("\n\n")[0].partition("-->")[0]
    language = _LANGUAGE.search(header)
    return Parsed(
        cues=cues_of(captions),
        format="webvtt",
        repairs=[*repairs, *timing_repairs],
        language=language[1] if language else None,
    )


def cues_of(captions: list[webvtt.Caption], words: Callable[[str], str] = plain_text) -> list[Cue]:
    """Turn webvtt-py's captions into cues; its `start_in_seconds` would lose the fraction."""
    return [
        Cue(parse_timestamp(item.start), parse_timestamp(item.end), words(item.raw_text))
        for item in captions
    ]


def mend_timing_lines(
    lines: list[str], strict: re.Pattern[str], decimal_sign: str
) -> tuple[list[str], list[Repair]]:
    """Rewrite the lines that hold times in the strict form; settings after them are dropped."""
    mended, rewritten, unreadable = [], [], []
    for line in lines:
        timing = parse_timing_line(line) if "-->" in line else None
        if timing is not None and not strict.match(line):
            rewritten.append(line)
        elif timing is None and "-->" in line:
            unreadable.append(line)
        mended.append(_strict_line(timing, decimal_sign) if timing else line)
    repairs = []
    if rewritten:
        example = rewritten[0].strip()[:60]
        detail = f"times not written as the format demands were read, e.g. {example!r}"
        repairs.append(Repair("timestamps", len(rewritten), detail))
    if unreadable:
        detail = f"lines with an arrow hold no times, e.g. {unreadable[0].strip()[:60]!r}"
        repairs.append(Repair("unreadable", len(unreadable), detail))
    return mended, repairs


def _strict_line(timing: Timing, decimal_sign: str) -> str:
    return format_timing_line(timing.start_second, timing.end_second, decimal_sign)


def _mend_header(text: str) -> tuple[str, list[Repair]]:
    """Make the text begin with the header that the standard demands."""
    if _HEADER.match(text):
        return text, []
    if loose := _LOOSE_HEADER.match(text):
        rest = text[loose.end() :]
        return "WEBVTT" + rest, [Repair("header", 1, "malformed WEBVTT header was mended")]
    return "WEBVTT\n\n" + text.lstrip("\n"), [Repair("header", 1, "missing header was added")]
