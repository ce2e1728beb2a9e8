"""Cues whose times cannot be true: out of order, without length, past the end of the video."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from mutualsl.subtitles.model import Cue, Repair
from mutualsl.subtitles.timestamps import format_timestamp

# A cue without length is shown until the next one starts, but at least and at most this long.
_MIN_SECOND, _MAX_SECOND = 0.5, 4.0

# 277 hours. The networks count in 32 bits, which tell 1/16 s apart here and much less far beyond.
LATEST_SECOND = 1_000_000.0


def round_times(cues: Sequence[Cue]) -> list[Cue]:
    """Round to milliseconds, which is all that subtitle files can hold; nothing starts before 0."""
    return [
        Cue(max(round(cue.start_second, 3), 0.0), max(round(cue.end_second, 3), 0.0), cue.text)
        for cue in cues
    ]


def after_start(cues: Sequence[Cue]) -> tuple[list[Cue], list[Repair]]:
    """Drop cues that end before the video begins, which have been moved too far to the left."""
    kept = [cue for cue in cues if cue.start_second >= 0.0 or cue.end_second > 0.0]
    if len(kept) == len(cues):
        return kept, []
    detail = "cues end before the video begins and were dropped"
    return kept, [Repair("before_start", len(cues) - len(kept), detail)]


def sort_cues(cues: Sequence[Cue]) -> tuple[list[Cue], list[Repair]]:
    """Sort by start; cues that start together keep the order of the file."""
    late = sum(after.start_second < before.start_second for before, after in pairwise(cues))
    if not late:
        return list(cues), []
    detail = "times the file goes back in time; the cues were sorted by their start"
    return sorted(cues, key=lambda cue: cue.start_second), [Repair("order", late, detail)]


def give_length(cues: Sequence[Cue]) -> tuple[list[Cue], list[Repair]]:
    """Let sorted cues that end before they start last until the next one; drop them if empty."""
    mended: list[Cue] = []
    wrong: list[Cue] = []
    next_start = float("inf")
    for cue in reversed(cues):
        length = min(max(next_start - cue.start_second, _MIN_SECOND), _MAX_SECOND)
        next_start = cue.start_second
        if cue.start_second >= cue.end_second:
            wrong.append(cue)
            if not cue.text:
                continue
            cue = replace(cue, end_second=round(cue.start_second + length, 3))
        mended.append(cue)
    if not wrong:
        return mended[::-1], []
    example = format_timestamp(wrong[-1].start_second)
    detail = (
        f"cues end when or before they start, e.g. at {example}; they got a length of up to 4 s"
    )
    return mended[::-1], [Repair("length", len(wrong), detail)]


def within_reach(cues: Sequence[Cue]) -> tuple[list[Cue], list[Repair]]:
    """Drop cues that start at `LATEST_SECOND` or later and clip those that end after it."""
    far = sum(cue.end_second > LATEST_SECOND for cue in cues)
    if not far:
        return list(cues), []
    kept = [
        replace(cue, end_second=min(cue.end_second, LATEST_SECOND))
        for cue in cues
        if cue.start_second < LATEST_SECOND
    ]
    detail = (
        f"cues lie past {LATEST_SECOND:,.0f} s and were dropped or clipped; "
        "shift the times so that they count from the start of the video"
    )
    return kept, [Repair("far", far, detail)]


def fit_video(
    cues: Sequence[Cue], video_duration_second: float | None
) -> tuple[list[Cue], list[Repair]]:
    """Drop cues that start after the video has ended and clip those that end after it."""
    if video_duration_second is None:
        return list(cues), []
    inside = [cue for cue in cues if cue.start_second < video_duration_second]
    clipped = [
        replace(cue, end_second=min(cue.end_second, video_duration_second)) for cue in inside
    ]
    repairs = []
    end = format_timestamp(video_duration_second)
    if dropped := len(cues) - len(inside):
        detail = f"cues start after the video has ended ({end}) and were dropped"
        repairs.append(Repair("past_end", dropped, detail))
    if changed := sum(before != after for before, after in zip(inside, clipped, strict=True)):
        detail = f"cues end after the video has ended ({end}) and were clipped"
        repairs.append(Repair("clipped", changed, detail))
    return clipped, repairs


def notice_overlaps(cues: Sequence[Cue]) -> list[Repair]:
    """Report cues that start while the one before is still shown; nothing is changed."""
    count = sum(after.start_second < before.end_second for before, after in pairwise(cues))
    detail = "cues start before the one before has ended; they stay as they are"
    return [Repair("overlap", count, detail)] if count else []
