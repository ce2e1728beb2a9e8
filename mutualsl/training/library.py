"""The questions of a run: every data set under one root, read once, ready for the collator."""

from __future__ import annotations

import logging
import os
import random
from collections import Counter
from collections.abc import Callable, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from mutualsl.data import Dataset, Example, TextTokenizer, dataset_in, prepare
from mutualsl.data.check import is_outside
from mutualsl.data.example import Rows, VideoInput
from mutualsl.data.folders import find_features, find_subtitles, why_unusable
from mutualsl.errors import DataError, FeatureError, some_of
from mutualsl.features import FeatureCache, VisualEncoder, extract
from mutualsl.features.files import fits, fitting, made_of, read_rows, within
from mutualsl.training.augment import WordPieces
from mutualsl.training.config import Part, Stage
from mutualsl.training.sampling import Source
from mutualsl.video import content_hash, probe

MOST_NAMED = 30  # videos in an error

Split = tuple[str, str | None, str]  # data set, split set, split

log = logging.getLogger(__name__)


class Library:
    """Examples with token ids, and with rows where the data set has the video.

    `looked_at` are the data sets whose videos are learned from (`None`: all); those of others are
    read for `calibration` alone.
    """

    def __init__(
        self,
        root: Path,
        tokenizer: TextTokenizer,
        encoder: VisualEncoder,
        looked_at: Set[str] | None = None,
    ) -> None:
        self._root, self._looked_at = root, looked_at
        self._tokenizer = tokenizer
        self._encoder = encoder
        self._cache = FeatureCache(root / ".features", limit_bytes=2**40)
        self._said: set[str] = set()  # warnings
        self._read: dict[Split, list[Example]] = {}  # without rows
        self._seen: dict[tuple[Split, str], VideoInput] = {}  # with rows

    def sources(self, stage: Stage) -> list[Source]:
        """What a stage draws its training questions from."""
        pieces = WordPieces.of(self._tokenizer)
        return [
            Source(part=part, examples=self._training(part), pieces=pieces) for part in stage.parts
        ]

    def validation(self, stage: Stage) -> dict[str, list[Example]]:
        """The questions a stage is measured on, the same in every epoch and every run.

        By data set; where a stage has several parts of one, those after the first are numbered.
        """
        asked = self._asked(stage, self._looks_at)
        return {name: _as_trained(examples, part) for name, (part, examples) in asked.items()}

    def calibration(self, stage: Stage, looks: bool) -> dict[str, list[Example]]:
        """The same questions, whole, as a model that `looks` at pictures or not will be asked."""
        asked = self._asked(stage, lambda part: looks)
        return {name: examples for name, (_, examples) in asked.items()}

    def _looks_at(self, part: Part) -> bool:
        return self._looked_at is None or part.dataset in self._looked_at

    def _asked(
        self, stage: Stage, looks: Callable[[Part], bool]
    ) -> dict[str, tuple[Part, list[Example]]]:
        found: dict[str, tuple[Part, list[Example]]] = {}
        count: Counter[str] = Counter()
        for part in stage.parts:
            if part.validation:
                count[part.dataset] += 1
                number = count[part.dataset]
                name = part.dataset if number == 1 else f"{part.dataset} ({number})"
                found[name] = part, _some(self._validating(part, looks(part)), part.validation)
        return found

    def _training(self, part: Part) -> list[Example]:
        taught, _ = self._divided(part)
        return self._with_rows(part, "train", taught) if self._looks_at(part) else taught

    def _validating(self, part: Part, looks: bool) -> list[Example]:
        split = "train" if part.held_out else "val"
        asked = self._divided(part)[1] if part.held_out else self._examples(part, split)
        return self._with_rows(part, split, asked) if looks else asked

    def _divided(self, part: Part) -> tuple[list[Example], list[Example]]:
        """The train split without what is held out, and that."""
        examples = self._examples(part, "train")
        apart = _held_out(examples, part)
        taught = [example for example in examples if example.video.video_id not in apart]
        return taught, [example for example in examples if example.video.video_id in apart]

    def _examples(self, part: Part, split: str) -> list[Example]:
        """All of a split, without rows."""
        key = (part.dataset, part.split_set, split)
        if key not in self._read:
            self._read[key] = self._load(*key)
        return self._read[key]

    def _load(self, dataset: str, split_set: str | None, split: str) -> list[Example]:
        folder = self._root / dataset
        examples = dataset_in(folder, split, split_set).load(folder, split, split_set)
        if not examples:
            raise DataError(f"{folder}: the {split} split is empty")
        videos = {example.video.video_id: example.video for example in examples}
        self._tell_odd(folder, split, examples)
        self._tell_unusable(folder, [video for video in videos.values() if not video.cues])
        return prepare(examples, self._tokenizer)

    def _with_rows(self, part: Part, split: str, examples: Sequence[Example]) -> list[Example]:
        """The examples with what their videos show; each video is read once."""
        key, folder = (part.dataset, part.split_set, split), self._root / part.dataset
        source = dataset_in(folder, split, part.split_set)
        videos = {example.video.video_id: example.video for example in examples}
        new = [video for name, video in videos.items() if (key, name) not in self._seen]
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoding happens in worker processes
            rows = pool.map(lambda video: self._rows(source, folder, video), new)
            for video, own in zip(new, rows, strict=True):
                self._seen[key, video.video_id] = video.with_rows(own)
        found = [replace(e, video=self._seen[key, e.video.video_id]) for e in examples]
        _check_seen(folder, found)
        return found

    def _tell_odd(self, folder: Path, split: str, examples: Sequence[Example]) -> None:
        """One warning for all answers that cannot be right."""
        if odd := [example.sample_id for example in examples if is_outside(example)]:
            self._warn(
                f"{folder.name}: answers outside their video, or without length, are in the "
                f"{split} split: {some_of(odd)}; mutualsl data check names what is wrong"
            )

    def _tell_unusable(self, folder: Path, silent: Sequence[VideoInput]) -> None:
        """One warning for each subtitle file from which nothing is learned."""
        for video in silent:
            why = why_unusable(find_subtitles(folder, video.video_id), video.known_second)
            if why is not None:
                self._warn(f"{folder.name}: nothing is learned from these subtitles: {why}")

    def _warn(self, what: str) -> None:
        """A warning, once."""
        if what not in self._said:
            self._said.add(what)
            log.warning("%s", what)

    def _rows(self, source: Dataset, folder: Path, video: VideoInput) -> Rows | None:
        """Rows from a file that the data set has, or else from its video."""
        encoder = self._encoder
        file = find_features(folder, encoder.name, video.video_id)
        path = source.find_video(folder, video.video_id)
        if file is not None:
            return fitting(
                read_rows(file, encoder),
                video.duration_second,
                file,
                lambda: path is not None and made_of(file, path),
                video.at_least,
            )
        if path is None:
            return None
        features = self._cache.get_or_make(
            content_hash(path), encoder.fingerprint, lambda: extract(path, probe(path), encoder)
        )
        rows, length_second = features.rows, video.duration_second
        too_few = len(rows) < length_second and not fits(rows, length_second)
        if features.warnings and too_few and not video.at_least:
            raise FeatureError(
                f"{path}: {'; '.join(features.warnings)}; pictures of {len(rows)} of "
                f"{length_second:.0f} s would be learned from: fetch the video again, or take it "
                "away to learn from its subtitles alone"
            )
        return rows if video.at_least else within(rows, length_second)


