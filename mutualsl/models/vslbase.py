"""VSLBase: span localization as reading comprehension, on rows instead of words.

Zhang, Sun, Jing and Zhou, "Span-based Localizing Network for Natural Language Video Localization",
ACL 2020, https://arxiv.org/abs/2004.13931; sizes and labels as in their code and in the MedVidQA
benchmark. Differs: the question comes from a frozen language model instead of GloVe and characters,
and all of the last row counts where a video is averaged to fewer rows; self-attention has one more
linear layer after its heads (16,512 parameters at width 128), no dropout on its probabilities, and
one map for query, key and value, drawn as one, so that it begins smaller than three maps would by
the root of 2. The benchmark's "VSLBase" keeps VSLNet's gate and leaves out only its loss; this one
has no gate (`VSLNet` with `highlight_weight=0` is the benchmark's). Letters: B questions, K rows, D
width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mutualsl.data.batch import Batch
from mutualsl.models.layers import (
    MASKED,
    ContextQueryAttention,
    Fusion,
    SequenceEncoder,
    run_recurrent,
)
from mutualsl.models.losses import SpanLogits, mean_where, span_cross_entropy
from mutualsl.models.rows import at_most
from mutualsl.models.visual import (
    VisualConfig,
    VisualLocalizer,
    VisualOutput,
    WordProjection,
    gold_of,
    row_mask,
)
from mutualsl.sizes import check_heads


@dataclass(frozen=True, kw_only=True)
class VSLBaseConfig(VisualConfig):
    """Sizes of VSLBase; the defaults are the paper's, with the benchmark's number of rows."""

    width: int = 128  # D
    heads: int = 8
    dropout: float = 0.2
    max_rows: int = 800  # longer videos are averaged
    recurrent: bool = True  # the predictor: LSTMs, or the feature encoder's layers

    def __post_init__(self) -> None:
        check_heads(self.width, self.heads)


class PositionEncoder(nn.Module):
    """The feature encoder, with a learned vector for each position."""

    def __init__(self, config: VSLBaseConfig) -> None:
        super().__init__()
        self.positions = nn.Embedding(config.max_rows, config.width)
        self.encode = SequenceEncoder(config.width, heads=config.heads, dropout=config.dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, K, D) -> (B, K, D); a question longer than the table shares its last position."""
        index = torch.arange(x.shape[1], device=x.device)
        places = self.positions(index.clamp_max(self.positions.num_embeddings - 1))
        encoded: Tensor = self.encode(x + places, mask)
        return encoded


class ConditionedPredictor(nn.Module):
    """Start and end logits of every row; what finds the end begins where the start's ended."""

    def __init__(self, config: VSLBaseConfig) -> None:
        super().__init__()
        width = config.width
        self.recurrent = config.recurrent
        if config.recurrent:
            self.start_lstm = nn.LSTM(width, width, batch_first=True)
            self.end_lstm = nn.LSTM(width, width, batch_first=True)
        else:
            self.encode = PositionEncoder(config)
            self.start_norm, self.end_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.start = self._feed_forward(width)
        self.end = self._feed_forward(width)

    @staticmethod
    def _feed_forward(width: int) -> nn.Sequential:
        return nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), nn.Linear(width, 1))

    def forward(self, rows: Tensor, mask: Tensor) -> SpanLogits:
        """(B, K, D) -> two (B, K)."""
        if self.recurrent:
            start = run_recurrent(self.start_lstm, rows) * mask.unsqueeze(-1)
            end = run_recurrent(self.end_lstm, start) * mask.unsqueeze(-1)
        else:
            first = self.encode(rows, mask)
            start, end = self.start_norm(first), self.end_norm(self.encode(first, mask))
        starts = self.start(torch.cat([start, rows], dim=-1)).squeeze(-1)
        ends = self.end(torch.cat([end, rows], dim=-1)).squeeze(-1)
        return SpanLogits(starts.masked_fill(~mask, MASKED), ends.masked_fill(~mask, MASKED))


class VSLBase(VisualLocalizer):
    """Rows and question through one encoder, attention between them, then start and end."""

    def __init__(self, config: VSLBaseConfig) -> None:
        super().__init__(config)
        self.max_rows = config.max_rows
        self.words = WordProjection(config.text_width, config.width, config.dropout)
        self.rows = nn.Linear(config.row_width, config.width)
        self.encode = PositionEncoder(config)
        self.attention = ContextQueryAttention(config.width, config.dropout)
        self.fusion = Fusion(config.width)
        self.predictor = ConditionedPredictor(config)
        self.dropout = nn.Dropout(config.dropout)
        self.apply(initialise)

    def forward(self, batch: Batch) -> VisualOutput:
        """Score every row as start and end of the answer."""
        rows, timeline = at_most(self.max_rows, batch.rows, batch.timeline)
        mask = row_mask(timeline, rows)
        video = self.encode(self.rows(self.dropout(rows)), mask)
        question = self.encode(self.words(batch), batch.question_mask)
        attended = self.attention(video, question, mask, batch.question_mask)
        fused = self.fusion(attended, question, batch.question_mask)
        gated, highlight = self.gate(fused)
        return VisualOutput(self.predictor(gated, mask), timeline, highlight)

    def gate(self, fused: Tensor) -> tuple[Tensor, Tensor | None]:
        """Rows (B, K, D) for the predictor, and how much of each was let through (B, K)."""
        return fused, None

    def losses(self, output: VisualOutput, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the rows whose span is nearest to gold."""
        start, end = output.timeline.best_rows(gold_of(batch))
        return {"span": mean_where(span_cross_entropy(output.spans, start, end), batch.has_video)}


def initialise(module: nn.Module) -> None:
    """Xavier-uniform maps without bias, and the small epsilon of the authors' norms."""
    if isinstance(module, nn.Linear | nn.Conv1d):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    if isinstance(module, nn.LayerNorm):
        module.eps = 1e-6
