"""Run a checkpoint over a data set: one prediction a question, never refused, never dropped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from mutualsl.answer import Answer, ReadOut
from mutualsl.data import jsonl
from mutualsl.data.example import Example
from mutualsl.errors import MutualSLError
from mutualsl.evaluation.predictions import QuestionResult, from_row, to_row
from mutualsl.evaluation.summary import summary
from mutualsl.inference import AnswerLocalizer, EncodedVideo


def evaluate(
    localizer: AnswerLocalizer,
    examples: Sequence[Example],
    root: Path,
    out: Path,
    *,
    read_out: ReadOut = "confident",
    progress: Callable[[float], None] = lambda fraction: None,
) -> dict[str, Any]:
    """Write `predictions.jsonl` and `metrics.json` into `out` and return the metrics.

    Metrics are computed from the written rows: see `summary`.
    """
    out.mkdir(parents=True, exist_ok=True)
    path = out / "predictions.jsonl"
    results: list[QuestionResult] = []
    with path.open("w", encoding="utf-8") as file:
        for example, answer in answers(localizer, examples, root, read_out):
            row = to_row(example, answer)
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            results.append(from_row(row, f"{path}, line {len(results) + 1}"))
            progress(len(results) / len(examples))
    metrics = summary(results)
    (out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    return metrics


def answers(
    localizer: AnswerLocalizer, examples: Sequence[Example], root: Path, read_out: ReadOut
) -> Iterator[tuple[Example, Answer]]:
    """Each example with its answer; a video is encoded once for all its questions."""
    ordered = sorted(examples, key=lambda e: e.video.video_id)
    for _, group in groupby(ordered, key=lambda e: e.video.video_id):
        members = list(group)
        encoded = encode(localizer, members[0], root)
        given = localizer.answer_any(encoded, [e.question for e in members], read_out=read_out)
        yield from zip(members, given, strict=True)


def encode(localizer: AnswerLocalizer, example: Example, root: Path) -> EncodedVideo:
    """The example's video as a visitor's upload would be encoded.

    A video or track that cannot be read is a missing modality here, noted as a warning.
    """
    video_id = example.video.video_id
    path, subtitles = jsonl.find_video(root, video_id), jsonl.find_subtitles(root, video_id)
    warnings: tuple[str, ...] = ()
    for video, track in ((path, subtitles or "none"), (None, subtitles or "none"), (path, "none")):
        try:
            encoded = localizer.encode_video(video, track)
        except MutualSLError as error:
            warnings = (*warnings, str(error)) if path or subtitles else ()
            continue
        if encoded.info is None:
            duration = max(example.video.duration_second, encoded.duration_second)
            encoded = replace(encoded, input=replace(encoded.input, duration_second=duration))
        return replace(encoded, name=video_id, warnings=(*encoded.warnings, *warnings))
    empty = replace(example.video, cues=(), cue_tokens=(), rows=None)
    return EncodedVideo(
        name=video_id, path=None, input=empty, subtitles=None, info=None, warnings=warnings
    )
