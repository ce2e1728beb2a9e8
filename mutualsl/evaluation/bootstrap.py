"""How far a mean over questions can be trusted: bootstrap over questions, or over whole videos.

Questions about one video are alike, so drawing single questions makes intervals too narrow.
Drawing videos, each with all its questions, does not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mutualsl.evaluation.metrics import Floats

RESAMPLES = 2000
LEVEL_PERCENT = 95.0
FEWEST_GROUPS = 6


def resampled_means(
    values: Floats, groups: Sequence[str], resamples: int = RESAMPLES, seed: int = 0
) -> Floats:
    """Means of M columns, (n, M) -> (resamples, M), each over groups drawn with replacement.

    `groups` names the group of every question: one of its own for the bootstrap over questions,
    its video for the clustered one.
    """
    sums, sizes = group_sums(values, groups)
    generator = np.random.default_rng(seed)
    means = np.empty((resamples, values.shape[1]))
    for i in range(resamples):
        drawn = np.bincount(generator.integers(len(sizes), size=len(sizes)), minlength=len(sizes))
        means[i] = (drawn @ sums) / (drawn @ sizes)
    return means


def group_sums(values: Floats, groups: Sequence[str]) -> tuple[Floats, Floats]:
    """Sum of each column and number of questions of every group, (n, M) -> (G, M), (G,)."""
    names, index = np.unique(np.array(groups), return_inverse=True)
    sums = np.zeros((len(names), values.shape[1]))
    np.add.at(sums, index, values)
    return sums, np.bincount(index, minlength=len(names)).astype(np.float64)


def intervals(values: Floats, groups: Sequence[str], seed: int = 0) -> list[list[float]] | None:
    """Lower and upper end of the 95 % percentile interval of each column's mean.

    `None` with fewer than six groups: where nothing differs, such an interval leaves out 0 in a
    fifth of cases (three or four groups, simulated) instead of a twentieth.
    """
    if len(set(groups)) < FEWEST_GROUPS:
        return None
    tail = (100.0 - LEVEL_PERCENT) / 2
    means = resampled_means(values, groups, seed=seed)
    ends = np.percentile(means, [tail, 100.0 - tail], axis=0)  # (2, M)
    found: list[list[float]] = ends.T.tolist()
    return found
