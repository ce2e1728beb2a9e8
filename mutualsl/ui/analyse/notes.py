"""What a person says of one question: tags, a note, and a corrected span."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from mutualsl.data.record import is_text
from mutualsl.errors import MutualSLError
from mutualsl.spans import Span, clock
from mutualsl.ui.limits import MAX_NOTE_CHARACTERS, MAX_TAG_CHARACTERS, MAX_TAGS

_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?)")
_ROUNDING_SECOND = 0.05  # times are shown with one decimal, so an end may be written this much late


@dataclass(frozen=True, slots=True)
class Note:
    """All of it; empty where nothing was said."""

    tags: tuple[str, ...] = ()
    text: str = ""
    span: Span | None = None

    def __bool__(self) -> bool:
        return bool(self.tags or self.text or self.span)

    def fields(self) -> tuple[str, str, str, str]:
        """What stands in the form: tags, note, start and end."""
        start, end = ("", "") if self.span is None else map(_written, self.span)
        return ", ".join(self.tags), self.text, start, end

    def summary(self) -> str:
        """A few words for the table."""
        text = self.text if len(self.text) <= 60 else f"{self.text[:59]}…"
        said = [*self.tags, *([text] if text else []), *(["corrected"] if self.span else [])]
        return ", ".join(" ".join(part.split()) for part in said)


def read_note(tags: str, text: str, start: str, end: str, duration_second: float) -> Note:
    """The note of a filled-in form; raises `MutualSLError` for what cannot be kept."""
    named = tuple(dict.fromkeys(" ".join(tag.split()) for tag in tags.split(",") if tag.strip()))
    if len(named) > MAX_TAGS or any(len(tag) > MAX_TAG_CHARACTERS for tag in named):
        raise MutualSLError(
            f"at most {MAX_TAGS} tags of {MAX_TAG_CHARACTERS} characters; separate them by commas"
        )
    if len(text) > MAX_NOTE_CHARACTERS:
        raise MutualSLError(
            f"the note has {len(text):,} characters; shorten it to {MAX_NOTE_CHARACTERS:,}"
        )
    if not is_text("".join((*named, text))):
        raise MutualSLError("the note or a tag holds half a character; type it again")
    return Note(named, text.strip(), _span(start, end, duration_second))


def _span(start: str, end: str, duration_second: float) -> Span | None:
    if not start.strip() and not end.strip():
        return None
    if not start.strip() or not end.strip():
        raise MutualSLError("a corrected span needs both a start and an end; give both, or neither")
    span = Span(_second(start), _second(end))
    if 0.0 <= span.end_second - duration_second <= _ROUNDING_SECOND:
        span = Span(span.start_second, duration_second)
    if span.end_second <= span.start_second:
        raise MutualSLError(
            f"the corrected span ends at {clock(span.end_second)}, which is not after its start at "
            f"{clock(span.start_second)}; move one of them"
        )
    if span.end_second > duration_second:
        raise MutualSLError(
            f"the corrected span ends at {clock(span.end_second)}, but the video at "
            f"{clock(duration_second)}; move it inside"
        )
    return span


def _written(second: float) -> str:
    return f"{second:.3f}".rstrip("0").rstrip(".")


def _second(text: str) -> float:
    """Seconds of `75.5`, `1:15.5` or `0:01:15.5`."""
    found = _TIME.fullmatch(text.strip())
    hours, minutes, seconds = found.groups(default="0") if found else ("0", "0", "nan")
    second = 3600.0 * float(hours) + 60.0 * float(minutes) + float(seconds)
    if not math.isfinite(second):
        raise MutualSLError(f"{text.strip()!r} is not a time; write seconds, or minutes as 1:15.5")
    return second
