"""How well each cue, and each span of cues, matches the question, by frozen sentence vectors.

Letters: B questions, N cues, H width of the vectors, M features of a cue.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from mutualsl.models.layers import MASKED, in_blocks, masked_mean

# A cue is compared alone, between its neighbours, as the mean of this many on either side, and by
# words: their share, and BM25.
RADII = (3, 8)
MATCHES = 2 + len(RADII) + 2
CUE_MATCHES = 3 * MATCHES  # M: each as it is, in standard deviations of the video, below its best
SPAN_MATCHES = (4.0, 3.0, 0.5, 1.0)  # what each kind of match of a span counts before training


class Match(NamedTuple):
    """Similarities of one question and its video's cues."""

    cues: Tensor  # (B, N, M)
    question: Tensor  # (B, H)
    so_far: Tensor  # (B, N + 1, H), sums of the vectors of cues, in 64 bits
    kinds: tuple[Tensor, ...]  # (B, N) each

    @property
    def spans(self) -> tuple[Callable[[], Tensor], ...]:
        """Each makes (B, N, N), from cue i to j: all it says, its best cue, its most words."""
        best = (partial(_best_inside, kind) for kind in self.kinds)
        return (partial(_whole, self.question, self.so_far), *best)


def compare(question: Tensor, cues: Tensor, sizes: Tensor, shared: Tensor, mask: Tensor) -> Match:
    """Compare `question` (B, H) with `cues` (B, N, 2, H), unit vectors of each alone and in place.

    `sizes` (B, N) are numbers of tokens, by which the cues of a span count; `shared` (B, N, 2) are
    `word_matches`; `mask` (B, N) says which cues there are.
    """
    with torch.autocast(cues.device.type, enabled=False):
        return _compare(question, cues, sizes * mask, shared, mask)


def _compare(question: Tensor, cues: Tensor, sizes: Tensor, shared: Tensor, mask: Tensor) -> Match:
    # Sums over a whole transcript are subtracted from each other below: 64 bits.
    so_far = (cues[:, :, 0] * sizes.unsqueeze(-1)).double().cumsum(dim=1)
    so_far = functional.pad(so_far, (0, 0, 1, 0))  # (B, N + 1, H)
    count = cues.shape[1]
    place = torch.arange(count, device=cues.device)
    matches = list((cues @ question[:, None, :, None]).squeeze(-1).unbind(dim=-1))
    for radius in RADII:
        first, end = (place - radius).clamp_min(0), (place + radius + 1).clamp_max(count)
        around = functional.normalize((so_far[:, end] - so_far[:, first]).float(), dim=-1)
        matches.append((around @ question.unsqueeze(-1)).squeeze(-1))
    raw = torch.cat([torch.stack(matches, dim=-1), shared], dim=-1)
    mean = masked_mean(raw, mask).unsqueeze(1)
    deviation = masked_mean((raw - mean).square(), mask).sqrt().unsqueeze(1)
    best = raw.masked_fill(~mask.unsqueeze(-1), MASKED).amax(dim=1, keepdim=True)
    features = torch.cat([raw, (raw - mean) / (deviation + 1e-3) / 3.0, raw - best], dim=-1)
    kinds = (matches[0], *shared.unbind(dim=-1))
    return Match(features * mask.unsqueeze(-1), question, so_far, kinds)


def _whole(question: Tensor, so_far: Tensor) -> Tensor:
    """(B, N, N): cosine of the question and the sum of the vectors from cue i to cue j."""
    along = (so_far @ question.double().unsqueeze(-1)).squeeze(-1)
    square = so_far.square().sum(dim=-1)
    before, until = so_far[:, :-1], so_far[:, 1:].transpose(1, 2)

    def cosine(part: slice) -> Tensor:
        first = square[:, :-1][:, part, None]
        length = square[:, None, 1:] + first - 2.0 * (before[:, part] @ until)
        reached = along[:, None, 1:] - along[:, :-1][:, part, None]
        return (reached / length.clamp_min(0.01).sqrt()).float()

    return in_blocks(until.shape[2], cosine)


def _best_inside(matches: Tensor) -> Tensor:
    """(B, N, N): the highest of the matches (B, N) from cue i to cue j."""
    place = torch.arange(matches.shape[1], device=matches.device)

    def highest(part: slice) -> Tensor:
        earlier = place < place[part, None]
        values = matches.unsqueeze(1).expand(-1, len(earlier), -1).masked_fill(earlier, -1.0)
        return values.cummax(dim=2).values

    return in_blocks(len(place), highest)
