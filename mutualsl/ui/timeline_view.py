"""The timeline: film-strip, cues, both predictors' curves and spans on one axis, as a string."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mutualsl.answer import Answer
from mutualsl.encoded import EncodedVideo
from mutualsl.models.base import Curve, Prediction
from mutualsl.spans import Span
from mutualsl.subtitles import Cue
from mutualsl.ui import limits
from mutualsl.ui.text import clock, clock_range, escaped, short_clock

HEADS = {"visual": "Visual", "textual": "Textual"}
_TICK_STEPS_SECOND = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
_MOST_TICKS = 8
_WIDTH, _HEIGHT = 1000, 100  # viewBox of the curves; the page stretches it


class SpanLane(NamedTuple):
    """A span to be shown, and others that came close."""

    kind: str  # as the style calls it
    name: str
    span: Span | None
    candidates: tuple[Span, ...] = ()


def timeline(encoded: EncodedVideo | None, answer: Answer | None = None) -> str:
    """HTML of the timeline; before a question only the film-strip and the cues, empty before both.

    Every lane spans the full width of `.tl-track`, so a time is a share of that width.
    """
    if encoded is None or encoded.duration_second <= 0:
        return '<p class="tl-empty">The timeline appears here once a video is loaded.</p>'
    duration = encoded.duration_second
    lanes = [_film_strip(encoded.thumbnails, duration), _cue_ribbon(encoded, duration)]
    if answer is not None:
        lanes += [
            _head_lane("visual", answer.visual, duration),
            _head_lane("textual", answer.textual, duration),
            _answer_band(answer, duration),
        ]
    return _axis(duration, _legend(answer), lanes)


def span_axis(
    duration_second: float, spans: Sequence[SpanLane], encoded: EncodedVideo | None = None
) -> str:
    """HTML of spans of any origin, a lane each, below the pictures and cues of a video."""
    duration = max(duration_second, 1e-3)
    lanes = [_span_lane(lane, duration) for lane in spans]
    if encoded is not None:
        above = [_cue_ribbon(encoded, duration)]
        if encoded.thumbnails:
            above.insert(0, _film_strip(encoded.thumbnails, duration))
        lanes = above + lanes
    return _axis(duration, _legend(None), lanes)


def _span_lane(lane: SpanLane, duration: float) -> str:
    bands = "".join(
        f'<div class="tl-candidate" style="{_place(*span, duration)}"'
        f' title="{lane.name}, next best: {clock_range(span)}"></div>'
        for span in lane.candidates
    )
    if lane.span is not None:
        bands += (
            f'<div class="tl-band" style="{_place(*lane.span, duration)}"'
            f' title="{lane.name}: {clock_range(lane.span)}"></div>'
        )
    return (
        f'<div class="tl-lane tl-span {lane.kind}">{bands}'
        f'<span class="tl-name">{lane.name}</span></div>'
    )


def _axis(duration: float, legend: str, lanes: Sequence[str]) -> str:
    """Lanes above round times, with a playhead that player.js moves."""
    return (
        f'<div class="tl">{legend}'
        f'<div class="tl-track" data-duration="{duration:.3f}" tabindex="0" role="slider"'
        f' aria-label="Time in the video" aria-valuemin="0" aria-valuemax="{duration:.1f}"'
        f' aria-valuenow="0" aria-valuetext="0:00.0 of {clock(duration)}">'
        f'{"".join(lanes)}{_ticks(duration)}<div class="tl-playhead"></div></div></div>'
    )


def _legend(answer: Answer | None) -> str:
    """What the marks mean, and the place where player.js writes the time and the current cue."""
    keys = ""
    if answer is not None:
        keys = "".join(
            f'<span class="tl-key {head}"><i></i>{name} predictor</span>'
            for head, name in HEADS.items()
        )
        keys += '<span class="tl-key line"><i></i>start</span>'
        keys += '<span class="tl-key dashed"><i></i>end, as likely as the line is high</span>'
    return (
        f'<p class="tl-legend"><span class="tl-now" aria-hidden="true">0:00.0</span>'
        f'<span class="tl-said" aria-hidden="true"></span>{keys}</p>'
    )


def _place(start_second: float, end_second: float, duration: float) -> str:
    """CSS left and width in percent of the axis, kept inside it."""
    left = min(max(start_second / duration, 0.0), 1.0)
    right = min(max(end_second / duration, left), 1.0)
    return f"left:{100 * left:.3f}%;width:{100 * (right - left):.3f}%"


def _film_strip(thumbnails: Sequence[tuple[float, bytes]], duration: float) -> str:
    """Pictures side by side, each the one nearest to the middle of its place."""
    if not thumbnails:
        return '<div class="tl-lane tl-film is-empty">No pictures</div>'
    mean_bytes = sum(len(jpeg) for _, jpeg in thumbnails) / len(thumbnails)
    affordable = max(1, int(limits.MAX_PICTURE_BYTES / max(mean_bytes, 1.0)))
    count = min(limits.MAX_PICTURES, affordable, len(thumbnails))
    seconds = np.array([second for second, _ in thumbnails])
    pictures = []
    for place in range(count):
        middle_second = (place + 0.5) * duration / count
        _, jpeg = thumbnails[int(np.abs(seconds - middle_second).argmin())]
        data = base64.b64encode(jpeg).decode("ascii")
        pictures.append(f'<img alt="" draggable="false" src="data:image/jpeg;base64,{data}">')
    return f'<div class="tl-lane tl-film">{"".join(pictures)}</div>'


def _cue_ribbon(encoded: EncodedVideo, duration: float) -> str:
    cues = encoded.subtitles.cues if encoded.subtitles is not None else ()
    if not cues:
        return '<div class="tl-lane tl-cues is-empty">No subtitles</div>'
    marks = []
    for cue in _merged(cues, limits.MAX_CUE_BINS):
        text = " ".join(cue.text.split())
        if len(text) > limits.MAX_CUE_TEXT:
            text = text[: limits.MAX_CUE_TEXT - 1] + "…"
        marks.append(
            f'<i style="{_place(cue.start_second, cue.end_second, duration)}"'
            f' title="{escaped(text)}"></i>'
        )
    return f'<div class="tl-lane tl-cues">{"".join(marks)}</div>'


def _merged(cues: Sequence[Cue], most: int) -> list[Cue]:
    """At most `most` cues: neighbours become one that keeps the first text."""
    size = math.ceil(len(cues) / most)
    groups = [cues[begin : begin + size] for begin in range(0, len(cues), size)]
    return [
        Cue(group[0].start_second, max(cue.end_second for cue in group), group[0].text)
        for group in groups
    ]


def _head_lane(head: str, prediction: Prediction | None, duration: float) -> str:
    name = HEADS[head]
    if prediction is None:
        return f'<div class="tl-lane tl-head {head} is-empty">{name} predictor: no span</div>'
    muted = "" if prediction.in_domain else " is-muted"
    start, end = prediction.start_curve, prediction.end_curve
    peak = max(_peak(start), _peak(end), 1e-6)
    return (
        f'<div class="tl-lane tl-head {head}{muted}">'
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="start" d="{_curve_path(start, duration, peak)}"/>'
        f'<path class="end" d="{_curve_path(end, duration, peak)}"/></svg>'
        f"{_band(name, prediction.span, duration)}</div>"
    )


def _band(name: str, span: Span, duration: float) -> str:
    return (
        f'<div class="tl-band" style="{_place(*span, duration)}"'
        f' title="{name} predictor: {clock_range(span)}"></div>'
    )


def _answer_band(answer: Answer, duration: float) -> str:
    """The believed span across all lanes; nothing for a fallback, which believes no span."""
    if answer.source == "fallback":
        return ""
    return f'<div class="tl-answer {answer.source}" style="{_place(*answer.span, duration)}"></div>'


def _peak(curve: Curve) -> float:
    return float(curve[:, 1].max()) if len(curve) else 0.0


def _curve_path(curve: Curve, duration: float, peak: float) -> str:
    """An SVG path of (second, probability) pairs, the maximum of each bin, scaled to the peak."""
    if not len(curve):
        return ""
    size = math.ceil(len(curve) / limits.MAX_CURVE_POINTS)
    points = []
    for begin in range(0, len(curve), size):
        group = curve[begin : begin + size]
        second, probability = group[int(group[:, 1].argmax())]
        x = _WIDTH * min(max(float(second) / duration, 0.0), 1.0)
        y = _HEIGHT * (0.97 - 0.91 * float(probability) / peak)  # room for the line's width
        points.append(f"{x:.1f} {y:.1f}")
    return "M" + "L".join(points)


def _ticks(duration: float) -> str:
    """Time marks at round seconds, no more than fit."""
    fitting = (s for s in _TICK_STEPS_SECOND if duration / s <= _MOST_TICKS)
    step = next(fitting, math.ceil(duration / _MOST_TICKS / 3600) * 3600)
    marks = []
    for number in range(int(duration // step) + 1):
        share = 100 * number * step / duration
        if share > 95:  # no room for its text
            break
        text = short_clock(number * step)
        marks.append(f'<span style="left:{share:.3f}%">{text}</span>')
    return f'<div class="tl-ticks" aria-hidden="true">{"".join(marks)}</div>'
