"""What identifies an evaluation: the weights, the code and the data it was made with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mutualsl.atomic import write_json
from mutualsl.checkpoint import Checkpoint
from mutualsl.data.split_sets import OFFICIAL
from mutualsl.errors import MutualSLError
from mutualsl.video import content_hash

HERE = Path(__file__).resolve().parent
RESULTS = ("docs/results", "docs/results.md", "benchmarks/results", "README.md")


def write_run(
    out: Path,
    *,
    folder: Path,
    checkpoint: Checkpoint,
    dataset: str,
    data_root: Path,
    split: str,
    split_set: str | None,
    read_out: str,
) -> None:
    """Write `run.json` beside the `metrics.json` it belongs to; `folder` holds the weights."""
    run = {
        "data": dataset_name(dataset, data_root),
        "split": split,
        "split_set": split_set_name(dataset, split_set),
        "read_out": read_out,
        "weights": weights_id(folder),
        "recipe": checkpoint.about.get("recipe"),
        "seeds": checkpoint.about.get("seeds"),
        "commit": current_commit(),
        "date": datetime.now(UTC).date().isoformat(),
    }
    write_json(out / "run.json", run)


def dataset_name(dataset: str, data_root: Path) -> str:
    """Data in the layout `jsonl` is named by its folder, every other data set by its own name."""
    return data_root.resolve().name if dataset == "jsonl" else dataset


def split_set_name(dataset: str, split_set: str | None) -> str | None:
    """Published data is read as it was released where no split set is named."""
    return split_set or (None if dataset == "jsonl" else OFFICIAL)


def write_record(out: Path, make: Callable[[], Mapping[str, Any]]) -> int:
    """Write what `make` gives to a results file; the exit code of a command that does only that.

    0 when it is written; 2, with one line on stderr, for what the user can put right.
    """
    try:
        write_json(out, make())
    except (MutualSLError, OSError) as error:
        print(f"mutualsl: {error}", file=sys.stderr)
        return 2
    return 0


def weights_id(folder: Path) -> str:
    """Short hash of the weights in a checkpoint folder."""
    return content_hash(folder / "model.safetensors")[:16]


def current_commit() -> str:
    """Commit of this code, "-dirty" added if tracked files were changed; "unknown" without git.

    Results of before, and the pages made of them, are no code: changes there do not count.
    """
    apart = [f":(top,exclude){path}" for path in RESULTS]
    try:
        if Path(_git("rev-parse", "--show-toplevel")).resolve() != HERE.parents[1]:
            return "unknown"  # installed below somebody's repository, which says nothing of this
        commit = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no", "--", ":(top)", *apart)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit}-dirty" if changed else commit


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE)
    return done.stdout.strip()
