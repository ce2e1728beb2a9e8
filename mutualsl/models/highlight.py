"""Which rows belong to the answer and its surroundings: labels and loss (VSLNet).

Letters: B questions, K rows.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from mutualsl.timeline import Timeline

EXTENSION = 0.25  # of the answer's length, highlighted on either side of it


def highlighted(
    start: Tensor, end: Tensor, extension: float, timeline: Timeline, like: Tensor
) -> Tensor:
    """1 for the rows from `start` to `end` (B,) and `extension` of that on either side, (B, K)."""
    more = (extension * (end - start + 1)).round().long()
    index = torch.arange(like.shape[1], device=like.device)
    inside = (index >= (start - more)[:, None]) & (index <= (end + more)[:, None])
    return (inside & (index < timeline.row_count[:, None])).float()


def highlight_loss(logits: Tensor, wanted: Tensor, mask: Tensor) -> Tensor:
    """Binary cross-entropy of rows (B, K), the wanted ones twice, over the number of valid rows."""
    weight = mask.float() * (1.0 + wanted)
    own = F.binary_cross_entropy_with_logits(logits.float(), wanted, weight=weight, reduction="sum")
    return own / mask.sum().clamp_min(1)
