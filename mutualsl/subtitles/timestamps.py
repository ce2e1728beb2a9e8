"""Times as subtitle files write them, and the lines that hold two of them."""

import math
import re
from typing import NamedTuple

# What people and programs write: hours may be missing or over 99, minutes over 59 where hours are
# missing, comma or dot or neither before the fraction, a minus sign after a shift to the left,
# blanks that a translation has put in, more hyphens in the arrow.
_LOOSE = (
    r"-?(?:[0-9]{1,10}[ \t]*:[ \t]*)?[0-9]{1,3}[ \t]*:[ \t]*[0-9]{1,2}"
    r"(?:[ \t]?[.,][ \t]?[0-9]{3}|[.,][0-9]*|:[0-9]{3})?"
    r"(?![0-9])"
)
# Editors put no-break spaces, and marks of the direction of writing, around numbers too.
UNSEEN = " \t\f\u00a0\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
GAP = f"[{UNSEEN}]*"
_LOOSE_LINE = re.compile(rf"{GAP}({_LOOSE}){GAP}-{{2,4}}>{GAP}({_LOOSE})")

# What the WebVTT parser and the common SRT readers accept.
_VTT = r"(?:[0-9]+:[0-5][0-9]|[0-5][0-9]):[0-5][0-9]\.[0-9]{3}(?![0-9])"
STRICT_WEBVTT_LINE = re.compile(rf"[ \t\f]*{_VTT}[ \t\f]*-->[ \t\f]*{_VTT}")
STRICT_SRT_LINE = re.compile(r"\d{2,}:[0-5]\d:[0-5]\d,\d{3} --> \d{2,}:[0-5]\d:[0-5]\d,\d{3}(?!\d)")


class Timing(NamedTuple):
    """The two times of a cue in seconds."""

    start_second: float
    end_second: float


def holds_times(line: str) -> bool:
    """Tell whether `parse_timing_line` reads a line, without reading it."""
    return _LOOSE_LINE.match(line) is not None


def bare_number(line: str) -> str | None:
    """The digits of a line that shows nothing else, "" for an empty one; otherwise `None`."""
    bare = line.strip(UNSEEN)
    return bare if not bare or (bare.isascii() and bare.isdigit()) else None


def parse_timing_line(line: str) -> Timing | None:
    """Read `start --> end [settings]`, or return None where the line is something else."""
    match = _LOOSE_LINE.match(line)
    if match is None:
        return None
    return Timing(parse_timestamp(match[1]), parse_timestamp(match[2]))


def parse_timestamp(text: str) -> float:
    """Read `[-][hh:]mm:ss[.mmm]` in seconds.

    The digits after the separator are a decimal fraction (`,5` is half a second), and a field
    over its range carries over (`75:30` is an hour and a quarter).
    """
    if text.startswith("-"):
        return -parse_timestamp(text[1:])
    hour, minute, second, fraction = _fields(text)
    millisecond = int(fraction[:3].ljust(3, "0"))
    return hour * 3600 + minute * 60 + second + millisecond / 1000


def _fields(text: str) -> tuple[int, int, int, str]:
    """Split a loose timestamp into hours, minutes, seconds and the digits of the fraction."""
    clock, *rest = re.split("[.,]", re.sub(r"[ \t]", "", text), maxsplit=1)
    fields = clock.split(":")
    if len(fields) == 4 or (len(fields) == 3 and len(fields[-1]) == 3):  # [hh:]mm:ss:mmm
        rest = [fields.pop()]
    hour, minute, second = (int(field) for field in ["0", *fields][-3:])
    return hour, minute, second, "".join(rest)


def format_timestamp(second: float, decimal_sign: str = ".") -> str:
    """Write seconds as `hh:mm:ss.mmm`, rounded to the millisecond."""
    millisecond = math.floor(second * 1000 + 0.5)
    minute, millisecond = divmod(millisecond, 60_000)
    return (
        f"{minute // 60:02d}:{minute % 60:02d}:"
        f"{millisecond // 1000:02d}{decimal_sign}{millisecond % 1000:03d}"
    )


def format_timing_line(start_second: float, end_second: float, decimal_sign: str = ".") -> str:
    """Write the line that holds the times of a cue."""
    start = format_timestamp(start_second, decimal_sign)
    return f"{start} --> {format_timestamp(end_second, decimal_sign)}"
