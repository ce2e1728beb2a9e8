"""Run a checkpoint over a data set: one prediction a question, never refused, never dropped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from mutualsl.answer import Answer, ReadOut
from mutualsl.data import DATASETS, Dataset, Example
from mutualsl.errors import MutualSLError, SubtitleError
from mutualsl.evaluation.metrics import Metrics, score
from mutualsl.inference import AnswerLocalizer, EncodedVideo
from mutualsl.spans import Span
from mutualsl.subtitles import Subtitles, read_subtitles

HEADS = ("visual", "textual", "answer")


def evaluate(
    localizer: AnswerLocalizer,
    examples: Sequence[Example],
    root: Path,
    out: Path,
    *,
    dataset: Dataset = DATASETS["jsonl"],
    read_out: ReadOut = "confident",
    progress: Callable[[float], None] = lambda fraction: None,
) -> dict[str, Any]:
    """Write `predictions.jsonl` and `metrics.json` into `out` and return the metrics.

    Metrics are percent, for `visual`, `textual` and `answer`, over all questions and, where the
    data has them, by `kind`.
    """
    out.mkdir(parents=True, exist_ok=True)
    answered: list[tuple[Example, Answer]] = []
    with (out / "predictions.jsonl").open("w", encoding="utf-8") as file:
        for example, answer in answers(localizer, examples, root, read_out, dataset):
            record = answer.to_dict()
            del record["timings"]
            record |= {
                "sample_id": example.sample_id,
                "video_id": example.video.video_id,
                "gold": list(example.gold or ()),
                "kind": example.kind,
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            answered.append((example, answer))
            progress(len(answered) / len(examples))
    metrics: dict[str, Any] = head_metrics(answered)
    kinds = sorted({e.kind for e in examples if e.kind})
    if kinds:
        metrics["by_kind"] = {
            kind: head_metrics([pair for pair in answered if pair[0].kind == kind])
            for kind in kinds
        }
    (out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    return metrics


def answers(
    localizer: AnswerLocalizer,
    examples: Sequence[Example],
    root: Path,
    read_out: ReadOut,
    dataset: Dataset = DATASETS["jsonl"],
) -> Iterator[tuple[Example, Answer]]:
    """Each example with its answer; a video is encoded once for all its questions."""
    ordered = sorted(examples, key=lambda e: e.video.video_id)
    for _, group in groupby(ordered, key=lambda e: e.video.video_id):
        members = list(group)
        encoded = encode(localizer, members[0], root, dataset)
        given = localizer.answer_any(encoded, [e.question for e in members], read_out=read_out)
        yield from zip(members, given, strict=True)


def encode(
    localizer: AnswerLocalizer,
    example: Example,
    root: Path,
    dataset: Dataset = DATASETS["jsonl"],
) -> EncodedVideo:
    """The example's video as a visitor's upload would be encoded.

    The transcript is what the data set loaded. A video or track that cannot be read is a missing
    modality here, noted as a warning.
    """
    video_id, cues = example.video.video_id, example.video.cues
    path = dataset.find_video(root, video_id)
    warnings = () if cues else _unreadable(dataset.find_subtitles(root, video_id))
    for video in (path, None) if path else (None,):
        if video is None and not cues:
            break
        try:
            encoded = localizer.encode_video(video, Subtitles(cues=cues) if cues else "none")
        except MutualSLError as error:
            warnings = (*warnings, str(error))
            continue
        if encoded.info is None:
            duration = max(example.video.duration_second, encoded.duration_second)
            encoded = replace(encoded, input=replace(encoded.input, duration_second=duration))
        return replace(encoded, name=video_id, warnings=(*encoded.warnings, *warnings))
    empty = replace(example.video, cues=(), cue_tokens=(), rows=None)
    return EncodedVideo(
        name=video_id, path=None, input=empty, subtitles=None, info=None, warnings=warnings
    )


def _unreadable(track: Path | None) -> tuple[str, ...]:
    """Why a subtitle file gave no cues."""
    if track is None:
        return ()
    try:
        read_subtitles(track)
    except SubtitleError as error:
        return (str(error),)
    return ()


def head_metrics(answered: Sequence[tuple[Example, Answer]]) -> dict[str, Metrics]:
    """Metrics of each head and of the chosen answer."""
    golds = [example.gold or Span(0.0, 0.0) for example, _ in answered]
    spans: dict[str, list[Span | None]] = {
        "visual": [a.visual.span if a.visual else None for _, a in answered],
        "textual": [a.textual.span if a.textual else None for _, a in answered],
        "answer": [a.span for _, a in answered],
    }
    return {name: score(spans[name], golds) for name in HEADS}
