"""The curves of Fig. 3: both transfer weights over training, from the logs of its runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mutualsl.errors import DataError

WEIGHTS = ("weight_textual_to_visual", "weight_visual_to_textual")  # alpha and beta of the paper
MOST_POINTS = 100
Log = Mapping[str, Sequence[Sequence[float]]]  # by `step` and `epoch`: where, alpha, beta


def curves(logs: Sequence[Log]) -> dict[str, Any] | None:
    """Both transfer weights over training: mean, least and greatest of several runs.

    `at` is counted in `unit`, steps where a log has them, else epochs from 1 on; only what every
    run has is kept, and nothing at all is `None`.
    """
    unit = "step" if all(log["step"] for log in logs) else "epoch"
    runs = [{int(at): pair for at, *pair in log[unit]} for log in logs]
    common = sorted(set.intersection(*map(set, runs)))
    if not common:
        return None
    found: dict[str, Any] = {}
    # Neighbouring steps are averaged, so that a long training stays a small file.
    groups = np.array_split(np.array(common), min(MOST_POINTS, len(common)))
    for column, name in enumerate(WEIGHTS):
        values = np.array(
            [[np.mean([run[at][column] for at in group]) for group in groups] for run in runs]
        )
        found[name] = {
            "mean": values.mean(axis=0).round(4).tolist(),
            "least": values.min(axis=0).round(4).tolist(),
            "greatest": values.max(axis=0).round(4).tolist(),
        }
    return {"unit": unit, "at": [round(float(group.mean()), 1) for group in groups], **found}


def read_log(path: Path) -> Log:
    """Both weights of a log by step and by epoch; a line written again replaces the first one.

    Raises `DataError` for what is no log of `mutualsl train`.
    """
    found: dict[str, dict[int, tuple[float, float]]] = {"step": {}, "epoch": {}}
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if all(name in record for name in WEIGHTS):
                pair = (float(record[WEIGHTS[0]]), float(record[WEIGHTS[1]]))
                if "step" in record:
                    found["step"][int(record["step"])] = pair
                else:
                    found["epoch"][int(record["epoch"]) + 1] = pair
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"{path}: no usable log ({error!r}); `mutualsl train` writes it, one a stage"
        ) from error
    return {unit: [(at, *pair) for at, pair in own.items()] for unit, own in found.items()}
