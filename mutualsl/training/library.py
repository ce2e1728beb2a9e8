"""The questions of a run: every data set under one root, read once, ready for the collator."""

from __future__ import annotations

import logging
import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from mutualsl.data import Dataset, Example, TextTokenizer, dataset_in, prepare
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

log = logging.getLogger(__name__)


class Library:
    """Examples with token ids, and with rows where the data set has the video."""

    def __init__(self, root: Path, tokenizer: TextTokenizer, encoder: VisualEncoder) -> None:
        self._root = root
        self._tokenizer = tokenizer
        self._encoder = encoder
        self._cache = FeatureCache(root / ".features", limit_bytes=2**40)
        self._unusable: set[str] = set()  # what was said of subtitle files
        self._read: dict[tuple[str, str | None, str], list[Example]] = {}

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
        found: dict[str, list[Example]] = {}
        count: Counter[str] = Counter()
        for part in stage.parts:
            if part.validation:
                count[part.dataset] += 1
                number = count[part.dataset]
                name = part.dataset if number == 1 else f"{part.dataset} ({number})"
                found[name] = _as_trained(_some(self._validating(part), part.validation), part)
        return found

    def _training(self, part: Part) -> list[Example]:
        examples = self._examples(part, "train")
        apart = _held_out(examples, part.held_out)
        return [example for example in examples if example.video.video_id not in apart]

    def _validating(self, part: Part) -> list[Example]:
        if part.held_out == 0.0:
            return self._examples(part, "val")
        examples = self._examples(part, "train")
        apart = _held_out(examples, part.held_out)
        return [example for example in examples if example.video.video_id in apart]

    def _examples(self, part: Part, split: str) -> list[Example]:
        key = (part.dataset, part.split_set, split)
        if key not in self._read:
            self._read[key] = self._load(*key)
        return self._read[key]

    def _load(self, dataset: str, split_set: str | None, split: str) -> list[Example]:
        folder = self._root / dataset
        source = dataset_in(folder, split, split_set)
        examples = source.load(folder, split, split_set)
        if not examples:
            raise DataError(f"{folder}: the {split} split is empty")
        videos = {example.video.video_id: example.video for example in examples}
        self._tell_unusable(folder, [video for video in videos.values() if not video.cues])
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoding happens in worker processes
            rows = pool.map(lambda video: self._rows(source, folder, video), videos.values())
            by_name = dict(zip(videos, rows, strict=True))
        _check_seen(folder, examples, by_name)
        return prepare(examples, self._tokenizer, by_name.__getitem__)

    def _tell_unusable(self, folder: Path, silent: Sequence[VideoInput]) -> None:
        """One warning for each subtitle file from which nothing is learned."""
        for video in silent:
            why = why_unusable(find_subtitles(folder, video.video_id), video.known_second)
            if why is not None and why not in self._unusable:
                self._unusable.add(why)
                log.warning("%s: nothing is learned from these subtitles: %s", folder.name, why)

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


def _check_seen(
    folder: Path, examples: Sequence[Example], by_name: Mapping[str, Rows | None]
) -> None:
    """Raise `FeatureError` where answers begin after the pictures of their videos have ended.

    They would be learned from the last second there is.
    """
    late: dict[str, str] = {}
    for example in examples:
        video_id, gold = example.video.video_id, example.gold
        rows = by_name[video_id]
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


def _held_out(examples: Sequence[Example], share: float) -> set[str]:
    """Videos that are for validation: the same in every run, never all of them."""
    names = sorted({example.video.video_id for example in examples})
    count = min(round(share * len(names)), len(names) - 1)
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
