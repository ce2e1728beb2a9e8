"""Which rows belong to the answer and its surroundings: labels and loss (VSLNet, Eq. 12).

Letters: B questions, K rows.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from mutualsl.timeline import Timeline

EXTENSION = 0.25  # of the answer's length, to either side
INSIDE_WEIGHT = 2.0  # of a row that belongs to it; any other counts 1


def highlight_labels(timeline: Timeline, gold: Tensor, mask: Tensor) -> Tensor:
    """1 on rows of the gold spans (B, 2), in seconds, and near them; (B, K) like `mask`."""
    start, end = timeline.gold_rows(gold)
    reach = ((end - start + 1) * EXTENSION).round()
    row = torch.arange(mask.shape[1], device=mask.device)[None, :]
    inside = (row >= (start - reach)[:, None]) & (row <= (end + reach)[:, None])
    return (inside & mask).float()


def highlight_loss(logits: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
    """Weighted binary cross-entropy of row logits (B, K), the mean over valid rows; (B,)."""
    weights = mask * (1.0 + (INSIDE_WEIGHT - 1.0) * labels)
    losses = F.binary_cross_entropy_with_logits(logits.float(), labels, reduction="none")
    return (losses * weights).sum(dim=1) / mask.sum(dim=1).clamp_min(1)
