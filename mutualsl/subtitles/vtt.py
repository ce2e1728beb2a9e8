"""WebVTT, parsed by webvtt-py after the text was brought into the form it reads fully.

webvtt-py follows the block rules of the standard (arrows end a cue, NOTE/STYLE/REGION, header
lines). What it cannot read or reads differently is mended before: a missing header, times with a
comma or short fields, times that carry over. Its tag stripper would also delete text such as
`a < b > c`, so the markup is removed from `raw_text` by `markup.plain_text`.
"""

import io
import math
import re
from collections.abc import Callable

import webvtt

from mutualsl.subtitles.markup import plain_text
from mutualsl.subtitles.model import Cue, Parsed, Repair
from mutualsl.subtitles.repair import LATEST_SECOND
from mutualsl.subtitles.timestamps import (
    STRICT_WEBVTT_LINE,
    Timing,
    bare_number,
    format_timing_line,
    parse_timestamp,
    parse_timing_line,
)

_HEADER = re.compile(r"WEBVTT(?=[ \t\n]|$)")
_LOOSE_HEADER = re.compile(r"\s*WEBVTT[^\n]*", re.IGNORECASE)
NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|\Z)")
_LANGUAGE = re.compile(r"^Language:[ \t]*([A-Za-z-]+)", re.MULTILINE)


def has_header(text: str) -> bool:
    """Tell whether a file says that it is WebVTT, if only roughly."""
    return _LOOSE_HEADER.match(text) is not None


def parse_webvtt(text: str) -> Parsed:
    """Read WebVTT from text with line feeds as line ends."""
    text, repairs = _mend_header(text)
    lines, timing_repairs, moved = mend_timing_lines(text.split("\n"), STRICT_WEBVTT_LINE, ".")
    captions = webvtt.WebVTT.from_buffer(io.StringIO("\n".join(lines)), format="vtt").captions
    header = text.partition("\n\n")[0].partition("-->")[0]
    language = _LANGUAGE.search(header)
    return Parsed(
        cues=cues_of(captions, moved),
        format="webvtt",
        repairs=[*repairs, *timing_repairs, *_outside_cues(text)],
        language=language[1] if language else None,
    )


def cues_of(
    captions: list[webvtt.Caption],
    moved_second: int,
    words: Callable[[str], str] = plain_text,
) -> list[Cue]:
    """Turn webvtt-py's captions into cues; its `start_in_seconds` would lose the fraction.

    `moved_second` is by how much `mend_timing_lines` has moved them.
    """
    return [
        Cue(
            parse_timestamp(item.start) - moved_second,
            parse_timestamp(item.end) - moved_second,
            words(item.raw_text),
        )
        for item in captions
    ]


def mend_timing_lines(
    lines: list[str], strict: re.Pattern[str], decimal_sign: str
) -> tuple[list[str], list[Repair], int]:
    """Rewrite the lines that hold times in the strict form; settings after them are dropped.

    Where times are before zero, which only a shift leaves behind, all are made later by the whole
    seconds that are returned too.
    """
    timings = [parse_timing_line(line) if "-->" in line else None for line in lines]
    earliest_second = min((min(timing) for timing in timings if timing), default=0.0)
    moved_second = math.ceil(min(max(-earliest_second, 0.0), LATEST_SECOND))
    mended, rewritten, unreadable = [], [], []
    for line, timing in zip(lines, timings, strict=True):
        if timing is not None and not strict.match(line):
            rewritten.append(line)
        elif timing is None and "-->" in line:
            unreadable.append(line)
        mended.append(_strict_line(timing, moved_second, decimal_sign) if timing else line)
    repairs = []
    if rewritten:
        example = rewritten[0].strip()[:60]
        detail = f"times not written as the format demands were read, e.g. {example!r}"
        repairs.append(Repair("timestamps", len(rewritten), detail))
    if unreadable:
        detail = f"lines with an arrow hold no times, e.g. {unreadable[0].strip()[:60]!r}"
        repairs.append(Repair("unreadable", len(unreadable), detail))
    return mended, repairs, moved_second


def _strict_line(timing: Timing, moved_second: int, decimal_sign: str) -> str:
    start, end = (max(second + moved_second, 0.0) for second in timing)
    return format_timing_line(start, end, decimal_sign)


def _outside_cues(text: str) -> list[Repair]:
    """What is said about blocks of lines that are neither cues nor comments, which nobody sees.

    A cue ends with an empty line, so what is left of it after one is such a block.
    """
    blocks = (block.lstrip("\n") for block in text.split("\n\n")[1:])
    lost = [
        block
        for block in blocks
        if "-->" not in block
        and bare_number(block) is None
        and not NO_CUE.match(block)
        and not has_header(block)  # of the next of several files that were joined
    ]
    if not lost:
        return []
    example = lost[0].strip()[:60]
    detail = f"pieces of text stand outside of cues and were left out, e.g. {example!r}"
    return [Repair("outside", len(lost), detail)]


def _mend_header(text: str) -> tuple[str, list[Repair]]:
    """Make the text begin with the header that the standard demands."""
    if _HEADER.match(text):
        return text, []
    if loose := _LOOSE_HEADER.match(text):
        rest = text[loose.end() :]
        return "WEBVTT" + rest, [Repair("header", 1, "malformed WEBVTT header was mended")]
    return "WEBVTT\n\n" + text.lstrip("\n"), [Repair("header", 1, "missing header was added")]
