"""Cues whose two times have something else than an arrow between them, such as `->`, `—>`, `-`."""

import re

from mutualsl.subtitles.model import Repair
from mutualsl.subtitles.timestamps import GAP, UNSEEN, bare_number
from mutualsl.subtitles.vtt import NO_CUE, has_header

# Two clear times with what is left of an arrow, and nothing else but settings.
_SECONDS = r"(?:[0-9]{1,3}:)?[0-9]{1,2}:[0-9]{2}"
_CLEAR = rf"{_SECONDS}[.,][0-9]{{1,3}}"
_HEADS = (">", "&gt;", "\u2192")
_REST_OF_ARROW = "((?:[-=\u2010-\u2015\u2212] ?){1,3}(?:>|&gt;)?|\u2192)"
_SETTING = rf"[{UNSEEN}]+(?:vertical|line|position|size|align|region|[XY][12]):[^{UNSEEN}]+"
_DAMAGED = re.compile(rf"{GAP}({_CLEAR}){GAP}{_REST_OF_ARROW}{GAP}({_CLEAR})(?:{_SETTING})*{GAP}")

_TIME = rf"{_SECONDS}(?:[.,:][0-9]{{1,3}})?"
_TWO_TIMES = re.compile(rf"{GAP}{_TIME}(?:\W|&gt;){{1,20}}{_TIME}")


def mend_arrows(text: str) -> tuple[str, list[Repair]]:
    """Write the times of cues with an arrow where it is damaged.

    They stand after a number, or where an empty line or the header came before, with at most a
    name between. Elsewhere in a cue two times are text, and so are two without the head of an arrow
    where other cues have whole ones: lap times, for one.
    """
    lines, mended, unread, headed = text.split("\n"), 0, [], "-->" in text
    start, in_cue = 0, False  # where the block of this line begins, whether its times came already
    for place, line in enumerate(lines):
        comment = NO_CUE.match(lines[start])
        if (
            line == ""
            or (not comment and bare_number(line) == "")
            or (place == start and has_header(line))
        ):
            start, in_cue = place + 1, False
        elif "-->" in line:
            in_cue = True
        elif (damaged := _DAMAGED.fullmatch(line)) or _TWO_TIMES.match(line):
            if comment:
                continue
            numbered = place > start and bool(bare_number(lines[place - 1]))
            begins = numbered or (not in_cue and place <= start + 1)
            if damaged and begins and (damaged[2].endswith(_HEADS) or not headed):
                lines[place] = f"{damaged[1]} --> {damaged[3]}"
                mended += 1
            elif damaged or not in_cue:
                unread.append(line)
            in_cue = True
    repairs = []
    if mended:
        detail = "times with a damaged arrow between them were read"
        repairs.append(Repair("arrow", mended, detail))
    if unread:
        example = unread[0].strip()[:60]
        detail = (
            "lines with two times were not read as those of a cue; where they are, write --> "
            f"between them, e.g. in {example!r}"
        )
        repairs.append(Repair("no_arrow", len(unread), detail))
    return "\n".join(lines), repairs
