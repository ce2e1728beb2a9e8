"""Advanced SubStation Alpha (.ass, .ssa), parsed by pysubs2."""

import re
import warnings
from collections.abc import Iterable

import pysubs2

from mutualsl.errors import SubtitleError
from mutualsl.subtitles.markup import plain_text, tidy_lines
from mutualsl.subtitles.model import Cue, Parsed, Repair

# pysubs2 warns about every damaged margin or layer, which are of no use here.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"pysubs2\.")

_SECTION = re.compile(r"^\s*\[(?:Script Info|V4\+? Styles|Events)\]", re.IGNORECASE | re.MULTILINE)
_EVENTS = re.compile(r"^\s*\[Events\]", re.IGNORECASE | re.MULTILINE)
# What FFmpeg hands out for every kind of text track: ReadOrder,Layer,Style,Name,3 margins,Effect
_PACKET_FIELDS = re.compile(r"(?:\d+,){2}[^,\n]*,[^,\n]*,(?:\d+,){3}[^,\n]*,")


def looks_like_ass(text: str) -> bool:
    """Tell by the section headings, whatever the file is called."""
    return _SECTION.search(text[:4096]) is not None


def parse_ass(text: str, name: str) -> Parsed:
    """Read the dialogue lines; comments and vector drawings carry no words."""
    try:
        events = pysubs2.SSAFile.from_string(_events_only(text), format_="ass").events
    except (pysubs2.Pysubs2Error, ValueError, LookupError) as error:
        raise SubtitleError(
            f"{name}: cannot be read as ASS/SSA ({error}); save it as .srt or .vtt and try again"
        ) from error
    dialogue = [event for event in events if not event.is_comment and not event.is_drawing]
    repairs = []
    if left_out := len(events) - len(dialogue):
        repairs.append(Repair("comments", left_out, "comment and drawing lines were left out"))
    cues = [
        Cue(event.start / 1000, event.end / 1000, tidy_lines(event.plaintext)) for event in dialogue
    ]
    return Parsed(cues=cues, format="ass", repairs=repairs)


def _events_only(text: str) -> str:
    """Cut out styles and fonts: pysubs2 gives up on the whole file where one of them is damaged."""
    heading = _EVENTS.search(text)
    return text[heading.start() :] if heading else "[Events]\n"


def parse_track(
    events: Iterable[tuple[float, float, str]], codec: str, language: str | None
) -> Parsed:
    """Read (start second, end second, text) of a text track inside a video."""
    cues = [Cue(start, end, _packet_text(text)) for start, end, text in events]
    return Parsed(cues=cues, format=codec, repairs=[], language=language)


def _packet_text(text: str) -> str:
    """Remove ASS fields and overrides, then the tags that other formats leave in the text."""
    text = _PACKET_FIELDS.sub("", text, count=1) if _PACKET_FIELDS.match(text) else text
    return plain_text(pysubs2.SSAEvent(text=text).plaintext)
