"""Lanes of the timeline that compare spans: both predictors' overlap, the true answer, before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mutualsl.answer import Answer
from mutualsl.prediction import Prediction
from mutualsl.spans import Span, iou, shared_second
from mutualsl.ui.axis import HEADS, share, together
from mutualsl.ui.text import clock_range, escaped


class Lane(NamedTuple):
    """A lane, and what it shows in words, for those who do not see it."""

    html: str
    words: str


def place(start_second: float, end_second: float, duration: float) -> str:
    """CSS left and width in percent of the axis, kept inside it."""
    left, right = share(start_second, duration), share(end_second, duration)
    return f"left:{100 * left:.3f}%;width:{100 * (max(right, left) - left):.3f}%"


def overlap_lane(answer: Answer, duration: float) -> Lane | None:
    """Union and intersection of both spans, where both are to be taken seriously."""
    visual, textual = answer.visual, answer.textual
    if visual is None or textual is None or not visual.in_domain:
        return None
    shared = shared_second(visual.span, textual.span)
    pieces = together(visual.span, textual.span)
    either = sum(piece.length_second for piece in pieces)
    marks = [_mark("union", piece, duration) for piece in pieces]
    if shared > 0:
        inner = Span(
            max(visual.span.start_second, textual.span.start_second),
            min(visual.span.end_second, textual.span.end_second),
        )
        marks.append(_mark("intersection", inner, duration))
    overlap = iou(visual.span, textual.span)
    label = f"shared {shared:.1f} s of {either:.1f} s, IoU {overlap:.2f}"
    words = (
        f"In both spans (intersection): {shared:.1f} s. In either span (union): {either:.1f} s. "
        f"One divided by the other (IoU): {overlap:.2f}."
    )
    hull = Span(pieces[0].start_second, pieces[-1].end_second)
    return _lane("tl-overlap", "".join(marks), label, words, hull, duration)


def gold_lane(gold: Span, answer: Answer, duration: float) -> Lane:
    """Where the answer truly is, and how far the given one overlaps it."""
    words = (
        f"True answer: {clock_range(gold)}. "
        f"The answer given overlaps it by an IoU of {iou(gold, answer.span):.2f}."
    )
    label = f"true answer {clock_range(gold)}"
    return _lane("tl-gold", _mark("gold", gold, duration), label, words, gold, duration)


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


def _mark(kind: str, span: Span, duration: float) -> str:
    return f'<i class="{kind}" style="{place(*span, duration)}"></i>'


def _lane(kind: str, marks: str, label: str, words: str, span: Span, duration: float) -> Lane:
    """Marks, and above them a label that starts or ends with the span, wherever there is room."""
    left, right = share(span.start_second, duration), share(span.end_second, duration)
    edge = f"left:{100 * left:.3f}%" if left + right <= 1 else f"right:{100 * (1 - right):.3f}%"
    html = (
        f'<div class="tl-lane tl-pair {kind}" title="{escaped(words)}">'
        f'<span style="{edge}">{escaped(label)}</span>{marks}</div>'
    )
    return Lane(html, words)
