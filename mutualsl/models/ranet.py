"""RaNet: every span of clips is a choice, and choices are compared with each other.

Gao, Sun, Xu, Zhou and Ghanem, "Relation-aware Video Reading Comprehension for Temporal Language
Grounding", EMNLP 2021, https://arxiv.org/abs/2110.05717; sizes, labels and loss as in their code,
with the clips they use for long videos (TACoS) and the labels they use elsewhere. Differs: the
question comes from a frozen language model instead of GloVe, and its LSTM stops where it ends; the
map of choices is never built at the width of two clips, as a 1x1 convolution of two joined vectors
is a sum of two. Blocks are in `ranet_blocks.py`. Letters: B questions, N clips, M tokens, D
width, C width of a bottleneck.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mutualsl.data.batch import Batch
from mutualsl.errors import DataError
from mutualsl.models.layers import MASKED, run_packed
from mutualsl.models.losses import SpanLogits, mean_where
from mutualsl.models.ranet_blocks import GraphBlock, Interactor, RelationBlock, choices
from mutualsl.models.rows import averaged
from mutualsl.models.visual import (
    VisualConfig,
    VisualLocalizer,
    VisualOutput,
    WordProjection,
    gold_of,
)
from mutualsl.spans import batched_iou
from mutualsl.timeline import Timeline

MOST_BINS = 24 * 3600  # as many as the longest video has rows


@dataclass(frozen=True, kw_only=True)
class RaNetConfig(VisualConfig):
    """Sizes of RaNet; the defaults are the paper's."""

    word_width: int = 300
    width: int = 512  # D, four times C
    groups: int = 32  # of the convolutions in bottlenecks; divides C
    bins: int = 256  # a video is averaged to this many rows
    clips: int = 128  # N, divides `bins`
    neighbours: int = 5  # clips that are alike
    relations: int = 1  # blocks
    iou_low: float = 0.5  # a choice with this IoU is worth nothing, (TACoS: 0.3)
    iou_high: float = 1.0  # with that one everything (TACoS: 0.7)

    def __post_init__(self) -> None:
        if not 0 < self.clips <= self.bins <= MOST_BINS or self.bins % self.clips:
            raise DataError(
                f"{self.bins} bins cannot be divided into {self.clips} clips; choose a multiple, "
                f"at most {MOST_BINS}"
            )


class RaNet(VisualLocalizer):
    """Clips, a sparse map of their pairs, the question in every cell, cells among each other."""

    config: RaNetConfig
    chosen: Tensor

    def __init__(self, config: RaNetConfig) -> None:
        super().__init__(config)
        width = config.width
        self.rows = nn.Conv1d(config.row_width, width, 1)
        self.pool = nn.AvgPool1d(config.bins // config.clips)
        self.graph = GraphBlock(width, config.groups, config.neighbours)
        self.words = WordProjection(config.text_width, config.word_width)
        self.word_lstm = nn.LSTM(
            config.word_width, width // 2, num_layers=3, batch_first=True, bidirectional=True
        )
        self.interact = Interactor(width)
        self.relate = nn.ModuleList(RelationBlock(width) for _ in range(config.relations))
        self.score = nn.Conv2d(width, 1, 1)
        chosen = choices(config.clips)  # (N, N)
        self.register_buffer("chosen", chosen, persistent=False)

    def forward(self, batch: Batch) -> VisualOutput:
        """Score every choice."""
        config = self.config
        timeline = batch.timeline
        rows = functional.normalize(batch.rows, dim=2)
        bins = torch.full_like(timeline.row_count, config.bins).where(batch.has_video, 0)
        rows, _ = averaged(rows, timeline, bins)
        if not batch.has_video.any():  # one row, and even that is padding
            rows = rows.expand(-1, config.bins, -1)
        clips = self.graph(self.pool(self.rows(rows.transpose(1, 2)).relu()))  # (B, D, N)
        words = run_packed(self.word_lstm, self.words(batch), batch.question_mask)
        mask = self.chosen.to(clips.dtype)
        cells = self.interact(clips, words, batch.question_mask, mask)  # (B, D, N, N)
        for block in self.relate:
            cells = block(cells, mask)
        scores = self.score(cells).squeeze(1).masked_fill(~self.chosen, MASKED)
        count = torch.full_like(bins, config.clips).where(batch.has_video, 0)
        nothing = scores.new_zeros(len(batch), config.clips)
        spans = SpanLogits(nothing, nothing, scores)
        return VisualOutput(spans, timeline.divided(count))

    def losses(self, output: VisualOutput, batch: Batch) -> dict[str, Tensor]:
        """Binary cross-entropy of every choice with how well it fits gold."""
        assert output.spans.pair is not None, "choices are pairs of clips"
        scores = output.spans.pair[:, self.chosen].float()  # (B, choices)
        wanted = self.worth(output.timeline, gold_of(batch))
        own = functional.binary_cross_entropy_with_logits(scores, wanted, reduction="none")
        return {"choices": mean_where(own.mean(dim=1), batch.has_video)}

    def worth(self, timeline: Timeline, gold: Tensor) -> Tensor:
        """From 0 to 1, what each choice is worth, (B, choices)."""
        low, high = self.config.iou_low, self.config.iou_high
        first, last = self.chosen.nonzero(as_tuple=True)
        clip_second = timeline.row_second[:, None]
        ious = batched_iou(first * clip_second, (last + 1) * clip_second, gold[:, None])
        return ((ious - low) / (high - low)).clamp(0.0, 1.0)
