"""What the visual predictor has seen (row statistics) and how far its scores can be trusted."""

from __future__ import annotations

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
        self.register_buffer("precision", torch.eye(row_width))
        self.register_buffer("limit", torch.tensor(torch.inf))

    @torch.no_grad()
    def fit(self, rows: Tensor, ridge: float = 0.01) -> None:
        """Learn from training rows (M, F); `ridge` keeps nearly constant features harmless."""
        rows = rows.double()
        self.mean.copy_(rows.mean(0))
        self.scale.copy_(rows.std(0).clamp_min(1e-3))
        covariance = torch.cov(((rows - rows.mean(0)) / rows.std(0).clamp_min(1e-3)).T)
        eye = torch.eye(len(covariance), dtype=covariance.dtype)
        self.precision.copy_(torch.linalg.inv(covariance + ridge * eye))

    def standardise(self, rows: Tensor) -> Tensor:
        """Zero mean and unit variance per feature, as in training."""
        return (rows - self.mean) / self.scale

    def distance(self, rows: Tensor, mask: Tensor) -> Tensor:
        """Mean squared Mahalanobis distance per feature of each video: (B, K, F) -> (B,)."""
        centred = self.standardise(rows)
        squared = ((centred @ self.precision) * centred).mean(-1)
        return (squared * mask).sum(1) / mask.sum(1).clamp_min(1)

    def in_domain(self, rows: Tensor, mask: Tensor) -> Tensor:
        """Whether each video (B,) looks like what the rows were fitted on."""
        return self.distance(rows, mask) <= self.limit


class ScoreCalibration(nn.Module):
    """Platt scaling: confidence to the probability that a span has IoU >= 0.5 with the answer."""

    slope: Tensor
    offset: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("slope", torch.tensor(1.0))
        self.register_buffer("offset", torch.tensor(0.0))

    def forward(self, confidence: Tensor) -> Tensor:
        """Calibrated probability of a raw confidence in [0, 1], any shape."""
        return torch.sigmoid(self.slope * confidence.logit(eps=1e-4) + self.offset)

    def fit(self, confidence: Tensor, correct: Tensor) -> None:
        """Logistic regression of `correct` (M,) on the logit of `confidence` (M,)."""
        slope = torch.tensor(1.0, requires_grad=True)
        offset = torch.tensor(0.0, requires_grad=True)
        optimizer = torch.optim.LBFGS([slope, offset], max_iter=200, line_search_fn="strong_wolfe")
        logit, target = confidence.float().logit(eps=1e-4), correct.float()

        def closure() -> Tensor:
            optimizer.zero_grad()
            predicted = slope * logit + offset
            loss = nn.functional.binary_cross_entropy_with_logits(predicted, target)
            loss = loss + 1e-3 * (slope - 1.0) ** 2  # few questions must not give a steep curve
            loss.backward()
            return loss

        optimizer.step(closure)
        with torch.no_grad():
            # A falling curve would put the worst candidate first; then confidence says nothing.
            self.slope.copy_(slope.clamp_min(0.0))
            self.offset.copy_(offset)
