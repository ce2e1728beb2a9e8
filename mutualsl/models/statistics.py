"""What the visual predictor has seen (row statistics) and how far its scores can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

import torch
from torch import Tensor, nn


class RowStatistics(nn.Module):
    """Mean and covariance of the feature rows a model was trained on.

    They standardise its input and tell footage it can judge from footage it cannot: a video is in
    domain when the mean Mahalanobis distance of its rows is at most `limit`. Rows are (..., F).
    """

    mean: Tensor
    scale: Tensor
    precision: Tensor
    limit: Tensor

    def __init__(self, row_width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(row_width))
        self.register_buffer("scale", torch.ones(row_width))
        self.register_buffer("precision", torch.zeros(row_width, row_width))
        self.precision.diagonal().fill_(1.0)  # torch.eye of an outline would import a compiler
        self.register_buffer("limit", torch.tensor(torch.inf))

    @torch.no_grad()
    def fit(self, videos: Sequence[Tensor], ridge: float = 0.01) -> None:
        """Learn from the rows (K, F) of training videos; `ridge` tames nearly constant features.

        One video at a time: the rows of hundreds of hours, in 64 bits, would take gigabytes.
        """
        count = sum(map(len, videos))
        mean = _sum(rows.double().sum(0) for rows in videos) / count
        freedom = max(1, count - 1)
        variance = _sum((rows.double() - mean).square().sum(0) for rows in videos) / freedom
        scale = variance.sqrt().clamp_min(1e-3)
        standard = ((rows.double() - mean) / scale for rows in videos)
        covariance = _sum(rows.T @ rows for rows in standard) / freedom
        eye = torch.eye(len(covariance), dtype=covariance.dtype)
        self.mean.copy_(mean)
        self.scale.copy_(scale)
        self.precision.copy_(torch.linalg.inv(covariance + ridge * eye))

    def standardise(self, rows: Tensor) -> Tensor:
        """Zero mean and unit variance per feature, as in training."""
        return (rows - self.mean) / self.scale

    def distance(self, rows: Tensor, mask: Tensor) -> Tensor:
        """Mean squared Mahalanobis distance per feature of each video: (B, K, F) -> (B,).

        In float32 also under autocast, as large terms cancel here.
        """
        with torch.autocast(rows.device.type, enabled=False):
            centred = self.standardise(rows)
            squared = ((centred @ self.precision) * centred).mean(-1)
        return (squared * mask).sum(1) / mask.sum(1).clamp_min(1)

    def in_domain(self, rows: Tensor, mask: Tensor) -> Tensor:
        """Whether each video (B,) looks like what the rows were fitted on."""
        return self.distance(rows, mask) <= self.limit


def _sum(parts: Iterable[Tensor]) -> Tensor:
    return reduce(torch.add, parts)


class ScoreCalibration(nn.Module):
    """A predictor's raw confidence to the probability that its span has IoU >= 0.5 with the answer.

    Platt scaling; where the other predictor has a span too, what it says counts as well: how sure
    it is, and how far the two spans agree (their IoU).
    """

    alone: Tensor
    beside: Tensor

    def __init__(self) -> None:
        super().__init__()
        # Weights of the own logit, the other's logit, the agreement and 1.
        self.register_buffer("alone", torch.tensor([1.0, 0.0, 0.0, 0.0]))
        self.register_buffer("beside", torch.tensor([1.0, 0.0, 0.0, 0.0]))

    def forward(
        self, confidence: Tensor, other: Tensor | None = None, agreement: Tensor | None = None
    ) -> Tensor:
        """Calibrated probability of raw confidences in [0, 1], any shape, on their device."""
        if other is None or agreement is None:
            return _probability(_evidence(confidence, None, None), self.alone)
        return _probability(_evidence(confidence, other, agreement), self.beside)

    def fit(
        self,
        confidence: Tensor,
        correct: Tensor,
        other: Tensor | None = None,
        agreement: Tensor | None = None,
    ) -> None:
        """Logistic regression of `correct` (M,) on confidences (M,), with or without the other."""
        weights = self.alone if other is None else self.beside
        weights.copy_(_logistic(_evidence(confidence, other, agreement), correct))


def _evidence(confidence: Tensor, other: Tensor | None, agreement: Tensor | None) -> Tensor:
    """(..., 4): own logit, the other's logit, agreement, 1."""
    own = confidence.float().logit(eps=1e-4)
    absent = torch.zeros_like(own)
    others = absent if other is None else other.float().logit(eps=1e-4)
    agrees = absent if agreement is None else agreement.float()
    return torch.stack([own, others, agrees, torch.ones_like(own)], dim=-1)


def _probability(evidence: Tensor, weights: Tensor) -> Tensor:
    return torch.sigmoid(evidence @ weights.to(evidence.device))


def _logistic(evidence: Tensor, correct: Tensor) -> Tensor:
    """Weights (4,) that predict `correct` (M,), drawn gently to trusting the own logit as it is.

    With Platt's targets, which leave room for doubt: of five questions that are all right the next
    one may still be wrong.
    """
    right, usual = int(correct.sum()), torch.tensor([1.0, 0.0, 0.0, 0.0])
    wrong = len(correct) - right
    target = torch.where(correct.bool(), (right + 1) / (right + 2), 1 / (wrong + 2))
    found = _fitted(evidence, target, usual)
    if found[0] < 0.0:
        # A falling curve would put the worst candidate first; then confidence says nothing.
        found = torch.cat([torch.zeros(1), _fitted(evidence[:, 1:], target, usual[1:])])
    return found


def _fitted(evidence: Tensor, target: Tensor, usual: Tensor) -> Tensor:
    weights = usual.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(evidence @ weights, target)
        # Few questions must not give a steep curve; the last weight, the offset, is free.
        loss = loss + 1e-3 * (weights - usual)[:-1].square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return weights.detach().clone()
