"""The data sets below `--data-root`: the only files of the server that a visitor can reach.

A visitor chooses by name; what is not in the list does not exist, so no path comes from a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mutualsl.data import DATASETS, Dataset, Part, dataset_in
from mutualsl.data.folders import BESIDE
from mutualsl.errors import DataError, known


@dataclass(frozen=True, slots=True)
class Choice:
    """One split of one data set."""

    folder: Path
    dataset: Dataset
    part: Part

    @property
    def name(self) -> str:
        """Data set, split set and split, as the list shows them."""
        names = (self.folder.name, self.part.split_set, self.part.split)
        return " / ".join(name for name in names if name)

    def shown(self) -> Dataset:
        """The data set with only those videos that lie inside its own folder."""
        return replace(self.dataset, find_video=_find_inside(self.dataset))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All splits by name."""

    root: Path
    choices: Mapping[str, Choice]

    def find(self, name: str | None) -> Choice:
        """The split of that name; raises `UnknownName` for what is not in the list."""
        return known("data set", name or "", self.choices)

    def video_folders(self) -> list[Path]:
        """Folders whose files may be shown: videos of data sets, where they really are inside."""
        folders = {choice.folder for choice in self.choices.values()}
        videos = (folder / "videos" for folder in sorted(folders))
        return [own for own in videos if own.is_dir() and is_inside(own, own.parent)]


def read_catalogue(root: Path) -> Catalogue:
    """Every split that can be loaded from `root`: of the data set that it is, and of those in it.

    Hidden folders are left alone. A data set itself may be a link, which only the owner of the
    server can have made. Raises `DataError` where there is no split.
    """
    root = root.resolve()
    found = _found(root)
    if not found:
        raise DataError(
            f"{root}: no data set with questions here; give a folder of data sets, or one data "
            "set. Their layout is described in README.md, 'Your data'"
        )
    return Catalogue(root, {choice.name: choice for choice in found})


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path, with all its links followed, lies inside a folder."""
    return path.resolve().is_relative_to(folder.resolve())


def _folders(root: Path) -> Iterator[Path]:
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            yield folder


def _found(root: Path) -> list[Choice]:
    """Those of `root` as one data set, and of data sets in it, which are no split sets of it."""
    inside = {folder: list(_choices(folder)) for folder in _folders(root)}
    whole = [folder for folder, choices in inside.items() if _is_whole(folder, choices)]
    own = [
        choice
        for choice in _choices(root)
        if not any(file.parent in whole for file in choice.part.files)
    ]
    if _is_whole(root, own):
        return own + [choice for folder in whole for choice in inside[folder]]
    return [choice for choices in inside.values() for choice in choices]


def _is_whole(folder: Path, choices: list[Choice]) -> bool:
    """Whether a folder holds questions and, beside them, what they are about."""
    published = any(choice.dataset is not DATASETS["jsonl"] for choice in choices)
    beside = any((folder / name).is_dir() for name in BESIDE)
    return published or (bool(choices) and beside)


def _choices(folder: Path) -> Iterator[Choice]:
    own = dataset_in(folder)
    for part in own.parts(folder):
        if not part.missing and all(is_inside(file, folder) for file in part.files):
            yield Choice(folder, own, part)


def _find_inside(dataset: Dataset) -> Callable[[str | Path, str], Path | None]:
    def find_video(root: str | Path, video_id: str) -> Path | None:
        path = dataset.find_video(root, video_id)
        return path if path is not None and is_inside(path, Path(root)) else None

    return find_video
