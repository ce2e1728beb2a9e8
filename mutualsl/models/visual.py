"""What the compared visual systems share: rows and a question in, one span of the video out.

They look at pictures and question only, never at subtitles (MutualSL, Table 1). Letters: B
questions, K rows, F row width, M tokens of a question, H width of their vectors, D model width.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn

from mutualsl.data.batch import Batch
from mutualsl.models.base import NeuralLocalizer
from mutualsl.models.decoding import decode_rows
from mutualsl.models.losses import SpanLogits, mean_where, span_cross_entropy
from mutualsl.models.statistics import RowStatistics
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.prediction import HeadPredictions
from mutualsl.timeline import Timeline


@dataclass(frozen=True, kw_only=True)
class VisualConfig:
    """Widths of what comes in."""

    row_width: int  # F
    text_width: int  # H


class VisualOutput(NamedTuple):
    """Scores of spans, and the time axis of the rows that they are about."""

    spans: SpanLogits  # (B, K)
    timeline: Timeline
    per_row: Tensor | None = None  # (B, K), what a system's further loss is about


class VisualLocalizer(NeuralLocalizer):
    """A localizer of rows by a question alone; without a video it has no answer.

    Its span is the most probable one, as its authors read it out.
    """

    reads = needs = ("video",)
    reads_question_vectors = True
    constrained = True  # start and end are chosen together
    config: VisualConfig

    def __init__(self, config: VisualConfig) -> None:
        super().__init__(config)
        self.statistics = RowStatistics(config.row_width)

    @classmethod
    def create(cls, config: Callable[..., Any], row_width: int, text_encoder: TextEncoder) -> Self:
        """A new one that reads what this language model says of a question."""
        return cls(config(row_width=row_width, text_width=text_encoder.width))

    @property
    def row_statistics(self) -> RowStatistics:
        """Of the rows it has learned from; they are not standardised by it, only judged."""
        return self.statistics

    @abstractmethod
    def forward(self, batch: Batch) -> VisualOutput:
        """Score every row as start and end of the answer."""

    def losses(self, output: VisualOutput, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the gold rows."""
        start, end = output.timeline.gold_rows(gold_of(batch))
        own = span_cross_entropy(output.spans, start, end)
        return {"span": mean_where(own, batch.has_video)}

    def decode(self, output: VisualOutput, batch: Batch, top_k: int = 5) -> list[HeadPredictions]:
        """A span in seconds for each question that has a video."""
        in_domain = self.statistics.in_domain(batch.rows, batch.row_mask)
        predictions = []
        for b in range(len(batch)):
            visual = None
            if batch.has_video[b]:
                visual = decode_rows(
                    output.spans, output.timeline, b,
                    top_k=top_k, in_domain=bool(in_domain[b]), most_probable=True,
                    constrained=self.constrained,
                )  # fmt: skip
            predictions.append(HeadPredictions(visual, None))
        return predictions


class WordProjection(nn.Module):
    """Question vectors of the frozen language model to a system's word width, (B, M, H -> D)."""

    def __init__(self, text_width: int, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.project = nn.Linear(text_width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, batch: Batch) -> Tensor:
        """Words of every question."""
        assert batch.question_vectors is not None, "this model's collator needs a question encoder"
        projected: Tensor = self.project(self.dropout(batch.question_vectors))
        return projected


def gold_of(batch: Batch) -> Tensor:
    """Gold spans (B, 2) in seconds."""
    assert batch.gold is not None, "losses need gold spans"
    return batch.gold


def row_mask(timeline: Timeline, rows: Tensor) -> Tensor:
    """Which of the rows (B, K, ...) there are, (B, K)."""
    index = torch.arange(rows.shape[1], device=rows.device)
    return index[None, :] < timeline.row_count[:, None]
