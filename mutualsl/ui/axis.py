"""What is drawn where on a time axis, on the page and in reports: a second is a share of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from mutualsl.answer import Answer
from mutualsl.evaluation.predictions import Found
from mutualsl.prediction import Curve, Prediction
from mutualsl.spans import Span, clock_range, iou, shared_second
from mutualsl.subtitles import Cue
from mutualsl.ui import limits

HEADS = {"visual": "Visual", "textual": "Textual"}
CURVE_WIDTH, CURVE_HEIGHT = 1000, 100  # of the box that curves are drawn in
TICK_STEPS_SECOND = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
MOST_TICKS = 8
IOU_SCALE = "0 is none, 1 the same span"


class Pair(NamedTuple):
    """Spans that one lane compares: what is drawn there, and what is said of it."""

    kind: str  # overlap | gold
    marks: tuple[tuple[str, Span], ...]  # union | intersection | gold, and where
    label: str
    words: str  # the same, for those who do not see it

    def label_place(self, duration: float) -> tuple[str, float]:
        """The edge of the axis that the label is kept from, left or right, and by what share."""
        spans = [span for _, span in self.marks]
        left = share(min(span.start_second for span in spans), duration)
        right = share(max(span.end_second for span in spans), duration)
        return ("left", left) if left + right <= 1 else ("right", 1 - right)


def pairs(answer: Answer, gold: Span | None) -> list[Pair]:
    """What there is to compare of an answer: both predictors, and the answer with the true one."""
    both = overlap(answer.visual, answer.textual)
    truth = gold_pair(gold, answer) if gold is not None else None
    return [pair for pair in (both, truth) if pair is not None]


def overlap(visual: Prediction | Found | None, textual: Prediction | Found | None) -> Pair | None:
    """Union and intersection of both spans, where both are to be taken seriously."""
    if visual is None or textual is None or not visual.in_domain:
        return None
    one, other = visual.span, textual.span
    shared, pieces = shared_second(one, other), together(one, other)
    either = sum(piece.length_second for piece in pieces)
    marks = [("union", piece) for piece in pieces]
    if shared > 0:
        marks.append(("intersection", Span(max(one[0], other[0]), min(one[1], other[1]))))
    ratio = iou(one, other)
    words = (
        f"In both spans (intersection): {shared:.1f} s. In either span (union): {either:.1f} s. "
        f"One divided by the other (IoU): {ratio:.2f}; {IOU_SCALE}."
    )
    label = f"shared {shared:.1f} s of {either:.1f} s, IoU {ratio:.2f}"
    return Pair("overlap", tuple(marks), label, words)


def gold_pair(gold: Span, answer: Answer) -> Pair:
    """Where the answer truly is, and how far the given one overlaps it."""
    words = (
        f"True answer: {clock_range(gold)}. "
        f"The answer given overlaps it by an IoU of {iou(gold, answer.span):.2f}."
    )
    return Pair("gold", (("gold", gold),), f"true answer {clock_range(gold)}", words)


def next_best(found: Prediction | None) -> list[Span]:
    """The other candidates, best first; none of a predictor that only guesses."""
    if found is None or not found.in_domain:
        return []
    return [candidate.span for candidate in found.candidates[1:]]


def share(second: float, duration: float) -> float:
    """A second as a share of the axis, kept inside it."""
    return min(max(second / duration, 0.0), 1.0)


def pictures(
    thumbnails: Sequence[tuple[float, bytes]], duration: float, most_bytes: int
) -> list[bytes]:
    """As many pictures as fit, side by side, each the one nearest to the middle of its place."""
    if not thumbnails:
        return []
    mean_bytes = sum(len(jpeg) for _, jpeg in thumbnails) / len(thumbnails)
    affordable = max(1, int(most_bytes / max(mean_bytes, 1.0)))
    count = min(limits.MAX_PICTURES, affordable, len(thumbnails))
    seconds = np.array([second for second, _ in thumbnails])
    middles = (np.arange(count) + 0.5) * duration / count
    return [thumbnails[int(np.abs(seconds - middle).argmin())][1] for middle in middles]


def merged(cues: Sequence[Cue], most: int) -> list[Cue]:
    """At most `most` cues: neighbours become one that keeps the first text."""
    size = math.ceil(len(cues) / most)
    groups = [cues[begin : begin + size] for begin in range(0, len(cues), size)]
    return [
        Cue(group[0].start_second, max(cue.end_second for cue in group), group[0].text)
        for group in groups
    ]


def peak(*curves: Curve) -> float:
    """The highest probability of curves that share one scale."""
    return max((float(curve[:, 1].max()) for curve in curves if len(curve)), default=1e-6) or 1e-6


def curve_path(curve: Curve, duration: float, highest: float) -> str:
    """An SVG path of (second, probability) pairs.

    A long curve keeps the maximum of each bin, and every point where it is high, so that it can be
    looked at closely there.
    """
    points = []
    for second, probability in curve[_kept(curve[:, 1])] if len(curve) else ():
        x = CURVE_WIDTH * share(float(second), duration)
        y = CURVE_HEIGHT * (0.97 - 0.91 * float(probability) / highest)  # room for the line's width
        points.append(f"{x:.2f} {y:.1f}")
    return "M" + "L".join(points) if points else ""


def _kept(probabilities: Curve) -> list[int]:
    """Places of the points that are drawn, in order."""
    if len(probabilities) <= limits.MAX_CURVE_POINTS:
        return list(range(len(probabilities)))
    most = limits.MAX_CURVE_POINTS // 2
    size = math.ceil(len(probabilities) / most)
    bins = range(0, len(probabilities), size)
    maxima = {begin + int(probabilities[begin : begin + size].argmax()) for begin in bins}
    highest = np.argpartition(probabilities, -most)[-most:]
    return sorted(maxima | {int(place) for place in highest})


def ticks(duration: float) -> Iterator[float]:
    """Round seconds, no more than fit, none where there is no room for its text."""
    fitting = (s for s in TICK_STEPS_SECOND if duration / s <= MOST_TICKS)
    step = next(fitting, math.ceil(duration / MOST_TICKS / 3600) * 3600)
    return (n * step for n in range(int(duration // step) + 1) if n * step <= 0.95 * duration)


def together(one: Span, other: Span) -> list[Span]:
    """The union of two spans: one piece where they overlap, otherwise two."""
    if one.start_second <= other.end_second and other.start_second <= one.end_second:
        return [Span(min(one[0], other[0]), max(one[1], other[1]))]
    return sorted([one, other])
