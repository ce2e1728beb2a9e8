"""A random forest for regression (Breiman, 2001), whose trees are arrays that any file can hold.

Nodes are numbered as in a heap: the children of node i are 2 i + 1 and 2 i + 2. Letters: M samples,
F features, T trees.
"""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

Floats = npt.NDArray[np.float64]
LEAF = -1
STEPS = 64  # places between the least and the greatest value of a feature where a split is tried


class Forest(nn.Module):
    """Means over T trees of at most `depth` questions; before `fit` everything is 0."""

    feature: Tensor  # (T, inner nodes) what a node asks about, or `LEAF`
    threshold: Tensor  # (T, inner nodes) as great or greater goes to the second child
    value: Tensor  # (T, nodes) mean of the samples that came there

    def __init__(self, trees: int, depth: int) -> None:
        super().__init__()
        self.depth = depth
        inner = 2**depth - 1
        self.register_buffer("feature", torch.full((trees, inner), LEAF, dtype=torch.int16))
        self.register_buffer("threshold", torch.zeros(trees, inner))
        self.register_buffer("value", torch.zeros(trees, 2 * inner + 1))

    def forward(self, samples: Tensor) -> Tensor:
        """What every tree says, (M, F) -> (M, T)."""
        tree = torch.arange(len(self.value), device=samples.device)[None, :]
        node = torch.zeros(len(samples), tree.shape[1], dtype=torch.long, device=samples.device)
        for _ in range(self.depth):
            inner = node.clamp_max(self.feature.shape[1] - 1)
            feature = self.feature[tree, inner].long()
            asked = samples.gather(1, feature.clamp_min(0))
            child = 2 * node + 1 + (asked >= self.threshold[tree, inner])
            node = torch.where(feature == LEAF, node, child)
        return self.value[tree, node]

    def fit(
        self, samples: Floats, targets: Floats, seed: int, deadline: float | None = None
    ) -> int:
        """Grow every tree on M samples drawn with replacement; (M, F), (M,).

        At each node the split is taken, of all features, that leaves the least squared error.
        Returns how many trees were grown until `deadline` (`time.monotonic`), one at least; the
        others repeat them.
        """
        self.feature.fill_(LEAF)
        chance = np.random.default_rng(seed)
        low, high = samples.min(axis=0), samples.max(axis=0)
        step = np.where(high > low, (high - low) / STEPS, 1.0)
        codes = np.clip(((samples - low) / step).astype(np.int64), 0, STEPS - 1)
        trees = len(self.value)
        for tree in range(trees):
            if tree and deadline is not None and time.monotonic() >= deadline:
                self._repeat(tree)
                return tree
            drawn = chance.integers(len(samples), size=len(samples))
            self._grow(tree, 0, drawn, codes, targets, low, step)
        return trees

    def _repeat(self, grown: int) -> None:
        """Let the trees after the first `grown` be those again, in turn."""
        source = torch.arange(len(self.value)) % grown
        for array in (self.feature, self.threshold, self.value):
            array.copy_(array[source])

    def _grow(
        self, tree: int, node: int, rows: npt.NDArray[np.int64], codes: npt.NDArray[np.int64],
        targets: Floats, low: Floats, step: Floats,
    ) -> None:  # fmt: skip
        self.value[tree, node] = float(targets[rows].mean())
        last = node >= self.feature.shape[1]
        split = None if last else _best_split(codes[rows], targets[rows])
        if split is None:
            return
        feature, code = split
        self.feature[tree, node] = feature
        self.threshold[tree, node] = float(low[feature] + (code + 1) * step[feature])
        beyond = codes[rows, feature] > code
        for child, part in ((2 * node + 1, rows[~beyond]), (2 * node + 2, rows[beyond])):
            self._grow(tree, child, part, codes, targets, low, step)


def _best_split(codes: npt.NDArray[np.int64], targets: Floats) -> tuple[int, int] | None:
    """Feature and last code of the first side; `None` where no split makes the error less."""
    if len(targets) < 2 or np.ptp(targets) == 0.0:
        return None
    width = codes.shape[1]
    place = (codes + STEPS * np.arange(width)).ravel()
    centred = np.repeat(targets - targets.mean(), width)
    shape = (width, STEPS)
    counts = np.bincount(place, minlength=width * STEPS).reshape(shape).cumsum(axis=1)[:, :-1]
    sums = np.bincount(place, centred, width * STEPS).reshape(shape).cumsum(axis=1)[:, :-1]
    # About a mean of 0 the squared error falls by s^2 / n on one side and (-s)^2 / m on the other.
    beyond = len(targets) - counts
    less = sums**2 / np.maximum(counts, 1) + sums**2 / np.maximum(beyond, 1)
    gain = np.where((counts > 0) & (beyond > 0), less, 0.0)
    best = int(gain.argmax())
    if gain.flat[best] <= 1e-12:
        return None
    return best // (STEPS - 1), best % (STEPS - 1)
