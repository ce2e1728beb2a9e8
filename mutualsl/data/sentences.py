"""Times for sentences of which only some are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mutualsl.subtitles import Cue

# Where no time is known at all, or only one: about the pace of a narrator.
CHARACTERS_PER_SECOND = 15.0
MIN_SECOND = 0.01


def time_sentences(
    sentences: Sequence[str], starts: Mapping[int, float], ends: Mapping[int, float]
) -> tuple[Cue, ...]:
    """One cue a sentence; `starts` and `ends` are the known times (seconds) by sentence.

    Every other edge lies between the known ones around it, in proportion to characters. Before
    the first known time speech begins at 0; after the last it goes on at the pace of the rest.
    """
    start_at = np.cumsum([0, *(len(s) + 1 for s in sentences)])[: len(sentences)]
    end_at = start_at + [len(s) for s in sentences] if sentences else start_at
    known = {float(start_at[i]): second for i, second in starts.items()}
    known |= {float(end_at[i]): second for i, second in ends.items()}
    characters, seconds = _anchors(known, float(end_at[-1]) if sentences else 0.0)
    cues = []
    for i, text in enumerate(sentences):
        start = starts.get(i, float(np.interp(start_at[i], characters, seconds)))
        end = ends.get(i, float(np.interp(end_at[i], characters, seconds)))
        cues.append(Cue(round(start, 3), round(max(end, start + MIN_SECOND), 3), text))
    return tuple(sorted((cue for cue in cues if cue.text), key=lambda cue: cue.start_second))


def _anchors(known: Mapping[float, float], last: float) -> tuple[list[float], list[float]]:
    """Characters and their seconds, neither ever going back, from character 0 to the `last`."""
    characters = sorted(known)
    seconds = [float(s) for s in np.maximum.accumulate([known[c] for c in characters] or [0.0])]
    characters = characters or [0.0]
    pace = CHARACTERS_PER_SECOND
    if seconds[-1] > seconds[0]:
        pace = (characters[-1] - characters[0]) / (seconds[-1] - seconds[0])
    if characters[0] > 0:
        characters, seconds = [0.0, *characters], [0.0, *seconds]
    if characters[-1] < last:
        seconds = [*seconds, seconds[-1] + (last - characters[-1]) / pace]
        characters = [*characters, last]
    return characters, seconds
