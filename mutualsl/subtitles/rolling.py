"""Rolling captions: each cue repeats the line before and adds one, as YouTube's automatic ones do.

Such a track has every line two or three times, so a question would meet its answer in the wrong
cues too. The repeated lines are taken out of the text; the times of every cue stay as they are.
Tracks whose cues merely overlap, or in which people say the same again, are not touched.
"""

from collections.abc import Sequence
from dataclasses import replace

from mutualsl.subtitles.model import Cue, Repair

# YouTube shows a finished line alone for 10 ms before the next cue repeats it.
_TRANSITION_SECOND = 0.05
# Beyond this gap the screen was empty: what comes then was said again.
_MAX_GAP_SECOND = 1.0
_MIN_GROWING_PAIRS = 2
_MIN_ROLLING_SHARE = 0.5
# Nobody shows more at once, and comparing takes as long as the square of it.
_MAX_LINES = 20


def unroll(cues: Sequence[Cue]) -> tuple[list[Cue], list[Repair]]:
    """Remove repeated lines if the track, sorted by start, is a rolling one.

    Cues that only repeat keep their times and are left without text.
    """
    lines = [cue.text.split("\n") if cue.text else [] for cue in cues]
    repeats = [0] + [
        _repeated_lines(lines[i - 1], lines[i]) if _touch(cues[i - 1], cues[i]) else 0
        for i in range(1, len(cues))
    ]
    if not _is_rolling(cues, lines, repeats):
        return list(cues), []
    unrolled = [
        replace(cue, text="\n".join(own[repeat:]))
        for cue, own, repeat in zip(cues, lines, repeats, strict=True)
    ]
    emptied = sum(
        not after.text and bool(cue.text) for cue, after in zip(cues, unrolled, strict=True)
    )
    detail = (
        "cues of a rolling caption repeated the line before; each line is kept once, times stay "
        f"({emptied} cues held nothing new and are silent now)"
    )
    return unrolled, [Repair("rolling", sum(repeat > 0 for repeat in repeats), detail)]


def _repeated_lines(before: list[str], after: list[str]) -> int:
    """Count the lines at the end of one cue with which the next one begins, as far as is usual."""
    for count in range(min(len(before), len(after), _MAX_LINES), 0, -1):
        if before[-count:] == after[:count]:
            return count
    return 0


def _touch(before: Cue, after: Cue) -> bool:
    return after.start_second - before.end_second <= _MAX_GAP_SECOND


def _is_rolling(cues: Sequence[Cue], lines: list[list[str]], repeats: list[int]) -> bool:
    """Tell rolling captions by cues that repeat a whole line *and* add one, most of the time.

    A cue that repeats without adding counts only if it is too short to be read: people who say
    "yes" twice make two cues of ordinary length.
    """
    growing = transitions = pairs = 0
    for cue, own, repeat in zip(cues[1:], lines[1:], repeats[1:], strict=True):
        pairs += bool(own)
        if 0 < repeat < len(own):
            growing += 1
        elif repeat and cue.end_second - cue.start_second <= _TRANSITION_SECOND:
            transitions += 1
    return growing >= _MIN_GROWING_PAIRS and growing + transitions > _MIN_ROLLING_SHARE * pairs
