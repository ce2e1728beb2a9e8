"""VSLNet: VSLBase with rows let through by how much they look like the answer.

Zhang, Sun, Jing and Zhou, "Span-based Localizing Network for Natural Language Video Localization",
ACL 2020, https://arxiv.org/abs/2004.13931; the highlighted region and the weight of its loss are
those of the MedVidQA benchmark (paper: 0.1 and 5). Differs as `vslbase.py` does, also by its extra
layer in self-attention. Letters: B questions, K rows, D width.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from mutualsl.data.batch import Batch
from mutualsl.models.highlight import highlight_loss, highlighted
from mutualsl.models.visual import VisualOutput, gold_of, row_mask
from mutualsl.models.vslbase import VSLBase, VSLBaseConfig, initialise


@dataclass(frozen=True, kw_only=True)
class VSLNetConfig(VSLBaseConfig):
    """Sizes of VSLNet."""

    extension: float = 0.25  # of the answer's length, highlighted on either side of it
    highlight_weight: float = 1.0


class VSLNet(VSLBase):
    """VSLBase with query-guided highlighting."""

    config: VSLNetConfig

    def __init__(self, config: VSLNetConfig) -> None:
        super().__init__(config)
        self.highlight = nn.Linear(config.width, 1)
        self.highlight.apply(initialise)

    def gate(self, fused: Tensor) -> tuple[Tensor, Tensor]:
        """Each row times its highlight, and the logits of that."""
        logits = self.highlight(fused)
        return fused * logits.sigmoid(), logits.squeeze(-1)

    def losses(self, output: VisualOutput, batch: Batch) -> dict[str, Tensor]:
        """VSLBase's, and how well the answer and what is next to it are highlighted."""
        logits = output.per_row
        assert logits is not None, "a gate tells what it lets through"
        start, end = output.timeline.best_rows(gold_of(batch))
        wanted = highlighted(start, end, self.config.extension, output.timeline, logits)
        own = highlight_loss(logits, wanted, row_mask(output.timeline, logits))
        return {**super().losses(output, batch), "highlight": self.config.highlight_weight * own}
