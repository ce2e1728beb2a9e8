"""ACRM: every row asks for its own words of the question, then start, end and inside.

Tang, Zhu, Liu, Gao and Cheng, "Frame-wise Cross-modal Matching for Video Moment Retrieval", IEEE
Transactions on Multimedia 2022, https://arxiv.org/abs/2009.10434; sizes, fusion (elementwise
product) and losses as in their code. Differs: the question comes from a frozen language model
instead of GloVe; rows attend to words at once instead of one after another; an end on the edge of
two rows belongs to the former. Letters: B questions, K rows, M tokens, D width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mutualsl.data.batch import Batch
from mutualsl.models.layers import MASKED, run_packed
from mutualsl.models.losses import SpanLogits, mean_where, span_cross_entropy
from mutualsl.models.visual import (
    VisualConfig,
    VisualLocalizer,
    VisualOutput,
    WordProjection,
    gold_of,
)


@dataclass(frozen=True, kw_only=True)
class ACRMConfig(VisualConfig):
    """Sizes of ACRM; the defaults are the paper's."""

    word_width: int = 300
    width: int = 512  # D
    dropout: float = 0.5


class FrameAttention(nn.Module):
    """For each row a mixture of the words, by an additive score of row and word."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.of_word = nn.Linear(width, width, bias=False)
        self.of_row = nn.Linear(width, width)
        self.score = nn.Linear(width, 1)

    def forward(self, rows: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        """(B, K, D), (B, M, D), (B, M) -> (B, K, D)."""
        both = torch.tanh(self.of_word(words).unsqueeze(1) + self.of_row(rows).unsqueeze(2))
        scores = self.score(both).squeeze(3).masked_fill(~mask.unsqueeze(1), MASKED)
        return scores.softmax(dim=2) @ words


class ACRM(VisualLocalizer):
    """Rows and words through LSTMs, matched row by row, and a third score for rows inside."""

    def __init__(self, config: ACRMConfig) -> None:
        super().__init__(config)
        width, half = config.width, config.width // 2
        lstm = {"batch_first": True, "bidirectional": True}
        self.words = WordProjection(config.text_width, config.word_width)
        self.word_lstm = nn.LSTM(config.word_width, half, **lstm)
        self.row_lstm = nn.LSTM(config.row_width, half, **lstm)
        self.rows = nn.Sequential(nn.Linear(width, width), nn.Tanh())
        self.attention = FrameAttention(width)
        self.asked = nn.Sequential(nn.Linear(width, width), nn.Tanh())
        self.matched_lstm = nn.LSTM(width, half, bias=False, **lstm)
        self.start, self.end, self.inside = (self._scores(width) for _ in range(3))
        self.dropout = nn.Dropout(config.dropout)
        for parameter in self.parameters():
            if parameter.ndim > 1:
                nn.init.xavier_normal_(parameter)
            else:
                nn.init.normal_(parameter)

    @staticmethod
    def _scores(width: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Linear(width, width // 2), nn.Tanh(), nn.Linear(width // 2, 1), nn.Flatten(1)
        )

    def forward(self, batch: Batch) -> VisualOutput:
        """Score every row as start, end and, in `per_row`, as a part of the answer."""
        mask, of_question = batch.row_mask, batch.question_mask
        words = self.dropout(run_packed(self.word_lstm, self.words(batch), of_question))
        rows = self.rows(self.dropout(run_packed(self.row_lstm, batch.rows, mask)))
        matched = rows * self.asked(self.attention(rows, words, of_question))
        read = self.dropout(run_packed(self.matched_lstm, matched, mask))
        start, end, inside = (
            scores(read).masked_fill(~mask, MASKED)
            for scores in (self.start, self.end, self.inside)
        )
        return VisualOutput(SpanLogits(start, end), batch.timeline, inside)

    def losses(self, output: VisualOutput, batch: Batch) -> dict[str, Tensor]:
        """Start, end, and the rows from one to the other among all rows."""
        assert output.per_row is not None, "the inside of an answer is part of the output"
        start, end = output.timeline.gold_rows(gold_of(batch))
        index = torch.arange(output.per_row.shape[1], device=start.device)
        inner = (index >= start[:, None]) & (index <= end[:, None])
        log_probs = output.per_row.float().log_softmax(dim=1)
        # One less than the number of rows, as in the authors' code.
        inside = -log_probs.where(inner, 0.0).sum(dim=1) / (end - start).clamp_min(1)
        return {
            "span": mean_where(span_cross_entropy(output.spans, start, end), batch.has_video),
            "inside": mean_where(inside, batch.has_video),
        }
