"""Spans of any origin on a time axis: pure HTML, as the timeline of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mutualsl.encoded import EncodedVideo
from mutualsl.spans import Span
from mutualsl.ui.text import clock_range
from mutualsl.ui.timeline_lanes import candidate_marks, place
from mutualsl.ui.timeline_view import axis, cue_ribbon, film_strip


class SpanLane(NamedTuple):
    """A span to be shown, and others that came close."""

    kind: str  # as the style calls it
    name: str
    span: Span | None
    candidates: tuple[Span, ...] = ()


def span_axis(
    duration_second: float, spans: Sequence[SpanLane], encoded: EncodedVideo | None = None
) -> str:
    """HTML of spans, a lane each, below the pictures and cues of a video."""
    duration = max(duration_second, 1e-3)
    lanes = [_lane(lane, duration) for lane in spans]
    if encoded is not None:
        above = [cue_ribbon(encoded, duration)]
        if encoded.thumbnails:
            above.insert(0, film_strip(encoded.thumbnails, duration))
        lanes = above + lanes
    return (
        '<div class="tl"><div class="tl-legend">'
        '<span class="tl-now" aria-hidden="true">0:00.0</span>'
        '<span class="tl-said" aria-hidden="true"></span></div>'
        f"{axis(duration, lanes)}</div>"
    )


def _lane(lane: SpanLane, duration: float) -> str:
    bands = candidate_marks(lane.name, lane.candidates, duration)
    if lane.span is not None:
        bands += (
            f'<div class="tl-band" style="{place(*lane.span, duration)}"'
            f' title="{lane.name}: {clock_range(lane.span)}"></div>'
        )
    return (
        f'<div class="tl-lane tl-span {lane.kind}">{bands}'
        f'<span class="tl-name">{lane.name}</span></div>'
    )
