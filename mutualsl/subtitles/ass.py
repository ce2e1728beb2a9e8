"""Advanced SubStation Alpha (.ass, .ssa), parsed by pysubs2.

pysubs2's own regular expressions for headings and overrides take the square of the length of a
line, so it is handed event lines alone, and overrides are found here.
"""

import re
import warnings
from collections.abc import Iterable

import pysubs2
from pysubs2.time import TIMESTAMP, TIMESTAMP_SHORT

from mutualsl.errors import SubtitleError, in_a_line
from mutualsl.subtitles.markup import plain_text, srt_text, tidy_lines
from mutualsl.subtitles.model import Cue, Parsed, Repair

# pysubs2 warns about every damaged margin or layer, which are of no use here.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"pysubs2\.")

_SECTION = re.compile(
    r"^[^\S\n]*\[(?:Script Info|V4\+? Styles|Events)\][^\S\n]*$", re.IGNORECASE | re.MULTILINE
)
_EVENTS = re.compile(r"^[^\S\n]*\[Events\][^\S\n]*$", re.IGNORECASE | re.MULTILINE)
_OVERRIDE = re.compile(r"\{[^}]*\}")
_DRAWING_SCALE = re.compile(r"\\p([0-9])")
# ReadOrder,Layer,Style,Name,3 margins,Effect
_PACKET_FIELDS = re.compile(r"(?:\d+,){2}[^,\n]*,[^,\n]*,(?:\d+,){3}[^,\n]*,")
# The order that pysubs2 expects, whatever the line `Format:` says, and what a missing one holds.
_FIELDS = {
    "layer": "0", "start": "", "end": "", "style": "Default", "name": "", "marginl": "0",
    "marginr": "0", "marginv": "0", "effect": "", "text": "",
}  # fmt: skip


def looks_like_ass(text: str) -> bool:
    """Tell by the section headings, whatever the file is called; they come before any arrow."""
    return _SECTION.search(text[:4096].partition("-->")[0]) is not None


def parse_ass(text: str, name: str) -> Parsed:
    """Read the dialogue lines; comments and vector drawings carry no words."""
    lines, unreadable = _events_only(text)
    try:
        events = pysubs2.SSAFile.from_string("\n".join(lines), format_="ass").events
    except (pysubs2.Pysubs2Error, ValueError, LookupError) as error:
        raise SubtitleError(
            f"{name}: cannot be read as ASS/SSA ({in_a_line(error)}); "
            "save it as .srt or .vtt and try again"
        ) from error
    dialogue = [event for event in events if not event.is_comment and not _is_drawing(event.text)]
    repairs = []
    if unreadable:
        repairs.append(Repair("unreadable", unreadable, "lines without times were left out"))
    if left_out := len(events) - len(dialogue):
        repairs.append(Repair("comments", left_out, "comment and drawing lines were left out"))
    cues = [
        Cue(event.start / 1000, event.end / 1000, tidy_lines(_words(event.text)))
        for event in dialogue
    ]
    return Parsed(cues=cues, format="ass", repairs=repairs)


def _events_only(text: str) -> tuple[list[str], int]:
    """The lines of events with their fields in the usual order, and how many have no times.

    pysubs2 gives up on the whole file where a style, a font or a time is damaged.
    """
    heading = _EVENTS.search(text)
    names, events, unreadable = list(_FIELDS), ["[Events]"], 0
    for line in text[heading.end() :].split("\n") if heading else []:
        kind, _, rest = line.lstrip().partition(":")
        if kind == "Format":
            found = [name.strip().lower() for name in rest.split(",")]
            names = found if {"start", "end"} < set(found) and found[-1] == "text" else names
        elif kind in ("Dialogue", "Comment"):
            fields = dict(zip(names, rest.strip().split(",", len(names) - 1), strict=False))
            if "text" in fields and all(_is_time(fields[edge]) for edge in ("start", "end")):
                usual = (fields.get(name, missing) for name, missing in _FIELDS.items())
                events.append(f"{kind}: {','.join(usual)}")
            else:
                unreadable += 1
    return events, unreadable


def _is_time(text: str) -> bool:
    """Tell what pysubs2 reads as a time."""
    time = text.strip().removeprefix("-").strip()
    return TIMESTAMP.match(time) is not None or TIMESTAMP_SHORT.match(time) is not None


def parse_track(
    events: Iterable[tuple[float, float, str]], codec: str, language: str | None
) -> Parsed:
    """Read (start second, end second, text) of a text track inside a video."""
    words = _TRACK_WORDS.get(codec, plain_text)
    cues = [Cue(start, end, words(text)) for start, end, text in events]
    return Parsed(cues=cues, format=codec, repairs=[], language=language)


def _packet_words(text: str) -> str:
    """The words of an event, with or without the fields before them."""
    fields = _PACKET_FIELDS.match(text)
    return plain_text(_words(text[fields.end() :] if fields else text))


_TRACK_WORDS = {"ass": _packet_words, "subrip": srt_text}


def _words(text: str) -> str:
    """The text of an event without overrides; its signs for spaces and line ends are replaced."""
    overridden, rest = _parted(text)
    words = _OVERRIDE.sub("", overridden) + rest
    return words.replace(r"\h", " ").replace(r"\n", "\n").replace(r"\N", "\n")


def _is_drawing(text: str) -> bool:
    """Tell whether the overrides of an event switch to drawing; the last one of a block counts."""
    blocks = _OVERRIDE.finditer(_parted(text)[0])
    scales = (_DRAWING_SCALE.findall(block[0]) for block in blocks)
    return any(scale[-1] != "0" for scale in scales if scale)


def _parted(text: str) -> tuple[str, str]:
    """The text up to its last closing brace, and the rest, in which no override can end.

    Without the rest, no search for a closing brace is in vain: each would go to the end.
    """
    end = text.rfind("}") + 1
    return text[:end], text[end:]
