"""The boxes of MutualSL's Fig. 2 that no other model has: projections and both predictors.

Letters: B questions, K rows, N cues, F row width, H language model width, D model width.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mutualsl.models.layers import MASKED, SequenceEncoder, masked_mean
from mutualsl.models.losses import SpanLogits
from mutualsl.models.statistics import RowStatistics


class FeatureProjection(nn.Module):
    """Rows (B, K, F), standardised, to the model width D, and their visual encoder."""

    def __init__(self, row_width: int, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.statistics = RowStatistics(row_width)
        self.project = nn.Linear(row_width, width)
        self.encode = SequenceEncoder(width, heads=heads, dropout=dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(self, rows: Tensor, mask: Tensor) -> Tensor:
        """V of Fig. 2: (B, K, F) -> (B, K, D)."""
        return self.encode(self.project(self.dropout(self.statistics.standardise(rows))), mask)


class SegmentProjection(nn.Module):
    """Segment vectors (B, N + 1, H) to the model width, each cue with its match to the question.

    The match is the product of the two directions, coordinate by coordinate, less its mean over
    the cues: what attention would otherwise have to discover before the textual predictor can
    begin to learn. At first a few output channels carry its sum, the cosine, and the rest nothing.
    """

    def __init__(self, text_width: int, width: int) -> None:
        super().__init__()
        self.project = nn.Linear(text_width, width)
        self.match = nn.Parameter(torch.zeros(width, text_width))
        with torch.no_grad():
            self.match[: width // 16] = 0.25
            self.match[width // 16 : width // 8] = -0.25

    def forward(self, segments: Tensor, mask: Tensor) -> Tensor:
        """T of Eq. 2 at width D; segment 0 is the question, `mask` is (B, N + 1)."""
        directions = functional.normalize(segments, dim=-1)
        match = directions[:, 1:] * directions[:, :1] * segments.shape[-1] ** 0.5
        match = match - masked_mean(match, mask[:, 1:]).unsqueeze(1)
        return self.project(segments) + functional.pad(match @ self.match.T, (0, 0, 1, 0))


class TextualProjection(nn.Module):
    """Cue vectors with the pooled visual feature added to each. Eq. 5-6."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.project = nn.Linear(width, width)

    def forward(self, cues: Tensor, rows: Tensor, row_mask: Tensor) -> Tensor:
        """FFN_P(T) + mean of V'' over valid rows: (B, N, D), (B, K, D) -> (B, N, D)."""
        return self.project(cues) + masked_mean(rows, row_mask).unsqueeze(1)


class VisualPredictor(nn.Module):
    """Start and end logits of every row by two parallel LSTMs. Eq. 7-8."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.start_lstm = nn.LSTM(width, width, batch_first=True)
        self.end_lstm = nn.LSTM(width, width, batch_first=True)
        self.start = nn.Linear(width, 1)
        self.end = nn.Linear(width, 1)

    def forward(self, rows: Tensor, mask: Tensor) -> SpanLogits:
        """(B, K, D) -> two (B, K)."""
        start = self.start(self.start_lstm(rows)[0]).squeeze(-1)
        end = self.end(self.end_lstm(rows)[0]).squeeze(-1)
        return SpanLogits(start.masked_fill(~mask, MASKED), end.masked_fill(~mask, MASKED))


class TextualPredictor(nn.Module):
    """Start and end logits of every cue by one feed-forward network each. Eq. 9.

    The hidden layer matters: under a single linear map the visual feature that Eq. 6 adds to every
    cue alike would cancel in the softmax.
    """

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.start = self._feed_forward(width, dropout)
        self.end = self._feed_forward(width, dropout)

    @staticmethod
    def _feed_forward(width: int, dropout: float) -> nn.Sequential:
        return nn.Sequential(
            nn.Linear(width, width), nn.GELU(), nn.Dropout(dropout), nn.Linear(width, 1)
        )

    def forward(self, cues: Tensor, mask: Tensor) -> SpanLogits:
        """(B, N, D) -> two (B, N)."""
        start, end = self.start(cues).squeeze(-1), self.end(cues).squeeze(-1)
        return SpanLogits(start.masked_fill(~mask, MASKED), end.masked_fill(~mask, MASKED))
