"""Data sets, by name, and the way from their files to a batch."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mutualsl.data import jsonl, medvidqa, tutorialvqa, vehiclevqa
from mutualsl.data.dataset import Dataset, Part
from mutualsl.data.example import Example, VideoInput
from mutualsl.data.prepare import prepare
from mutualsl.data.tokenizer import TextTokenizer

if TYPE_CHECKING:
    from mutualsl.data.batch import Batch, Collator

DATASETS: dict[str, Dataset] = {
    "jsonl": jsonl.DATASET,
    "medvidqa": medvidqa.DATASET,
    "tutorialvqa": tutorialvqa.DATASET,
    "vehiclevqa": vehiclevqa.DATASET,
}


def dataset_in(folder: Path, split: str | None = None, split_set: str | None = None) -> Dataset:
    """How a folder is read: in layout `jsonl` if it is, otherwise by the data set of its name.

    Where a split is given, it alone tells.
    """
    own = jsonl.has_split(folder, split, split_set) if split else bool(jsonl.parts(folder))
    return jsonl.DATASET if own else DATASETS.get(folder.name, jsonl.DATASET)


def __getattr__(name: str) -> Any:
    """Batches on first use, so that data sets cost no torch."""
    if name not in ("Batch", "Collator"):
        raise AttributeError(f"module 'mutualsl.data' has no attribute {name!r}")
    from mutualsl.data import batch

    return getattr(batch, name)


__all__ = [
    "DATASETS",
    "Batch",
    "Collator",
    "Dataset",
    "Example",
    "Part",
    "TextTokenizer",
    "VideoInput",
    "dataset_in",
    "prepare",
]
