"""Gather evaluation runs of one checkpoint into its `metrics.json`, from which tables are made.

python -m mutualsl.evaluation.collect --checkpoint DIR RUN_DIR [RUN_DIR ...]

With `--out docs/results/official.json` the record of weights that are not shipped is kept instead.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mutualsl.errors import DataError
from mutualsl.evaluation.record import weights_id, write_record

RUN_FIELDS = ("data", "split", "split_set", "read_out")
HEAD_FIELDS = ("commit", "seeds", "date", "weights")


def collect(checkpoint: Path, runs: Sequence[Path]) -> dict[str, Any]:
    """One record of all `runs`: a row for each, and the controls of the runs that have them.

    Raises `DataError` when a run is incomplete or was made with other weights.
    """
    weights = weights_id(checkpoint)
    rows: list[dict[str, Any]] = []
    about: list[dict[str, Any]] = []
    controls: dict[str, Any] = {}
    for folder in runs:
        run, metrics = read_json(folder / "run.json"), read_json(folder / "metrics.json")
        if missing := [name for name in (*RUN_FIELDS, *HEAD_FIELDS) if name not in run]:
            raise DataError(
                f"{folder}: run.json does not say {', '.join(missing)}, so an earlier version "
                "wrote it; evaluate again with `mutualsl evaluate`"
            )
        if run["weights"] != weights:
            raise DataError(
                f"{folder}: made with weights {run['weights']}, {checkpoint} holds {weights}; "
                "evaluate again with `mutualsl evaluate`"
            )
        rows.append({name: run[name] for name in RUN_FIELDS} | {"n": metrics["answer"]["n"]})
        rows[-1] |= metrics
        about.append(run)
        if (folder / "controls.json").is_file():
            controls = read_json(folder / "controls.json")
    newest = max(about, key=lambda run: str(run["date"]))
    head = {name: newest[name] for name in HEAD_FIELDS}
    return {"recipe": newest.get("recipe"), **head} | {"rows": rows, "controls": controls}


def read_json(path: Path) -> dict[str, Any]:
    """A results file; `DataError` when it is missing or damaged."""
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path}: no usable results ({error}); `mutualsl evaluate --out {path.parent}` "
            "writes them"
        ) from error
    return record


def main(arguments: list[str] | None = None) -> int:
    """Write the checkpoint's `metrics.json`; 2 for what the user can put right."""
    parser = argparse.ArgumentParser(description="Gather evaluation runs of one checkpoint.")
    parser.add_argument("--checkpoint", type=Path, required=True, help="Folder of the weights.")
    parser.add_argument("runs", type=Path, nargs="+", help="Folders `mutualsl evaluate` wrote.")
    parser.add_argument("--out", type=Path, help="Default: metrics.json beside the weights.")
    options = parser.parse_args(arguments)
    out: Path = options.out or options.checkpoint / "metrics.json"
    return write_record(out, lambda: collect(options.checkpoint, options.runs))


if __name__ == "__main__":
    sys.exit(main())
