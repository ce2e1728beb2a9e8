"""Span scores of one question to a prediction in seconds with candidates."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from mutualsl.errors import MutualSLError
from mutualsl.models.losses import SpanLogits
from mutualsl.prediction import Candidate, Prediction
from mutualsl.spans import Span, pairwise_iou, suppress_overlaps
from mutualsl.timeline import Timeline

ToSeconds = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
RIGHT_IOU = 0.5  # a span this close to the answer counts as right
TOLERANCE = 0.25  # edges moved by up to this share of the span leave about that IoU


def decode_span(
    logits: SpanLogits,
    start_second: Tensor,
    end_second: Tensor,
    to_seconds: ToSeconds,
    *,
    top_k: int,
    in_domain: bool = True,
    most_probable: bool = False,
    constrained: bool = True,
) -> Prediction:
    """The span with the highest expected IoU and its alternatives, thinned by NMS at IoU 0.5.

    Eq. 1 takes the most probable span; where the boundaries are in doubt, many less probable ones
    agree on another that is right more often (`docs/decisions/0017-expected-iou.md`). `logits` are
    of one question (1, M), `start_second` and `end_second` (M,) its positions; `to_seconds` maps
    start and end indices (P,) to seconds. The score is the raw confidence, `calibrated` later; that
    of a further candidate is smaller by as much as its expected IoU. With `most_probable` the
    probability itself decides, as in Eq. 1 and in the compared systems. Not `constrained`, start
    and end are chosen each for itself (`SpanLogits.ranked`). Raises `MutualSLError` where the
    logits have overflowed.
    """
    edges, first_index, last_index, pair_log_probs = logits.ranked(constrained=constrained)
    if edges.start.isnan().any() or edges.end.isnan().any():
        raise MutualSLError(
            "the scores of the model are not finite, so its training has diverged; train it again "
            "with smaller learning rates, or use another checkpoint"
        )
    span_start_second, span_end_second = to_seconds(first_index, last_index)
    overlap = pairwise_iou(span_start_second, span_end_second)
    mass = pair_log_probs.exp()
    merit = mass if most_probable else overlap @ mass
    if not constrained:  # the first is the answer, however probable it is
        merit = torch.cat([merit.max().unsqueeze(0), merit[1:]])
    order = merit.argsort(descending=True, stable=True).tolist()
    seconds = torch.stack([span_start_second, span_end_second], dim=1).tolist()
    kept = suppress_overlaps(((Span(*seconds[i]), i) for i in order), top_k)
    best, first = kept[0]
    right = mass[overlap[first] >= RIGHT_IOU].sum()
    score = float(beyond_chance(right, start_second, end_second, best))
    candidates = tuple(
        Candidate(span, score * float(merit[i] / merit[first].clamp_min(1e-9))) for span, i in kept
    )
    return Prediction(
        span=best,
        score=score,
        candidates=candidates,
        start_curve=torch.stack([start_second, edges.start[0].exp()], dim=1).numpy(),
        end_curve=torch.stack([end_second, edges.end[0].exp()], dim=1).numpy(),
        in_domain=in_domain,
    )


def decode_cues(
    logits: SpanLogits, timeline: Timeline, *, top_k: int, most_probable: bool = False
) -> Prediction:
    """`decode_span` over the cues of one question: logits (1, N) and `Timeline.of_one`."""
    return decode_span(
        logits,
        timeline.cue_start_second[0],
        timeline.cue_end_second[0],
        timeline.cues_to_seconds,
        top_k=top_k,
        most_probable=most_probable,
    )


def decode_rows(
    logits: SpanLogits,
    timeline: Timeline,
    question: int,
    *,
    top_k: int,
    in_domain: bool,
    most_probable: bool = False,
    constrained: bool = True,
) -> Prediction:
    """What `decode_span` finds for one question of a batch; logits and timeline are of its rows."""
    own = timeline.of_one(question)
    count = int(own.row_count[0])
    every = torch.arange(count)
    return decode_span(
        logits.of_one(question, count),
        *own.rows_to_seconds(every, every),
        own.rows_to_seconds,
        top_k=top_k,
        in_domain=in_domain,
        most_probable=most_probable,
        constrained=constrained,
    )


def beyond_chance(mass: Tensor, start_second: Tensor, end_second: Tensor, span: Span) -> Tensor:
    """How sure the model is of spans like this one, less what even positions would give it.

    `mass` is the probability of spans that overlap `span` by IoU >= 0.5, so a boundary that is
    merely spread over neighbouring seconds does not look like doubt. Where there is only one cue to
    choose, choosing it says nothing. Positions are (M,); the result is a scalar in [0, 1].
    """
    reach = TOLERANCE * span.length_second
    near_start = (start_second - span.start_second).abs() <= reach + 1e-3
    near_end = (end_second - span.end_second).abs() <= reach + 1e-3
    chance = near_start.float().mean() * near_end.float().mean()
    return ((mass - chance) / (1.0 - chance).clamp_min(1e-6)).clamp(0.0, 1.0)
