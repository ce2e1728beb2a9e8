"""TMLGA: rows weighted by how well they fit the question, then start and end with soft labels.

Rodriguez-Opazo, Marrese-Taylor, Saleh, Li and Gould, "Proposal-free Temporal Moment Localization of
a Natural-Language Query in Video using Guided Attention", WACV 2020,
https://arxiv.org/abs/1908.07236; sizes and labels as in their code. Differs: the question comes
from a frozen language model instead of GloVe, names in it are kept; soft labels sum to one at the
edges of a video too, an end on the edge of two rows belongs to the former, and the last row of the
answer is not pushed away by the attention loss; the span read out is the most probable one that
does not end before it starts. Theirs is the most probable start and the most probable end, and
scores nothing where they are out of order: with `constrained=False` ours is read out like that, and
is then the start's row alone. Letters: B questions, K rows, D width, M tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mutualsl.data.batch import Batch
from mutualsl.models.layers import MASKED, masked_mean, run_packed
from mutualsl.models.losses import SpanLogits, mean_where
from mutualsl.models.visual import (
    VisualConfig,
    VisualLocalizer,
    VisualOutput,
    WordProjection,
    gold_of,
)

NEIGHBOUR = 0.25  # of a boundary's probability, on the row before and on the row after


@dataclass(frozen=True, kw_only=True)
class TMLGAConfig(VisualConfig):
    """Sizes of TMLGA; the defaults are the paper's."""

    word_width: int = 300
    width: int = 512  # D
    dropout: float = 0.5
    constrained: bool = True  # start and end are chosen together; off: each for itself


class TMLGA(VisualLocalizer):
    """One vector for the question attends to the rows; two GRUs read what is left of them."""

    def __init__(self, config: TMLGAConfig) -> None:
        super().__init__(config)
        self.constrained = config.constrained
        width = config.width
        self.words = WordProjection(config.text_width, config.word_width)
        self.question_gru = nn.GRU(
            config.word_width, width // 2, bias=False, batch_first=True, bidirectional=True
        )
        self.filter = nn.Linear(width, width)
        self.rows = nn.Linear(config.row_width, width)
        self.row_gru = nn.GRU(
            width, width // 2, num_layers=2, bias=False, batch_first=True, bidirectional=True,
            dropout=config.dropout,
        )  # fmt: skip
        self.start = nn.Linear(width, 1)
        self.end = nn.Linear(width, 1)

    def forward(self, batch: Batch) -> VisualOutput:
        """Score every row as start and end; `per_row` is the attention."""
        mask, of_question = batch.row_mask, batch.question_mask
        words = run_packed(self.question_gru, self.words(batch), of_question)
        question = torch.tanh(self.filter(masked_mean(words, of_question)))  # (B, D)
        rows = self.rows(batch.rows)
        # Divided by the root of the number of words, not of the width, as in the authors' code.
        fits = (rows @ question.unsqueeze(2)).squeeze(2) / of_question.sum(1, keepdim=True).sqrt()
        attention = fits.float().masked_fill(~mask, MASKED).softmax(dim=1)
        read = run_packed(self.row_gru, rows * attention.unsqueeze(2), mask)
        start, end = self.start(read).squeeze(2), self.end(read).squeeze(2)
        spans = SpanLogits(start.masked_fill(~mask, MASKED), end.masked_fill(~mask, MASKED))
        return VisualOutput(spans, batch.timeline, attention)

    def losses(self, output: VisualOutput, batch: Batch) -> dict[str, Tensor]:
        """Divergence from both soft labels, and attention that lies outside the answer."""
        attention = output.per_row
        assert attention is not None, "attention is part of the output"
        start, end = output.timeline.gold_rows(gold_of(batch))
        log_probs = output.spans.log_probs()
        divergence = torch.zeros_like(attention[:, 0])
        for found, row in ((log_probs.start, start), (log_probs.end, end)):
            wanted = soft_label(row, batch.row_mask)
            divergence = divergence + (wanted.xlogy(wanted) - wanted * found).sum(dim=1)
        index = torch.arange(attention.shape[1], device=attention.device)
        outside = (index < start[:, None]) | (index > end[:, None])
        strayed = -torch.log1p(1e-6 - attention) * (outside & batch.row_mask)
        return {
            "span": mean_where(divergence, batch.has_video),
            "attention": mean_where(strayed.sum(dim=1), batch.has_video),
        }


def soft_label(row: Tensor, mask: Tensor) -> Tensor:
    """A boundary at `row` (B,) as probabilities of rows (B, K): half there, the rest beside it."""
    index = torch.arange(mask.shape[1], device=mask.device)
    distance = (index - row[:, None]).abs()
    label = NEIGHBOUR * (2.0 - distance).clamp_min(0.0) * mask
    return label / label.sum(dim=1, keepdim=True).clamp_min(1e-6)
