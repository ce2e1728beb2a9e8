"""The time axis of a report: a still picture in SVG that needs neither script nor other files."""

from __future__ import annotations

import base64

from mutualsl.answer import Answer
from mutualsl.encoded import EncodedVideo
from mutualsl.prediction import Prediction
from mutualsl.spans import Span, clock_range
from mutualsl.ui import limits
from mutualsl.ui.axis import (
    CURVE_HEIGHT,
    CURVE_WIDTH,
    HEADS,
    Pair,
    curve_path,
    merged,
    next_best,
    pairs,
    peak,
    pictures,
    share,
    ticks,
)
from mutualsl.ui.text import escaped, short_clock

WIDTH = 1000
FILM, CUES, HEAD, PAIR, TICKS = 56, 18, 60, 28, 24  # heights of the lanes
MOST_NEXT = 6  # spans that fit below each other into a lane


def report_axis(
    encoded: EncodedVideo, answer: Answer, gold: Span | None = None, before: Answer | None = None
) -> str:
    """Film-strip, cues, each predictor's curves and spans, and what is compared, as on the page.

    `gold` is the true answer where it is known, `before` the answer before something was changed.
    """
    duration = encoded.duration_second
    lanes = [(FILM, _film(encoded, duration)), (CUES, _cues(encoded, duration))]
    for head in HEADS:
        earlier = getattr(before, head, None)
        lanes.append((HEAD, _head(head, getattr(answer, head), earlier, duration)))
    lanes += [(PAIR, _pair(pair, duration)) for pair in pairs(answer, gold)]
    lanes.append((TICKS, _ticks(duration)))
    parts, top = [], 0
    for height, lane in lanes:
        parts.append(f'<g transform="translate(0 {top})">{lane}</g>')
        top += height
    return (
        f'<svg class="axis" viewBox="0 0 {WIDTH} {top}" role="img"'
        f' aria-label="Spans on the time axis of the video">{"".join(parts)}</svg>'
        f"{_key(answer, before)}"
    )


def _key(answer: Answer, before: Answer | None) -> str:
    """What the marks mean that have no words of their own."""
    there = [head for head in (answer.visual, answer.textual) if head is not None]
    keys = []
    if there:
        keys = ["line: likely start", "dashed line: likely end"]
    if any(next_best(head) for head in there):
        keys.append("thin bars: next best spans")
    if before is not None:
        keys.append("dashed boxes: the spans before")
    return f'<p class="key">{"; ".join(keys)}.</p>' if keys else ""


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


def _head(
    head: str, prediction: Prediction | None, before: Prediction | None, duration: float
) -> str:
    name = f"{HEADS[head]} predictor"
    earlier = ""
    if before is not None:
        title = f"{name} before: {clock_range(before.span)}"
        earlier = _box("before", before.span, duration, 1, HEAD - 2, title)
    if prediction is None:
        return f'{earlier}<text x="4" y="{HEAD / 2}">{name}: no span</text>'
    start, end = prediction.start_curve, prediction.end_curve
    highest = peak(start, end)
    title = f"{name}: {clock_range(prediction.span)}"
    others = "".join(
        _box("next", span, duration, 8 + 8 * row, 4, f"{name}, next best: {clock_range(span)}")
        for row, span in enumerate(next_best(prediction)[:MOST_NEXT])
    )
    muted = "" if prediction.in_domain else " is-muted"
    return (
        f'{earlier}<g class="{head}{muted}">'
        f"{_box('band', prediction.span, duration, 4, HEAD - 6, title)}{others}"
        f'<svg width="{WIDTH}" height="{HEAD}" viewBox="0 0 {CURVE_WIDTH} {CURVE_HEIGHT}"'
        f' preserveAspectRatio="none"><path d="{curve_path(start, duration, highest)}"/>'
        f'<path class="end" d="{curve_path(end, duration, highest)}"/></svg></g>'
    )


def _pair(pair: Pair, duration: float) -> str:
    """Spans compared, and above them a label that starts or ends with them."""
    marks = "".join(
        _box(kind, span, duration, PAIR - 8, 6, pair.words) for kind, span in pair.marks
    )
    edge, distance = pair.label_place(duration)
    if edge == "left":
        where = f'x="{WIDTH * distance:.1f}"'
    else:
        where = f'x="{WIDTH * (1 - distance):.1f}" text-anchor="end"'
    return f'<text {where} y="15">{escaped(pair.label)}</text>{marks}'


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
