"""Parts of a lane of the time axis, as HTML: curves, spans beside the best one, spans compared."""

from __future__ import annotations

from collections.abc import Iterable

from mutualsl.prediction import Prediction
from mutualsl.spans import Span, clock_range
from mutualsl.ui.axis import CURVE_HEIGHT, CURVE_WIDTH, HEADS, Pair, curve_path, peak, share
from mutualsl.ui.text import escaped


def place(start_second: float, end_second: float, duration: float) -> str:
    """CSS left and width in percent of the axis, kept inside it."""
    left, right = share(start_second, duration), share(end_second, duration)
    return f"left:{100 * left:.3f}%;width:{100 * (max(right, left) - left):.3f}%"


def curves(prediction: Prediction, duration: float) -> str:
    """How likely the answer starts and ends where, on one scale."""
    start, end = prediction.start_curve, prediction.end_curve
    highest = peak(start, end)
    return (
        f'<svg viewBox="0 0 {CURVE_WIDTH} {CURVE_HEIGHT}" preserveAspectRatio="none"'
        f' aria-hidden="true"><path class="start" d="{curve_path(start, duration, highest)}"/>'
        f'<path class="end" d="{curve_path(end, duration, highest)}"/></svg>'
    )


def band(name: str, span: Span, duration: float) -> str:
    """A span, of the predictor or run with that name."""
    return (
        f'<div class="tl-band" style="{place(*span, duration)}"'
        f' title="{name}: {clock_range(span)}"></div>'
    )


def pair_lane(pair: Pair, duration: float) -> str:
    """Spans compared, and above them a label that starts or ends with them, where there is room."""
    marks = "".join(
        f'<i class="{kind}" style="{place(*span, duration)}"></i>' for kind, span in pair.marks
    )
    edge, distance = pair.label_place(duration)
    return (
        f'<div class="tl-lane tl-pair tl-{pair.kind}" title="{escaped(pair.words)}">'
        f'<span style="{edge}:{100 * distance:.3f}%">{escaped(pair.label)}</span>{marks}</div>'
    )


def before_mark(head: str, before: Prediction | None, duration: float) -> str:
    """The span that this predictor gave before something was changed."""
    if before is None:
        return ""
    title = f"{HEADS[head]} predictor before: {clock_range(before.span)}"
    return (
        f'<div class="tl-before" style="{place(*before.span, duration)}" title="{title}">'
        "<span>before</span></div>"
    )


def candidate_marks(name: str, spans: Iterable[Span], duration: float) -> str:
    """Spans that came close, of the predictor or run with that name; the best has row 0."""
    return "".join(
        f'<div class="tl-candidate" style="{place(*span, duration)};--row:{row}"'
        f' title="{name}, next best: {clock_range(span)}"></div>'
        for row, span in enumerate(spans)
    )
