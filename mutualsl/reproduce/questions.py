"""The questions that every system of a table is asked, and what there is to answer them with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from mutualsl.atomic import write_json
from mutualsl.data import Dataset, Example, dataset_in
from mutualsl.data.example import VideoInput
from mutualsl.data.folders import find_features
from mutualsl.errors import DataError
from mutualsl.evaluation.predictions import read_predictions
from mutualsl.evaluation.references import measure
from mutualsl.evaluation.unlearned import REFERENCES
from mutualsl.spans import Span
from mutualsl.training.compared import Data


@dataclass(frozen=True, kw_only=True, slots=True)
class Questions:
    """One part of a data set as it lies below the data root."""

    data: Data
    folder: Path
    source: Dataset
    train: tuple[Example, ...]
    asked: tuple[Example, ...]
    # Of "video" and "subtitles", those that some question has to learn from, and to be asked with.
    learned_with: frozenset[str]
    asked_with: frozenset[str]
    train_ids: tuple[str, str]  # short hashes of what `train` holds: without subtitles, and with

    @property
    def modalities(self) -> frozenset[str]:
        """Those that can be both learned from and asked with."""
        return self.learned_with & self.asked_with

    def lack(self, needed: Iterable[str]) -> str | None:
        """Which modalities are missing, in words; `None` where all are there."""
        missing = [self._missing(name) for name in needed if name not in self.modalities]
        return f"needs {' and '.join(missing)}" if missing else None

    def _missing(self, modality: str) -> str:
        name = {"video": "videos"}.get(modality, modality)
        if modality in self.asked_with:
            return f"{name} of the train split"
        return f"{name} of the {self.data.split} split" if modality in self.learned_with else name

    @property
    def identity(self) -> str:
        """Short hash of all questions with their answers."""
        return _identity(_rows(self.asked))

    def learned_id(self, reads: Collection[str]) -> str:
        """Short hash of what a model that `reads` these modalities learns from."""
        return self.train_ids["subtitles" in reads]

    def check_train(self, reads: Collection[str]) -> None:
        """Raise `DataError` where the training data was changed after it was read."""
        now = self.source.load(self.folder, "train", self.data.split_set)
        if _contents(now, "subtitles" in reads) != self.learned_id(reads):
            raise DataError(
                f"{self.folder}: its training data was changed since this command began; start the "
                "command again"
            )

    def are_those_of(self, predictions: Path) -> bool:
        """Whether a predictions file answers exactly these questions."""
        try:
            rows = read_predictions(predictions)
        except DataError:
            return False
        return self.identity == _identity(
            (row.sample_id, row.video_id, row.question, row.gold) for row in rows
        )

    def references(self, kept: Path) -> dict[str, Any]:
        """What needs no learning, on these questions; measured once, then read from `kept`."""
        measured_on = ", ".join((self.train_ids[True], _contents(self.asked, subtitles=True)))
        if kept.is_file():
            record: dict[str, Any] = json.loads(kept.read_text())
            found: dict[str, Any] = record["references"]
            if record["questions"] == measured_on and found.keys() == REFERENCES.keys():
                return found
        found = measure(self.train, self.asked)
        write_json(kept, {"questions": measured_on, "references": found})
        return found


def read_questions(data: Data, root: Path, encoder: str) -> Questions:
    """What is below `root`; rows of the visual encoder of that name are as good as a video.

    Raises `DataError` where the data is not there, or not whole.
    """
    folder = root / data.name
    if not folder.is_dir():
        raise DataError(f"no data: {folder} is not there")
    source = dataset_in(folder, data.split, data.split_set)
    train, asked = (tuple(source.load(folder, s, data.split_set)) for s in ("train", data.split))
    if not train or not asked:
        raise DataError(f"{folder}: the train or the {data.split} split is empty")
    return Questions(
        data=data, folder=folder, source=source, train=train, asked=asked,
        learned_with=_modalities(train, folder, source, encoder),
        asked_with=_modalities(asked, folder, source, encoder),
        train_ids=(_contents(train, subtitles=False), _contents(train, subtitles=True)),
    )  # fmt: skip


def _modalities(
    examples: Iterable[Example], folder: Path, source: Dataset, encoder: str
) -> frozenset[str]:
    videos = {example.video.video_id: example.video for example in examples}
    found = set()
    if any(
        find_features(folder, encoder, name) or source.find_video(folder, name) for name in videos
    ):
        found.add("video")
    if any(video.cues for video in videos.values()):
        found.add("subtitles")
    return frozenset(found)


def _rows(examples: Iterable[Example]) -> Iterator[tuple[str, str, str, Span]]:
    for e in examples:
        yield e.sample_id, e.video.video_id, e.question, e.gold or Span(0.0, 0.0)


def _identity(rows: Iterable[tuple[str, str, str, Span]]) -> str:
    """The same for any order of the same rows."""
    return _hash(json.dumps([*names, *map(float, gold)]) for *names, gold in rows)


def _contents(examples: Sequence[Example], subtitles: bool) -> str:
    """Another one where questions, answers, known lengths of videos or `subtitles` differ."""
    videos = {e.video.video_id: e.video for e in examples}.values()
    return _hash([_identity(_rows(examples)), *(_content(video, subtitles) for video in videos)])


def _content(video: VideoInput, subtitles: bool) -> str:
    """A length that is not known may be that of the subtitles."""
    if not subtitles:
        return json.dumps([video.video_id, video.known_second])
    return json.dumps([video.video_id, video.duration_second, *map(astuple, video.cues)])


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]
