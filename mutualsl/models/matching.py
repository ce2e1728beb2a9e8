"""How well each cue, and each span of cues, matches the question, by frozen sentence vectors.

Letters: B questions, N cues, H width of the vectors, M features of a cue.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from mutualsl.models.layers import MASKED, masked_mean

RADII = (0, 1, 3, 8)  # a cue is compared alone and with as many neighbours on either side
MATCHES = len(RADII) + 1
CUE_MATCHES = 3 * MATCHES  # M: each as it is, in standard deviations of the video, below its best
SPAN_MATCHES = 3


class Match(NamedTuple):
    """Similarities of one question and its video's cues."""

    cues: Tensor  # (B, N, M)
    spans: Tensor  # (B, N, N, 3), from cue i to cue j: all its words, its best cue, shared words


def compare(question: Tensor, cues: Tensor, sizes: Tensor, overlap: Tensor, mask: Tensor) -> Match:
    """Compare `question` (B, H) with `cues` (B, N, H), unit vectors.

    `sizes` (B, N) are numbers of tokens, by which the cues of a span count; `overlap` (B, N) the
    share of the question's words in a cue; `mask` (B, N) says which cues there are.
    """
    with torch.autocast(cues.device.type, enabled=False):
        return _compare(question, cues, sizes * mask, overlap, mask)


def _compare(question: Tensor, cues: Tensor, sizes: Tensor, overlap: Tensor, mask: Tensor) -> Match:
    # Sums over a whole transcript are subtracted from each other below: 64 bits.
    so_far = (cues * sizes.unsqueeze(-1)).double().cumsum(dim=1)
    so_far = functional.pad(so_far, (0, 0, 1, 0))  # (B, N + 1, H)
    count = cues.shape[1]
    place = torch.arange(count, device=cues.device)
    matches = []
    for radius in RADII:
        first, end = (place - radius).clamp_min(0), (place + radius + 1).clamp_max(count)
        around = functional.normalize((so_far[:, end] - so_far[:, first]).float(), dim=-1)
        matches.append((around @ question.unsqueeze(-1)).squeeze(-1))
    raw = torch.stack([*matches, overlap], dim=-1)
    mean = masked_mean(raw, mask).unsqueeze(1)
    deviation = masked_mean((raw - mean).square(), mask).sqrt().unsqueeze(1)
    best = raw.masked_fill(~mask.unsqueeze(-1), MASKED).amax(dim=1, keepdim=True)
    features = torch.cat([raw, (raw - mean) / (deviation + 1e-3) / 3.0, raw - best], dim=-1)
    spans = [_whole(question, so_far), _best_inside(raw[..., 0]), _best_inside(overlap)]
    return Match(features * mask.unsqueeze(-1), torch.stack(spans, dim=-1))


def _whole(question: Tensor, so_far: Tensor) -> Tensor:
    """(B, N, N): cosine of the question and the sum of the vectors from cue i to cue j."""
    along = (so_far @ question.double().unsqueeze(-1)).squeeze(-1)
    product = so_far @ so_far.transpose(1, 2)
    square = product.diagonal(dim1=1, dim2=2)
    length = square[:, None, 1:] + square[:, :-1, None] - 2.0 * product[:, :-1, 1:]
    return ((along[:, None, 1:] - along[:, :-1, None]) / length.clamp_min(0.01).sqrt()).float()


def _best_inside(matches: Tensor) -> Tensor:
    """(B, N, N): the highest of the matches (B, N) from cue i to cue j."""
    count = matches.shape[1]
    later = torch.ones(count, count, dtype=torch.bool, device=matches.device).triu()
    values = matches.unsqueeze(1).expand(-1, count, -1).masked_fill(~later, -1.0)
    return values.cummax(dim=2).values
