"""Controls: what must happen to mIoU when the thing a predictor should look at is taken away.

Each control breaks one link and keeps everything else; the reference answers with the whole video.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mutualsl.atomic import write_json
from mutualsl.data.example import Example, Rows
from mutualsl.data.folders import find_features, find_video
from mutualsl.errors import DataError
from mutualsl.evaluation.evaluate import encode
from mutualsl.evaluation.ious import of_spans
from mutualsl.evaluation.metrics import summarise
from mutualsl.inference import AnswerLocalizer
from mutualsl.spans import Span
from mutualsl.video import content_hash

SEED = 0
FROZEN = (
    "render the same split with `mutualsl synthesize --frozen` into a folder of its own, or leave "
    "--frozen-root out"
)


def run_controls(
    localizer: AnswerLocalizer,
    examples: Sequence[Example],
    root: Path,
    frozen_root: Path,
    out: Path,
) -> dict[str, Any]:
    """Write `controls.json`: mIoU of both heads as asked, and under each control.

    `root` and `frozen_root` hold the same rendered videos; in the latter every step shows its
    first frame for all its time. Raises what `check_frozen` does, also for a frozen video that
    cannot be read.
    """
    check_frozen(localizer, examples, root, frozen_root)
    ready = _encoded(localizer, examples, root)
    motion = [e for e in ready if e.differs_by == "motion"]
    motion_ids = {e.sample_id for e in motion}
    frozen = _encoded(localizer, [e for e in examples if e.sample_id in motion_ids], frozen_root)
    for own, twin in zip(motion, frozen, strict=True):
        if twin.video.rows is None:
            raise _no_twin(twin.video.video_id, frozen_root)
        if own.video.rows is not None and np.array_equal(own.video.rows, twin.video.rows):
            raise _moves(f"{frozen_root}: video {twin.video.video_id}", root)
    chance = random.Random(SEED)
    table = {
        "as asked": _measure(localizer, ready),
        "question about another video": _measure(localizer, _other_question(ready, chance)),
        "rows of another video": _measure(localizer, _other_rows(ready, chance)),
        "motion questions, as asked": _measure(localizer, motion),
        "motion questions, steps frozen": _measure(localizer, frozen),
    }
    write_json(out / "controls.json", table)
    return table


def check_frozen(
    localizer: AnswerLocalizer, examples: Sequence[Example], root: Path, frozen_root: Path
) -> None:
    """Find out, without reading any video, whether the controls can be run.

    Raises `DataError` for fewer than two videos, and for one whose frozen twin is missing or is
    the video itself.
    """
    if len({e.video.video_id for e in examples}) < 2:
        raise DataError(f"{root}: controls need two videos at least; leave --frozen-root out")
    if not frozen_root.is_dir():
        raise DataError(f"{frozen_root}: no such folder; {FROZEN}")
    for video_id in sorted({e.video.video_id for e in examples if e.differs_by == "motion"}):
        own, twin = (
            find_features(place, localizer.encoder.name, video_id) or find_video(place, video_id)
            for place in (root, frozen_root)
        )
        if twin is None:
            raise _no_twin(video_id, frozen_root)
        if own is not None and content_hash(own) == content_hash(twin):
            raise _moves(str(twin), own)


def _moves(twin: str, own: Path) -> DataError:
    return DataError(f"{twin}: the same as {own}, so nothing in it is frozen; {FROZEN}")


def _no_twin(video_id: str, frozen_root: Path) -> DataError:
    return DataError(f"{frozen_root}: video {video_id} is missing or cannot be read; {FROZEN}")


def _encoded(localizer: AnswerLocalizer, examples: Sequence[Example], root: Path) -> list[Example]:
    videos = {e.video.video_id: e for e in examples}
    inputs = {
        video_id: replace(encode(localizer, e, root).input, video_id=video_id)
        for video_id, e in videos.items()
    }
    return [replace(e, video=inputs[e.video.video_id]) for e in examples]


def _measure(localizer: AnswerLocalizer, examples: Sequence[Example]) -> dict[str, Any]:
    """mIoU of each head and of the whole video, on the same questions."""
    spans: dict[str, list[Span | None]] = {"visual": [], "textual": [], "whole_video": []}
    for example, heads in zip(examples, localizer.predict(examples, top_k=1), strict=True):
        spans["visual"].append(heads.visual.span if heads.visual else None)
        spans["textual"].append(heads.textual.span if heads.textual else None)
        spans["whole_video"].append(Span(0.0, example.video.duration_second))
    golds, ends = [e.gold for e in examples], [e.video.duration_second for e in examples]
    return {"n": len(golds)} | {
        name: round(summarise(of_spans(found, golds, ends), 0)["mIoU"], 2)
        for name, found in spans.items()
    }


def _other_question(examples: Sequence[Example], chance: random.Random) -> list[Example]:
    """Each example asked the question of a random example of another video."""

    def other(example: Example) -> str:
        while True:
            found = chance.choice(examples)
            if found.video.video_id != example.video.video_id:
                return found.question

    return [replace(e, question=other(e)) for e in examples]


def _other_rows(examples: Sequence[Example], chance: random.Random) -> list[Example]:
    """Each video with the rows of another, repeated or cut to its own number of seconds."""
    videos = {e.video.video_id: e.video for e in examples}
    names = sorted(videos)
    shift = chance.randrange(1, len(names))
    rows: dict[str, Rows] = {}
    for i, name in enumerate(names):
        own, foreign = videos[name].rows, videos[names[(i + shift) % len(names)]].rows
        if own is None or foreign is None:
            raise DataError(f"{name}: controls need the video of every question; put it there")
        rows[name] = np.resize(foreign, own.shape)
    return [replace(e, video=replace(e.video, rows=rows[e.video.video_id])) for e in examples]
