"""Spans of any origin on a time axis: pure HTML, as the timeline of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mutualsl.encoded import EncodedVideo
from mutualsl.prediction import Prediction
from mutualsl.spans import Span
from mutualsl.ui.axis import Pair
from mutualsl.ui.timeline_lanes import band, candidate_marks, curves, pair_lane
from mutualsl.ui.timeline_view import CURVE_KEYS, NEXT_KEY, cue_ribbon, film_strip, framed


class SpanLane(NamedTuple):
    """A span to be shown, others that came close, and the curves it was read from if known."""

    kind: str  # as the style calls it
    name: str
    span: Span | None
    candidates: tuple[Span, ...] = ()
    curves: Prediction | None = None
    muted: bool = False  # only a guess


def span_axis(
    duration_second: float,
    spans: Sequence[SpanLane | Pair],
    encoded: EncodedVideo | None = None,
    *,
    playing: bool = False,
) -> str:
    """HTML of spans, a lane each, below the pictures and cues of a video."""
    duration = max(duration_second, 1e-3)
    lanes = [_lane(lane, duration) for lane in spans]
    if encoded is not None:
        above = [cue_ribbon(encoded, duration)]
        if encoded.thumbnails:
            above.insert(0, film_strip(encoded.thumbnails, duration))
        lanes = above + lanes
    own = [lane for lane in spans if isinstance(lane, SpanLane)]
    keys = CURVE_KEYS if any(lane.curves for lane in own) else ""
    keys += NEXT_KEY if any(lane.candidates for lane in own) else ""
    compared = [lane for lane in spans if isinstance(lane, Pair)]
    return framed("spans", duration, lanes, keys, compared, playing)


def _lane(lane: SpanLane | Pair, duration: float) -> str:
    if isinstance(lane, Pair):
        return pair_lane(lane, duration)
    marks = "" if lane.curves is None else curves(lane.curves, duration)
    marks += candidate_marks(lane.name, lane.candidates, duration)
    if lane.span is not None:
        marks += band(lane.name, lane.span, duration)
    height = "tl-span" if lane.curves is None else "tl-head"
    muted = " is-muted" if lane.muted else ""
    return (
        f'<div class="tl-lane {height} {lane.kind}{muted}">'
        f'<span class="tl-name">{lane.name}</span><div class="tl-marks">{marks}</div></div>'
    )
