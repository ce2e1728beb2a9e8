"""Rows averaged to another number of rows.

Letters: B videos, K rows, F row width, M rows afterwards.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mutualsl.timeline import Timeline


def at_most(limit: int, rows: Tensor, timeline: Timeline) -> tuple[Tensor, Timeline]:
    """Rows (B, K, F) of which no video has more than `limit`, and their time axis."""
    return averaged(rows, timeline, timeline.row_count.clamp_max(limit))


def averaged(rows: Tensor, timeline: Timeline, wanted: Tensor) -> tuple[Tensor, Timeline]:
    """Rows (B, K, F) of videos with `wanted` (B,) rows each, and their time axis.

    Row m of M is the mean of the rows from round(m K / M) to the next one's first, or that row
    itself where there are more rows than before (Zhang et al., ACL 2020, with the last row in).
    """
    if torch.equal(wanted, timeline.row_count):
        return rows, timeline
    count = int(wanted.max())
    have, want = timeline.row_count[:, None], wanted[:, None].clamp_min(1)
    edges = torch.arange(count + 1, device=rows.device) * have / want  # (B, M + 1)
    first = edges[:, :-1].round().long().minimum(have - 1).clamp_min(0)
    end = edges[:, 1:].round().long().minimum(have).maximum(first + 1)
    sums = torch.nn.functional.pad(rows.double().cumsum(dim=1), (0, 0, 1, 0))

    def up_to(row: Tensor) -> Tensor:
        return sums.gather(1, row.unsqueeze(-1).expand(-1, -1, rows.shape[2]))

    means = (up_to(end) - up_to(first)) / (end - first).unsqueeze(-1)
    inside = torch.arange(count, device=rows.device) < wanted[:, None]
    return (means * inside.unsqueeze(-1)).to(rows.dtype), timeline.divided(wanted)
