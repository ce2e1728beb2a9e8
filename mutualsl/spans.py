"""Spans in seconds: how well two agree, and which of them a predictor's scores prefer.

Also how their times are written for people.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from torch import Tensor

T = TypeVar("T")
ROUNDING = 1e-9  # differences of IoU, or of seconds, below this are none
MAX_IOU = 0.5  # spans of one predictor that overlap by this are the same choice


class Span(NamedTuple):
    """An interval of a video, in seconds."""

    start_second: float
    end_second: float

    @property
    def length_second(self) -> float:
        """Length in seconds; negative when the span is inverted."""
        return self.end_second - self.start_second


def clock(second: float) -> str:
    """A time as m:ss.s, from one hour on as h:mm:ss.s."""
    tenths = math.floor(max(0.0, second) * 10 + 0.5)  # as scripts round
    minutes, rest = divmod(tenths, 600)
    seconds = f"{rest // 10:02d}.{rest % 10}"
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours}:{minutes_left:02d}:{seconds}" if hours else f"{minutes}:{seconds}"


def clock_range(span: Span) -> str:
    """A span as 0:12.3 – 0:20.1 (an en dash)."""
    return f"{clock(span.start_second)} – {clock(span.end_second)}"


def iou(a: Span, b: Span) -> float:
    """Intersection over union in continuous seconds; 0 when disjoint, inverted or empty. Eq. 15."""
    hull = max(a.end_second, b.end_second) - min(a.start_second, b.start_second)
    if min(a.length_second, b.length_second) <= 0:
        return 0.0
    return shared_second(a, b) / hull


def shared_second(a: Span, b: Span) -> float:
    """Seconds that lie in both spans; 0 when disjoint."""
    end_second = min(a.end_second, b.end_second)
    return max(0.0, end_second - max(a.start_second, b.start_second))


@overload
def reaches(value: float, threshold: float) -> bool: ...
@overload
def reaches(
    value: npt.NDArray[np.float64], threshold: npt.NDArray[np.float64] | float
) -> npt.NDArray[np.bool_]: ...
def reaches(value: Any, threshold: Any) -> Any:
    """Whether a value, such as an IoU, is at least `threshold`; ties count, however rounded."""
    return value >= threshold - ROUNDING


def batched_iou(starts: Tensor, ends: Tensor, gold: Tensor) -> Tensor:
    """IoU of spans given by `starts` and `ends` (B,) with `gold` (B, 2), all in seconds.

    Inverted or empty spans score exactly 0, so a pseudo-label made of one carries no weight.
    """
    gold_start, gold_end = gold[..., 0], gold[..., 1]
    intersection = ends.minimum(gold_end) - starts.maximum(gold_start)
    hull = ends.maximum(gold_end) - starts.minimum(gold_start)
    overlap = (intersection / hull.clamp_min(1e-6)).clamp(0.0, 1.0)
    return overlap * ((ends > starts) & (gold_end > gold_start))


def pairwise_iou(starts: Tensor, ends: Tensor) -> Tensor:
    """IoU of every two of P spans in seconds, (P,), (P,) -> (P, P); inverted ones score 0."""
    intersection = ends[:, None].minimum(ends) - starts[:, None].maximum(starts)
    hull = ends[:, None].maximum(ends) - starts[:, None].minimum(starts)
    proper = ends > starts
    return (intersection / hull.clamp_min(1e-6)).clamp(0.0, 1.0) * (proper & proper[:, None])


def best_span(start_log_probs: Tensor, end_log_probs: Tensor) -> tuple[Tensor, Tensor]:
    """Indices (start <= end) that maximise start * end probability, for each of (B, M) rows.

    One pass: for every end, the best start so far is a running maximum. Eq. 1, factorised.
    """
    best_start_score, best_start = start_log_probs.cummax(dim=-1)
    end = (best_start_score + end_log_probs).argmax(dim=-1)
    start = best_start.gather(-1, end.unsqueeze(-1)).squeeze(-1)
    return start, end


def top_pairs(
    start_log_probs: Tensor, end_log_probs: Tensor, pool: int = 64
) -> list[tuple[int, int, float]]:
    """Good (start, end, log probability) index pairs of one sequence (M,), best first.

    Pairs are formed of the `pool` most probable starts and ends; the joint best is always among
    them, also when no such start lies before such an end.
    """
    size = min(pool, start_log_probs.numel())
    starts, ends = start_log_probs.topk(size).indices, end_log_probs.topk(size).indices
    joint = start_log_probs[starts][:, None] + end_log_probs[ends][None, :]
    allowed = starts[:, None] <= ends[None, :]
    rows, columns = allowed.nonzero(as_tuple=True)
    scores = joint[rows, columns]
    order = scores.argsort(descending=True, stable=True)[: pool * 8]
    pairs = zip(
        starts[rows[order]].tolist(),
        ends[columns[order]].tolist(),
        scores[order].tolist(),
        strict=True,
    )
    start, end = (int(i) for i in best_span(start_log_probs[None], end_log_probs[None]))
    best = (start, end, float(start_log_probs[start] + end_log_probs[end]))
    return [best, *(pair for pair in pairs if pair[:2] != best[:2])]


def suppress_overlaps(ranked: Iterable[tuple[Span, T]], count: int) -> list[tuple[Span, T]]:
    """Non-maximum suppression: keep the first of any that overlap by `MAX_IOU` or more.

    `ranked` is read only until `count` are kept.
    """
    kept: list[tuple[Span, T]] = []
    for span, payload in ranked:
        if len(kept) == count:
            break
        if all(iou(span, other) < MAX_IOU for other, _ in kept):
            kept.append((span, payload))
    return kept
