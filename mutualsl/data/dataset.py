"""What a data set offers: its questions, the files they come from, and where its videos are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mutualsl.data import folders
from mutualsl.data.example import Example

SPLITS = ("train", "val", "test")


class Load(Protocol):
    """Reads one split; `split_set` chooses between several divisions of the same questions."""

    def __call__(self, root: str | Path, split: str, split_set: str | None = None) -> list[Example]:
        """Examples in the order of their file; raises `DataError` naming file and line."""


@dataclass(frozen=True, slots=True)
class Part:
    """One split of one split set, and the files that it is read from.

    `question_count` is how many questions it has in full, where that is known.
    """

    split: str
    split_set: str | None
    files: tuple[Path, ...]
    question_count: int | None = None

    @property
    def missing(self) -> list[Path]:
        """The files that are not there."""
        return [file for file in self.files if not file.is_file()]


def _nothing_to_say(root: Path) -> list[str]:
    return []


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """One entry of `DATASETS`.

    `parts` lists what can be loaded, `remarks` what a person should know of the files at hand.
    """

    load: Load
    parts: Callable[[Path], list[Part]]
    remarks: Callable[[Path], list[str]] = _nothing_to_say
    find_video: Callable[[str | Path, str], Path | None] = folders.find_video


def parts_of(
    question_counts: Mapping[str, Mapping[str, int]],
    files: Callable[[str, str], Sequence[Path]],
) -> list[Part]:
    """Parts of a data set with known counts, by split set and split; `files` takes both names."""
    return [
        Part(split, split_set, tuple(files(split, split_set)), count)
        for split_set, counts in question_counts.items()
        for split, count in counts.items()
    ]
