"""Run a checkpoint over a data set: one prediction a question, never refused, never dropped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mutualsl.answer import Answer, ReadOut
from mutualsl.atomic import atomic_output, write_json
from mutualsl.data import DATASETS, Dataset, Example
from mutualsl.data.example import VideoInput
from mutualsl.data.folders import find_features, find_subtitles, why_unusable
from mutualsl.encoded import ASK_AT_ONCE, EncodedVideo
from mutualsl.errors import FeatureError, MutualSLError, SubtitleError, VideoError, WeightsMissing
from mutualsl.evaluation.predictions import QuestionResult, from_row, length_second, to_row
from mutualsl.evaluation.summary import summary
from mutualsl.features.files import fitting
from mutualsl.reading import Progress
from mutualsl.subtitles import Subtitles

if TYPE_CHECKING:
    from mutualsl.inference import AnswerLocalizer

OF_ONE_RUN = ("run.json", "controls.json")  # beside its predictions and metrics


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

    Metrics are computed from the written rows: see `summary`. What an earlier run left beside them
    (`run.json`, `controls.json`) goes, as it is of other predictions.
    """
    out.mkdir(parents=True, exist_ok=True)
    path = out / "predictions.jsonl"
    results: list[QuestionResult] = []
    with atomic_output(path) as partial, partial.open("w", encoding="utf-8") as file:
        for example, answer in answers(localizer, examples, root, read_out, dataset):
            row = to_row(example, answer)
            file.write(row_line(row))
            results.append(from_row(row, f"{path}, line {len(results) + 1}"))
            progress(len(results) / len(examples))
        for name in OF_ONE_RUN:
            (out / name).unlink(missing_ok=True)
    metrics = summary(results)
    write_json(out / "metrics.json", metrics)
    return metrics


def row_line(row: dict[str, Any]) -> str:
    """A row as a line of predictions.jsonl."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def answers(
    localizer: AnswerLocalizer,
    examples: Sequence[Example],
    root: Path,
    read_out: ReadOut,
    dataset: Dataset = DATASETS["jsonl"],
    progress: Progress | None = None,
) -> Iterator[tuple[Example, Answer]]:
    """Each example with its answer, soon after it is known; a video is encoded once for all.

    `progress` is called while a video is encoded.
    """
    ordered = sorted(examples, key=lambda e: e.video.video_id)
    for _, group in groupby(ordered, key=lambda e: e.video.video_id):
        members = list(group)
        encoded = encode(localizer, members[0], root, dataset, progress)
        for begin in range(0, len(members), ASK_AT_ONCE):
            asked = members[begin : begin + ASK_AT_ONCE]
            given = localizer.answer_any(encoded, [e.question for e in asked], read_out=read_out)
            yield from zip(asked, given, strict=True)


def encode(
    localizer: AnswerLocalizer,
    example: Example,
    root: Path,
    dataset: Dataset = DATASETS["jsonl"],
    progress: Progress | None = None,
) -> EncodedVideo:
    """The example's video as a visitor's upload would be encoded.

    The transcript is what the data set loaded, which ends where the data set says that the video
    does; feature rows that it has go before its video.
    Rows, a video or a track that cannot be read are a missing modality here, noted as a warning;
    rows that the model does not understand, or missing weights, raise `CheckpointError`.
    """
    video_id, cues = example.video.video_id, example.video.cues
    file = find_subtitles(root, video_id)
    why = None if cues else why_unusable(file, example.video.known_second)
    warnings = () if why is None else (why,)
    video = dataset.find_video(root, video_id)
    rows = features = find_features(root, localizer.encoder.name, video_id)
    track: Subtitles | None = Subtitles(cues=cues) if cues else None
    problem: MutualSLError
    while features is not None or video is not None or track is not None:
        try:
            encoded = localizer.encode_video(video, track or "none", progress, features=features)
            encoded = _as_long_as(example.video, encoded, features)
        except FeatureError as error:
            features, problem = None, error
        except SubtitleError as error:
            track, problem = None, SubtitleError(f"{file.name if file else video_id}: {error}")
        except (VideoError, WeightsMissing) as error:
            if rows is None and isinstance(error, WeightsMissing):
                raise
            video, problem = None, error
        else:
            warnings = (*encoded.warnings, *warnings, *_cut_short(example.video, encoded))
            return replace(encoded, name=video_id, warnings=warnings)
        warnings = (*warnings, str(problem))
    empty = replace(example.video, cues=(), cue_tokens=(), rows=None)
    return EncodedVideo(
        name=video_id, path=None, input=empty, subtitles=None, info=None, warnings=warnings
    )


def _cut_short(video: VideoInput, encoded: EncodedVideo) -> tuple[str, ...]:
    """Said of a file that ends long before the data set says that the `video` does."""
    there_second = encoded.duration_second
    if length_second(video, there_second) == there_second:
        return ()
    return (
        f"the video is {there_second:.1f} s long, by the data set {video.duration_second:.1f} s; "
        "what lies behind its end cannot be found",
    )


def _as_long_as(video: VideoInput, encoded: EncodedVideo, features: Path | None) -> EncodedVideo:
    """The same, as long as the data set says of its `video`, where none was read.

    Raises `FeatureError` for feature rows of another length.
    """
    if encoded.info is not None:
        return encoded
    rows, track = encoded.input.rows, encoded.subtitles
    lasts_second = video.duration_second
    if rows is not None and features is not None:
        rows = fitting(rows, lasts_second, features, at_least=video.at_least)
    if video.at_least:
        seen = 0 if rows is None else len(rows)
        lasts_second = max(lasts_second, seen, track.end_second if track else 0.0)
    return replace(encoded, input=replace(encoded.input, duration_second=lasts_second, rows=rows))
