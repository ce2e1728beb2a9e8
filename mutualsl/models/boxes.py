"""The boxes of MutualSL's Fig. 2 that no other model has: projections and both predictors.

Letters: B questions, K rows, N cues, F row width, H language model width, D model width.
"""

from __future__ import annotations

import hashlib
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mutualsl.models.layers import (
    MASKED,
    SequenceEncoder,
    in_blocks,
    masked_mean,
    run_recurrent,
)
from mutualsl.models.losses import SpanLogits
from mutualsl.models.remembered import Remembered
from mutualsl.models.statistics import RowStatistics
from mutualsl.models.text_encoder import Segments
from mutualsl.timeline import Timeline

REMEMBERED_BYTES = 50_000_000  # rows; of width 256 about 13 hours of video
CUE_FEATURES = 5  # C, see `cue_features`
EDGE_WIDTH = 64
TYPICAL_LOG_SECOND = 3.0  # an answer of 20 seconds


class FeatureProjection(nn.Module):
    """Rows (B, K, F), standardised, to the model width D, and their visual encoder, if any."""

    def __init__(
        self, row_width: int, width: int, heads: int, dropout: float, encoder: bool = True
    ) -> None:
        super().__init__()
        self.statistics = RowStatistics(row_width)
        self.project = nn.Linear(row_width, width)
        self.encode = None
        if encoder:
            self.encode = SequenceEncoder(width, heads=heads, dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self._remembered = Remembered(REMEMBERED_BYTES)

    def forward(self, rows: Tensor, mask: Tensor) -> Tensor:
        """V of Fig. 2: (B, K, F) -> (B, K, D), padded rows zero.

        Where one question is asked, it is remembered for the next one about the video.
        """
        if self.training or torch.is_grad_enabled() or len(rows) > 1:
            return self._project(rows, mask)
        seen = hashlib.sha256(rows.cpu().numpy().tobytes()).digest()
        key = (seen, int(mask.sum()), str(rows.device))
        return self._remembered.get_or_make(key, lambda: self._project(rows, mask))

    def train(self, mode: bool = True) -> FeatureProjection:
        """What was seen with other weights is forgotten."""
        self._remembered.clear()
        return super().train(mode)

    def _load_from_state_dict(self, *loaded: Any) -> None:
        self._remembered.clear()
        super()._load_from_state_dict(*loaded)

    def _project(self, rows: Tensor, mask: Tensor) -> Tensor:
        projected: Tensor = self.project(self.dropout(self.statistics.standardise(rows)))
        if self.encode is None:
            return projected * mask.unsqueeze(-1)
        return self.encode(projected, mask)


class SegmentProjection(nn.Module):
    """Segment vectors (B, N + 1, H) to the model width, each cue with its match to the question.

    The match is the product of the two directions, coordinate by coordinate, less its mean over
    the cues: what attention would otherwise have to discover before the textual predictor can
    begin to learn. At first a few output channels carry its sum, the cosine, and the rest nothing.
    Beside it stand the words a cue shares with the question, the silence around it and its length.
    Without `edges` and `match` a segment is one linear map of its mean.
    """

    def __init__(self, text_width: int, width: int, edges: bool, match: bool = True) -> None:
        super().__init__()
        self.edges = edges
        self.dropout = nn.Dropout(0.0)  # only where a training stage asks for it
        self.project = nn.Linear((3 if edges else 1) * text_width, width)
        if edges:
            self.features = nn.Linear(CUE_FEATURES, width, bias=False)
        self.match = nn.Parameter(torch.zeros(width, text_width)) if match else None
        if self.match is None:
            return
        with torch.no_grad():
            self.match[: width // 16] = 0.25
            self.match[width // 16 : width // 8] = -0.25

    def forward(self, segments: Segments, features: Tensor | None) -> Tensor:
        """T of Eq. 2 at width D, segment 0 the question; `features` (B, N, C) are of the cues."""
        vectors = segments.joined() if self.edges else segments.mean
        projected: Tensor = self.project(self.dropout(vectors))
        if self.match is not None:
            projected = projected + of_cues(self.dropout(matches(segments)) @ self.match.T)
        if features is not None:
            projected = projected + of_cues(self.features(features))
        return projected


def of_cues(values: Tensor) -> Tensor:
    """Values (B, N, D) of cues as values of segments (B, N + 1, D), zero for the question."""
    return functional.pad(values, (0, 0, 1, 0))


def matches(segments: Segments) -> Tensor:
    """How each cue's direction goes with the question's, (B, N, H), with mean 0 over the cues."""
    directions = functional.normalize(segments.mean, dim=-1)
    match = directions[:, 1:] * directions[:, :1] * segments.mean.shape[-1] ** 0.5
    return match - masked_mean(match, segments.mask[:, 1:]).unsqueeze(1)


def cue_features(timeline: Timeline, shared: Tensor) -> Tensor:
    """Of each cue (B, N, C): words shared with the question, pauses around it, its length.

    The pause before the first cue and after the last one says nothing and is 0.
    """
    start, end, mask = timeline.cue_start_second, timeline.cue_end_second, timeline.cue_mask
    pause = (start[:, 1:] - end[:, :-1]).clamp(0.0, 30.0) * mask[:, 1:]
    before, after = functional.pad(pause, (1, 0)), functional.pad(pause, (0, 1))
    length = (end - start).clamp(0.0, 30.0) * mask
    times = torch.stack([before.log1p(), after.log1p(), length.log1p()], dim=-1)
    return torch.cat([shared, times], dim=-1)


class TextualProjection(nn.Module):
    """Cue (or token) vectors with the pooled visual feature added to each. Eq. 5-6."""

    def __init__(self, text_width: int, width: int) -> None:
        super().__init__()
        self.project = nn.Linear(text_width, width)

    def forward(self, cues: Tensor, rows: Tensor, row_mask: Tensor) -> Tensor:
        """FFN_P(T) + mean of V'' over valid rows: (B, N, H), (B, K, D) -> (B, N, D)."""
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
        start = self.start(run_recurrent(self.start_lstm, rows)).squeeze(-1)
        end = self.end(run_recurrent(self.end_lstm, rows)).squeeze(-1)
        return SpanLogits(start.masked_fill(~mask, MASKED), end.masked_fill(~mask, MASKED))


class TextualPredictor(nn.Module):
    """Start and end logits of every cue by one feed-forward network each (Eq. 9), and of spans.

    The hidden layer matters: under a single linear map the visual feature that Eq. 6 adds to every
    cue alike would cancel in the softmax. A span is scored by what all its cues say (`inside`),
    by how its two edges go together, and by its length. Without `hidden` and `pairs` it is Eq. 9 as
    printed.
    """

    def __init__(self, width: int, dropout: float, pairs: bool = True, hidden: bool = True) -> None:
        super().__init__()
        self.start = self._feed_forward(width, dropout) if hidden else nn.Linear(width, 1)
        self.end = self._feed_forward(width, dropout) if hidden else nn.Linear(width, 1)
        self.pairs = pairs
        if pairs:
            self.inside = self._feed_forward(width, dropout)
            self.start_edge = nn.Linear(width, EDGE_WIDTH)
            self.end_edge = nn.Linear(width, EDGE_WIDTH)
            self.length = nn.Parameter(torch.zeros(4))

    @staticmethod
    def _feed_forward(width: int, dropout: float) -> nn.Sequential:
        return nn.Sequential(
            nn.Linear(width, width), nn.GELU(), nn.Dropout(dropout), nn.Linear(width, 1)
        )

    def forward(self, cues: Tensor, timeline: Timeline) -> SpanLogits:
        """(B, N, D) -> two (B, N) and, with `pairs`, one (B, N, N)."""
        logits = self.edges(cues, timeline.cue_mask)
        return logits._replace(pair=self._pair(cues, timeline)) if self.pairs else logits

    def edges(self, vectors: Tensor, mask: Tensor) -> SpanLogits:
        """(B, M, D) of cues or tokens -> two (B, M)."""
        start, end = self.start(vectors).squeeze(-1), self.end(vectors).squeeze(-1)
        return SpanLogits(start.masked_fill(~mask, MASKED), end.masked_fill(~mask, MASKED))

    def _pair(self, cues: Tensor, timeline: Timeline) -> Tensor:
        """(B, N, N): what belongs to neither edge alone."""
        so_far = (self.inside(cues).squeeze(-1).float() * timeline.cue_mask).cumsum(dim=1)
        before = functional.pad(so_far[:, :-1], (1, 0))
        starts, ends = self.start_edge(cues), self.end_edge(cues).transpose(1, 2)

        def score(part: slice) -> Tensor:
            edges = starts[:, part] @ ends / EDGE_WIDTH**0.5
            said = so_far.unsqueeze(1) - before[:, part].unsqueeze(2)
            return said + edges + self._length(timeline, part)

        return in_blocks(cues.shape[1], score)

    def _length(self, timeline: Timeline, part: slice) -> Tensor:
        """Of spans that start in `part`, (B, n, N): a log-normal prior over the length.

        In seconds, and as part of the video.
        """
        start = timeline.cue_start_second[:, part].unsqueeze(2)
        end = timeline.cue_end_second.unsqueeze(1)
        seconds = (end - start).clamp_min(0.1)
        share = (seconds / timeline.duration_second[:, None, None].clamp_min(0.1)).log()
        log = seconds.log() - TYPICAL_LOG_SECOND
        a, b, c, d = self.length.unbind()
        return a * log + b * log.square() + c * share + d * share.square()
