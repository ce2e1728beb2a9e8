"""The time axis of a report: a still picture in SVG that needs neither script nor other files."""

from __future__ import annotations

import base64

from mutualsl.answer import Answer
from mutualsl.encoded import EncodedVideo
from mutualsl.prediction import Prediction
from mutualsl.spans import Span
from mutualsl.ui import limits
from mutualsl.ui.axis import (
    CURVE_HEIGHT,
    CURVE_WIDTH,
    HEADS,
    curve_path,
    merged,
    peak,
    pictures,
    share,
    ticks,
)
from mutualsl.ui.text import clock_range, escaped, short_clock

WIDTH = 1000
FILM, CUES, HEAD, TICKS = 56, 18, 60, 24  # heights of the lanes


def report_axis(encoded: EncodedVideo, answer: Answer) -> str:
    """Film-strip, cues, and each predictor's curves and span, with times below."""
    duration = encoded.duration_second
    lanes = [(FILM, _film(encoded, duration)), (CUES, _cues(encoded, duration))]
    lanes += [(HEAD, _head(head, getattr(answer, head), duration)) for head in HEADS]
    lanes.append((TICKS, _ticks(duration)))
    parts, top = [], 0
    for height, lane in lanes:
        parts.append(f'<g transform="translate(0 {top})">{lane}</g>')
        top += height
    return (
        f'<svg class="axis" viewBox="0 0 {WIDTH} {top}" role="img"'
        f' aria-label="Both spans on the time axis of the video">{"".join(parts)}</svg>'
    )


def _film(encoded: EncodedVideo, duration: float) -> str:
    shown = pictures(encoded.thumbnails, duration, limits.MAX_REPORT_PICTURE_BYTES)
    width = WIDTH / max(1, len(shown))
    return "".join(
        f'<image x="{place * width:.1f}" width="{width:.1f}" height="{FILM}"'
        ' preserveAspectRatio="xMidYMid slice" href="data:image/jpeg;base64,'
        f'{base64.b64encode(jpeg).decode("ascii")}"/>'
        for place, jpeg in enumerate(shown)
    )


def _cues(encoded: EncodedVideo, duration: float) -> str:
    cues = encoded.subtitles.cues if encoded.subtitles is not None else ()
    marks = "".join(
        _box("cue", Span(cue.start_second, cue.end_second), duration, 5, CUES - 10, cue.text)
        for cue in (merged(cues, limits.MAX_REPORT_CUES) if cues else ())
    )
    return f'<rect class="sunken" width="{WIDTH}" height="{CUES}"/>{marks}'


def _head(head: str, prediction: Prediction | None, duration: float) -> str:
    if prediction is None:
        return f'<text x="4" y="{HEAD / 2}">{HEADS[head]} predictor: no span</text>'
    start, end = prediction.start_curve, prediction.end_curve
    highest = peak(start, end)
    title = f"{HEADS[head]} predictor: {clock_range(prediction.span)}"
    muted = "" if prediction.in_domain else " is-muted"
    return (
        f'<g class="{head}{muted}">{_box("band", prediction.span, duration, 4, HEAD - 6, title)}'
        f'<svg width="{WIDTH}" height="{HEAD}" viewBox="0 0 {CURVE_WIDTH} {CURVE_HEIGHT}"'
        f' preserveAspectRatio="none"><path d="{curve_path(start, duration, highest)}"/>'
        f'<path class="end" d="{curve_path(end, duration, highest)}"/></svg></g>'
    )


def _box(kind: str, span: Span, duration: float, top: int, height: int, title: str) -> str:
    left, right = WIDTH * share(span.start_second, duration), WIDTH * share(span[1], duration)
    return (
        f'<rect class="{kind}" x="{left:.1f}" y="{top}" width="{max(right - left, 1):.1f}"'
        f' height="{height}" rx="3"><title>{escaped(title)}</title></rect>'
    )


def _ticks(duration: float) -> str:
    return "".join(
        f'<text x="{WIDTH * share(second, duration) + 3:.1f}" y="16">{short_clock(second)}</text>'
        for second in ticks(duration)
    )