def _check_seen(folder: Path, examples: Sequence[Example]) -> None:
    """Raise `FeatureError` where answers begin after the pictures of their videos have ended.

    They would be learned from the last second there is.
    """
    late: dict[str, str] = {}
    for example in examples:
        video_id, rows, gold = example.video.video_id, example.video.rows, example.gold
        if rows is None or gold is None:
            continue
        if gold.start_second > len(rows) and not fits(rows, gold.start_second):
            begin = f"question {example.sample_id} is answered at {gold.start_second:.0f} s"
            late.setdefault(video_id, f"{begin}, the pictures of {video_id} end at {len(rows)} s")
    if late:
        raise FeatureError(
            f"{folder}: answers begin after the pictures end in {some_of([*late], MOST_NAMED)} "
            f"({next(iter(late.values()))}): give the videos that the times are of, or take these "
            "away to learn from subtitles alone"
        )


def _held_out(examples: Sequence[Example], part: Part) -> set[str]:
    """Videos that are for validation: the same in every run, at least one and never all of them.

    Raises `DataError` where there is one video alone.
    """
    if part.held_out == 0.0:
        return set()
    names = sorted({example.video.video_id for example in examples})
    if len(names) == 1:
        raise DataError(
            f"{part.dataset}: held_out={part.held_out:g}, and its train split has one video alone, "
            "so that none can be held out; add videos, or give held_out=0 and a val split"
        )
    count = min(max(1, round(part.held_out * len(names))), len(names) - 1)
    return set(random.Random(0).sample(names, count))


def _some(examples: list[Example], count: int) -> list[Example]:
    return random.Random(0).sample(examples, min(count, len(examples)))


def _as_trained(examples: Sequence[Example], part: Part) -> list[Example]:
    """The examples without a modality that the part always drops."""
    if part.drop_subtitles == 1.0:
        return [replace(e, video=e.video.without_subtitles()) for e in examples]
    if part.drop_video == 1.0:
        return [replace(e, video=e.video.without_video()) for e in examples]
    return list(examples)
