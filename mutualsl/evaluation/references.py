"""What needs no learning, measured on the same questions as a reference.

python -m mutualsl.evaluation.references --dataset jsonl --data-root data/tutorialvqa \
    --split-set official --split test --out docs/results/references/tutorialvqa-official-test.json
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mutualsl.data import DATASETS
from mutualsl.data.example import Example
from mutualsl.errors import DataError, known
from mutualsl.evaluation.bootstrap import intervals
from mutualsl.evaluation.metrics import COLUMNS, columns, summarise
from mutualsl.evaluation.record import current_commit, dataset_name, split_set_name, write_record
from mutualsl.evaluation.unlearned import REFERENCES, ious_of


def measure(train: Sequence[Example], asked: Sequence[Example]) -> dict[str, Any]:
    """Metrics of every reference, with 95 % intervals over videos and the settings chosen.

    Raises `DataError` where the train part is empty.
    """
    if not train:
        raise DataError("the train part has no questions; references are chosen on it")
    videos = [example.video.video_id for example in asked]
    found = {}
    for name, reference in REFERENCES.items():
        spans, settings = reference(train, asked)
        ious = ious_of(spans, asked)
        ends = intervals(columns(ious), videos)
        found[name] = {
            **summarise(ious, sum(span is not None for span in spans)),
            "interval": dict(zip(COLUMNS, ends, strict=True)) if ends else None,
            "settings": {key: round(value, 3) for key, value in settings.items()},
        }
    return found


def main(arguments: list[str] | None = None) -> int:
    """Write the references of one part of a data set; 2 for what the user can put right."""
    parser = argparse.ArgumentParser(description="What needs no learning, on the same questions.")
    parser.add_argument("--dataset", default="jsonl", help="Name of the data set.")
    parser.add_argument("--data-root", type=Path, required=True, help="Its folder.")
    parser.add_argument("--split-set", help="Folder of the split files.")
    parser.add_argument("--split", required=True, help="The part that is answered.")
    parser.add_argument("--out", type=Path, required=True, help="Results file to write.")
    options = parser.parse_args(arguments)
    return write_record(
        options.out,
        lambda: _record(options.dataset, options.data_root, options.split_set, options.split),
    )


def _record(dataset: str, root: Path, split_set: str | None, split: str) -> dict[str, Any]:
    """The references of one part of a data set, and what they were measured on."""
    source = known("data set", dataset, DATASETS)
    train, asked = (source.load(root, part, split_set) for part in ("train", split))
    return {
        "data": dataset_name(dataset, root),
        "split": split,
        "split_set": split_set_name(dataset, split_set),
        "n": len(asked),
        "commit": current_commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "references": measure(train, asked),
    }


if __name__ == "__main__":
    sys.exit(main())
