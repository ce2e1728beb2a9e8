"""SubRip (.srt), parsed by webvtt-py after every cue was given its number line."""

import io

import webvtt

from mutualsl.subtitles.markup import srt_text
from mutualsl.subtitles.model import Parsed, Repair
from mutualsl.subtitles.timestamps import STRICT_SRT_LINE, bare_number, holds_times
from mutualsl.subtitles.vtt import cues_of, mend_timing_lines


def parse_srt(text: str) -> Parsed:
    """Read SRT from text with line feeds as line ends."""
    lines, repairs, moved = mend_timing_lines(text.split("\n"), STRICT_SRT_LINE, ",")
    numbered, missing = _number_cues(lines)
    if missing:
        repairs.append(Repair("numbering", missing, "cues without a number line were numbered"))
    # The blank line at the end: webvtt-py refuses files of fewer than three lines.
    buffer = io.StringIO("\n".join([*numbered, "", ""]))
    captions = webvtt.WebVTT.from_buffer(buffer, format="srt").captions
    # webvtt-py leaves out cues without text; an SRT player shows nothing for them either.
    if empty := sum(map(holds_times, lines)) - len(captions):
        repairs.append(Repair("empty", empty, "cues without text were left out"))
    return Parsed(cues=cues_of(captions, moved, srt_text), format="srt", repairs=repairs)


def _number_cues(lines: list[str]) -> tuple[list[str], int]:
    """Put a blank line and a fresh number before every line of times; count the missing numbers.

    webvtt-py drops cues without a number. An old number is the line of digits just before the
    times, or one that stands alone between blank lines (files with doubled line ends).
    """
    numbered: list[str] = []
    cue_count = missing = first_cue = 0
    for line in lines:
        if not holds_times(line):
            number = bare_number(line)
            numbered.append(line.strip() if number is None else number)
            continue
        cue_count += 1
        gap = _pop_blank(numbered)
        if numbered and bare_number(numbered[-1]) and (not gap or _stands_alone(numbered)):
            numbered.pop()
        else:
            missing += 1
        if cue_count == 1:
            first_cue = len(numbered) + 1
        numbered += ["", str(cue_count), line]
    return numbered[first_cue:], missing  # webvtt-py refuses text before the first cue


def _pop_blank(lines: list[str]) -> bool:
    """Remove the blank lines at the end and tell whether there were any."""
    count = len(lines)
    while lines and not lines[-1]:
        lines.pop()
    return len(lines) < count


def _stands_alone(lines: list[str]) -> bool:
    return len(lines) < 2 or not lines[-2]
