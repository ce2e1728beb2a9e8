"""The blocks of RaNet (see `ranet.py`).

Letters: B questions, N clips, M tokens, D width, C = D / 4 width of a bottleneck.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mutualsl.models.layers import MASKED

FINE, COARSE = 15, 8  # lengths of choices at the first step and at every further one
SQUEEZE = 8  # width of values to width of queries and keys in criss-cross attention


def choices(clips: int) -> Tensor:
    """Which spans from clip i to clip j are choices, (N, N).

    Their lengths go up in steps of one clip 15 times, then in steps of two, of four and so on 8
    times each; a span of a length that goes up in larger steps begins at a multiple of the step.
    """
    chosen = torch.eye(clips, dtype=torch.bool)
    further, step, times = 0, 1, FINE
    while further < clips - 1:
        for _ in range(times):
            further += step
            first = torch.arange(0, max(0, clips - further), step)
            chosen[first, first + further] = True
        step, times = 2 * step, COARSE
    return chosen


class GraphBlock(nn.Module):
    """Clips learn from their neighbours in time and from those that look like them (GCNeXt)."""

    def __init__(self, width: int, groups: int, neighbours: int) -> None:
        super().__init__()
        narrow, self.neighbours = width // 4, neighbours
        self.in_time = nn.Sequential(
            nn.Conv1d(width, narrow, 1), nn.ReLU(),
            nn.Conv1d(narrow, narrow, 3, padding=1, groups=groups), nn.ReLU(),
            nn.Conv1d(narrow, width, 1),
        )  # fmt: skip
        across = (1, neighbours)
        self.in_looks = nn.Sequential(
            nn.Conv2d(2 * width, narrow, 1), nn.ReLU(),
            nn.Conv2d(narrow, narrow, across, padding=(0, neighbours // 2), groups=groups),
            nn.ReLU(),
            nn.Conv2d(narrow, width, 1),
        )  # fmt: skip

    def forward(self, clips: Tensor) -> Tensor:
        """(B, D, N) -> (B, D, N)."""
        alike = self.in_looks(self._edges(clips)).amax(dim=3)
        return functional.relu(self.in_time(clips) + alike + 2.0 * clips)

    def _edges(self, clips: Tensor) -> Tensor:
        """Each clip with each of the most similar ones, itself first: (B, 2 D, N, neighbours)."""
        vectors = clips.detach().transpose(1, 2).float()
        nearest = torch.cdist(vectors, vectors).topk(self.neighbours, dim=2, largest=False).indices
        width, count = clips.shape[1:]
        places = nearest.flatten(1).unsqueeze(1).expand(-1, width, -1)
        others = clips.gather(2, places).unflatten(2, (count, self.neighbours))
        return torch.cat([others, clips.unsqueeze(3).expand_as(others)], dim=1)


class PairConvolution(nn.Module):
    """A 1x1 convolution of joined pairs of clips, and zeros where there is no choice."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.of_pair = nn.Conv1d(2 * width, width, 1)

    def forward(self, clips: Tensor, mask: Tensor) -> Tensor:
        """(B, D, N), (N, N) -> (B, D, N, N)."""
        weight, bias = self.of_pair.weight, self.of_pair.bias
        assert bias is not None
        first, last = weight.chunk(2, dim=1)
        starts, ends = functional.conv1d(clips, first), functional.conv1d(clips, last)
        return (starts.unsqueeze(3) + ends.unsqueeze(2)) * mask + bias[:, None, None]


class Interactor(nn.Module):
    """The question in every choice: as a whole, and by the words that the choice attends to."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.whole_text, self.whole_pairs = nn.Linear(width, width), PairConvolution(width)
        self.key_text, self.key_pairs = nn.Linear(width, width), PairConvolution(width)
        self.value_text, self.value_pairs = nn.Linear(width, width), PairConvolution(width)

    def forward(self, clips: Tensor, words: Tensor, word_mask: Tensor, mask: Tensor) -> Tensor:
        """(B, D, N), (B, M, D), (B, M), (N, N) -> (B, D, N, N)."""
        absent = ~word_mask.unsqueeze(2)
        pooled = self.whole_text(words.masked_fill(absent, -torch.inf).amax(dim=1))
        whole = functional.normalize(
            pooled[:, :, None, None] * self.whole_pairs(clips, mask), dim=1
        )
        keys = self.key_pairs(clips, mask)
        fits = self.key_text(words) @ keys.flatten(2) / keys.shape[1] ** 0.5  # (B, M, N N)
        share = fits.masked_fill(absent, MASKED).softmax(dim=1)
        said = (self.value_text(words).transpose(1, 2) @ share).view_as(keys)
        by_words = functional.normalize(said * self.value_pairs(clips, mask), dim=1)
        return functional.relu(whole + by_words)


class CrissCross(nn.Module):
    """Cells look along row and column (Huang et al., ICCV 2019); at first not at all."""

    def __init__(self, width: int) -> None:
        super().__init__()
        narrow = max(1, width // SQUEEZE)
        self.query, self.key = nn.Conv2d(width, narrow, 1), nn.Conv2d(width, narrow, 1)
        self.value = nn.Conv2d(width, width, 1)
        self.scale = nn.Parameter(torch.zeros(1))

    def forward(self, cells: Tensor) -> Tensor:
        """(B, C, N, N) -> (B, C, N, N)."""
        query, key, value = self.query(cells), self.key(cells), self.value(cells)
        count = cells.shape[2]
        # A cell is in its row and in its column, and counts once.
        itself = torch.eye(count, dtype=torch.bool, device=cells.device)[:, None, :]
        column = torch.einsum("bchw,bcgw->bhwg", query, key).masked_fill(itself, MASKED)
        row = torch.einsum("bchw,bchg->bhwg", query, key)
        share = torch.cat([column, row], dim=3).softmax(dim=3)
        of_column, of_row = share.split(count, dim=3)
        seen = torch.einsum("bhwg,bcgw->bchw", of_column, value)
        seen = seen + torch.einsum("bhwg,bchg->bchw", of_row, value)
        return self.scale * seen + cells


class RelationBlock(nn.Module):
    """Choices among their neighbours and, by criss-cross attention twice, among all others."""

    def __init__(self, width: int) -> None:
        super().__init__()
        narrow = width // 4
        self.before = self._convolution(width, narrow)
        self.attend = CrissCross(narrow)
        self.after = self._convolution(narrow, narrow)
        self.join = self._convolution(width + narrow, width)

    @staticmethod
    def _convolution(width: int, out: int) -> nn.Sequential:
        return nn.Sequential(nn.Conv2d(width, out, 3, padding=1, bias=False), nn.ReLU())

    def forward(self, cells: Tensor, mask: Tensor) -> Tensor:
        """(B, D, N, N), (N, N) -> (B, D, N, N)."""
        seen = self.after(self.attend(self.attend(self.before(cells))))
        joined: Tensor = self.join(torch.cat([cells, seen], dim=1))
        return joined * mask
