"""The ablation of Table 2 and the curves of Fig. 3, from runs with and without mutual transfer.

python -m mutualsl.evaluation.transfer --with RUN [RUN ...] --without RUN [RUN ...] \
    --out docs/results/transfer.json

A run is a folder with `run.json` and `metrics.json` of an evaluation and, for `--with`, the
`log.jsonl` of the training stage in which the predictors taught each other. One run a seed, the
same seeds on both sides.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mutualsl.errors import DataError
from mutualsl.evaluation.collect import read_json
from mutualsl.evaluation.metrics import COLUMNS
from mutualsl.evaluation.record import write_record

PREDICTORS = ("visual", "textual")
WEIGHTS = ("weight_textual_to_visual", "weight_visual_to_textual")  # alpha and beta of the paper
SAME = ("data", "split", "split_set")
MOST_POINTS = 100


def transfer(taught: Sequence[Path], alone: Sequence[Path]) -> dict[str, Any]:
    """The record of runs with (`taught`) and without (`alone`) mutual transfer.

    Raises `DataError` when runs are incomplete or differ in data or seeds.
    """
    runs = {folder: read_json(folder / "run.json") for folder in (*taught, *alone)}
    newest = max(runs.values(), key=lambda run: str(run["date"]))
    for folder, run in runs.items():
        if any(run[name] != newest[name] for name in SAME):
            raise DataError(f"{folder}: evaluated on other data than the rest; evaluate again")
    seeds = _seeds(taught, runs)
    if _seeds(alone, runs) != seeds:
        raise DataError(
            f"seeds {seeds} with transfer, {_seeds(alone, runs)} without; "
            "train both with the same seeds, so that only the transfer differs"
        )
    metrics = {folder: read_json(folder / "metrics.json") for folder in runs}
    return {
        **{name: newest[name] for name in ("commit", "date", *SAME)},
        "n": metrics[taught[0]]["answer"]["n"],
        "seeds": seeds,
        "recipes": {
            "with": runs[taught[0]].get("recipe"),
            "without": runs[alone[0]].get("recipe"),
        },
        "rows": [
            {"predictor": head, "transfer": with_transfer}
            | _over_seeds(head, {folder: metrics[folder] for folder in folders})
            for head in PREDICTORS
            for with_transfer, folders in ((False, alone), (True, taught))
        ],
        "curves": curves([folder / "log.jsonl" for folder in taught]),
    }


def curves(logs: Sequence[Path]) -> dict[str, Any]:
    """Both transfer weights over training: mean, least and greatest of several runs.

    `at` is counted in `unit`, steps where a log has them, else epochs from 1 on; only what every
    run has is kept.
    """
    runs = [_read_log(path) for path in logs]
    unit = "step" if all(run["step"] for run in runs) else "epoch"
    common = sorted(set.intersection(*(set(run[unit]) for run in runs)))
    if not common:
        raise DataError(f"{logs[0]}: no transfer weights; give the log of the stage that has them")
    found: dict[str, Any] = {}
    # Neighbouring steps are averaged, so that a long training stays a small file.
    groups = np.array_split(np.array(common), min(MOST_POINTS, len(common)))
    for column, name in enumerate(WEIGHTS):
        values = np.array(
            [[np.mean([run[unit][at][column] for at in group]) for group in groups] for run in runs]
        )
        found[name] = {
            "mean": values.mean(axis=0).round(4).tolist(),
            "least": values.min(axis=0).round(4).tolist(),
            "greatest": values.max(axis=0).round(4).tolist(),
        }
    return {"unit": unit, "at": [round(float(group.mean()), 1) for group in groups], **found}


def _read_log(path: Path) -> dict[str, dict[int, tuple[float, float]]]:
    """Both weights by step and by epoch; a line written again replaces the first one."""
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
    return found


def _seeds(folders: Sequence[Path], runs: Mapping[Path, dict[str, Any]]) -> list[int]:
    for folder in folders:
        if not isinstance(runs[folder]["seed"], int):
            raise DataError(f"{folder}: its run.json names no seed; train and evaluate again")
    seeds = sorted(runs[folder]["seed"] for folder in folders)
    if len(set(seeds)) != len(seeds):
        raise DataError(f"seeds {seeds} occur twice; give one run a seed")
    return seeds


def _over_seeds(head: str, metrics: Mapping[Path, dict[str, Any]]) -> dict[str, Any]:
    """Mean and standard deviation (sample; `None` for one seed) of each column."""
    for folder, found in metrics.items():
        if not found[head]["n_answered"]:
            raise DataError(
                f"{folder}: the {head} predictor answered nothing; "
                "evaluate on data that has videos and subtitles"
            )
    values = {c: [found[head][c] for found in metrics.values()] for c in COLUMNS}
    return {
        column: {
            "mean": statistics.mean(own),
            "sd": statistics.stdev(own) if len(own) > 1 else None,
        }
        for column, own in values.items()
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the record; 2 for what the user can put right."""
    parser = argparse.ArgumentParser(description="Table 2 and Fig. 3, from runs.")
    parser.add_argument("--with", dest="taught", type=Path, nargs="+", required=True)
    parser.add_argument("--without", dest="alone", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True, help="Results file to write.")
    options = parser.parse_args(arguments)
    return write_record(options.out, lambda: transfer(options.taught, options.alone))


if __name__ == "__main__":
    sys.exit(main())
