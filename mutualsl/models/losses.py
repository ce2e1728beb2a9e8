"""Span scores and span losses.

Letters: B questions, M positions.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from mutualsl.models.layers import BLOCK, MASKED
from mutualsl.spans import best_span, top_pairs

SORTED_AT_ONCE = 2_000_000


class SpanLogits(NamedTuple):
    """Start and end logits over rows or cues, each (B, M); padded positions are about -1e30.

    With `pair` (B, M, M) the score of a span from i to j is start_i + end_j + pair_ij, and spans,
    not positions, share the probability; without it start and end are independent.
    """

    start: Tensor
    end: Tensor
    pair: Tensor | None = None

    def of_one(self, question: int, count: int) -> SpanLogits:
        """Scores of one question of the batch, cut to its own `count` positions, on the CPU."""
        pair = None if self.pair is None else self.pair[question, None, :count, :count].cpu()
        start, end = self.start[question, None, :count], self.end[question, None, :count]
        return SpanLogits(start.cpu(), end.cpu(), pair)

    def log_probs(self) -> SpanLogits:
        """Log-probabilities of every start and every end, in float32."""
        if self.pair is None:
            start, end = self.start.float(), self.end.float()
            return SpanLogits(start.log_softmax(dim=-1), end.log_softmax(dim=-1))
        return _edges(self.joint_log_probs())

    def joint_log_probs(self) -> Tensor:
        """Log-probability of every span i <= j, (B, M, M) in float32; impossible ones at -1e30."""
        # Hours of cues have 100 MB of spans, so no more than two such tensors are made.
        start, end = self.start.float().unsqueeze(2), self.end.float().unsqueeze(1)
        joint = start + end if self.pair is None else (self.pair + start).add_(end)
        possible = torch.ones_like(joint, dtype=torch.bool).triu()
        joint = joint.masked_fill_(~possible, 3.0 * MASKED).flatten(1)
        if torch.is_grad_enabled():
            return joint.log_softmax(dim=1).view_as(possible)
        return torch.log_softmax(joint, dim=1, out=joint).view_as(possible)

    def best(self, constrained: bool = True) -> tuple[Tensor, Tensor]:
        """Most probable start <= end, as indices (B,) that carry no gradient. Eq. 1.

        Not `constrained`: the most probable start and the most probable end, in any order.
        """
        if not constrained:
            edges = self.log_probs()
            return edges.start.detach().argmax(dim=1), edges.end.detach().argmax(dim=1)
        if self.pair is None:
            log_probs = self.log_probs()
            return best_span(log_probs.start.detach(), log_probs.end.detach())
        place = self.joint_log_probs().detach().flatten(1).argmax(dim=1)
        return place // self.start.shape[1], place % self.start.shape[1]

    def ranked(self, pool: int = 64, constrained: bool = True) -> RankedSpans:
        """Probable spans of one question (B = 1), best first.

        Not `constrained`: first of all the most probable start and the most probable end, or that
        start alone where the end would be before it. Scores of pairs are in order anyway.
        """
        if self.pair is None:
            edges = self.log_probs()
            found = top_pairs(edges.start[0], edges.end[0], pool)
            if not constrained:
                start, end = (int(i) for i in self.best(constrained))
                end = max(start, end)
                first = (start, end, float(edges.start[0, start] + edges.end[0, end]))
                found = [first, *(pair for pair in found if pair[:2] != first[:2])]
            indices = torch.tensor([pair[:2] for pair in found])
            scores = torch.tensor([pair[2] for pair in found])
            return RankedSpans(edges, indices[:, 0], indices[:, 1], scores)
        joint = self.joint_log_probs()
        size = joint.shape[1]
        scores, places = _greatest(joint.flatten(), min(pool * 8, size * (size + 1) // 2))
        known = scores > MASKED / 2
        scores, places = scores[known], places[known]
        return RankedSpans(_edges(joint), places // size, places % size, scores)


@torch.no_grad()
def blend(one: SpanLogits, other: SpanLogits, share: float) -> SpanLogits:
    """Span scores that take each span to be as probable as `share` of one and the rest of other.

    A mixture: whichever of the two is sure of its span decides.
    """
    joint = one.joint_log_probs().add_(math.log(max(share, 1e-9)))
    rest = other.joint_log_probs().add_(math.log(max(1.0 - share, 1e-9)))
    torch.logaddexp(joint, rest, out=joint)
    nothing = torch.zeros_like(joint[:, 0])
    return SpanLogits(nothing, nothing, joint)


def _edges(joint: Tensor) -> SpanLogits:
    """Log-probabilities of every start and every end, (B, M), of those of spans (B, M, M)."""
    starts = [part.logsumexp(dim=2) for part in joint.split(BLOCK, dim=1)]
    ends = [part.logsumexp(dim=1) for part in joint.split(BLOCK, dim=2)]
    return SpanLogits(torch.cat(starts, dim=1), torch.cat(ends, dim=1))


def _greatest(values: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The greatest of (P,) values and their places; `topk` of millions makes pairs of all."""
    found = [part.topk(min(count, len(part))) for part in values.split(SORTED_AT_ONCE)]
    places = torch.cat([top.indices + i * SORTED_AT_ONCE for i, top in enumerate(found)])
    best = torch.cat([top.values for top in found]).topk(count)
    return best.values, places[best.indices]


class RankedSpans(NamedTuple):
    """Probable spans of one question, best first, and what each position is worth alone."""

    edges: SpanLogits  # log-probabilities of every start and every end, (1, M)
    starts: Tensor  # (P,) indices
    ends: Tensor  # (P,)
    log_probs: Tensor  # (P,)


def span_cross_entropy(logits: SpanLogits, start: Tensor, end: Tensor) -> Tensor:
    """CE(start) + CE(end) for each question (B,). Eq. 10 on rows, Eq. 11 on cues.

    Where spans share the probability this is CE(start) + CE(end given start).
    """
    if logits.pair is not None:
        joint = logits.joint_log_probs()
        return -joint[torch.arange(len(joint), device=joint.device), start, end]
    log_probs = logits.log_probs()
    return F.nll_loss(log_probs.start, start, reduction="none") + F.nll_loss(
        log_probs.end, end, reduction="none"
    )


def mean_where(values: Tensor, present: Tensor) -> Tensor:
    """Mean of (B,) values over the questions that have the modality; 0 when none has."""
    return values.where(present, 0.0).sum() / present.sum().clamp_min(1)
