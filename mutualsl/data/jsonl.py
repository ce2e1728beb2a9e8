"""Data set `jsonl`, bring your own: one question a line, subtitles and videos beside them.

DIR/[<split set>/]<split>.jsonl      sample_id?, video_id, question, start, end, duration
DIR/subtitles/<video_id>.{vtt,srt}
DIR/videos/<video_id>.*              optional
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mutualsl.data.dataset import SPLITS, Dataset, Part
from mutualsl.data.example import Example, VideoInput
from mutualsl.data.folders import read_cues
from mutualsl.data.record import TOLERANCE_SECOND, Record, read_text, record_of
from mutualsl.errors import DataError, some_of
from mutualsl.spans import Span

NEEDED = "needed are video_id, question, start, end and duration (seconds)"
_ORDER = {split: place for place, split in enumerate(SPLITS)}


def load(root: str | Path, split: str, split_set: str | None = None) -> list[Example]:
    """Questions of one split with gold spans and subtitles; questions of a video share its input.

    Rows and token ids are attached later. Raises `DataError` naming file and line.
    """
    root = Path(root)
    path = split_file(root, split, split_set)
    if not path.is_file():
        raise DataError(f"{path}: no such split; the layout is described in README.md, 'Your data'")
    videos: dict[str, VideoInput] = {}
    examples = []
    for number, record in _records(path):
        video_id, duration_second = record.file_name("video_id"), record.duration("duration")
        if video_id not in videos:
            at_least = record.values.get("duration_estimated") is True
            videos[video_id] = _video(root, video_id, duration_second, at_least)
        examples.append(
            Example(
                video=videos[video_id],
                question=record.raw_text("question"),
                sample_id=record.optional_text("sample_id") or f"{split}-{number}",
                gold=Span(record.second("start"), record.second("end")),
                kind=record.optional_text("kind"),
                differs_by=record.optional_text("differs_by"),
            )
        )
    return examples


def parts(root: Path) -> list[Part]:
    """Every `<split>.jsonl` of the folder itself and, as split sets, of the folders in it.

    What `evaluate` has written there is none.
    """
    files = [*sorted(root.glob("*.jsonl")), *sorted(root.glob("*/*.jsonl"))]
    files = [file for file in files if file.name != "predictions.jsonl"]
    in_order = sorted(files, key=lambda file: (file.parent, _ORDER.get(file.stem, len(_ORDER))))
    return [
        Part(file.stem, file.parent.name if file.parent != root else None, (file,))
        for file in in_order
    ]


def remarks(root: Path) -> list[str]:
    """Which videos do not last equally long in all lines of a split; what the first says counts."""
    found = []
    for (file,) in (part.files for part in parts(root)):
        lengths: dict[str, list[float]] = {}
        for _, record in _records(file):
            lengths.setdefault(record.file_name("video_id"), []).append(record.duration("duration"))
        several = [
            f"{name} ({min(seconds):g} to {max(seconds):g} s)"
            for name, seconds in lengths.items()
            if max(seconds) - min(seconds) > TOLERANCE_SECOND
        ]
        if several:
            found.append(
                f"{file.relative_to(root)}: not the same duration in every line, so that of the "
                f"first counts: {some_of(several)}"
            )
    return found


def has_split(root: str | Path, split: str, split_set: str | None = None) -> bool:
    """Whether a folder is in this layout, as far as one split tells."""
    return split_file(root, split, split_set).is_file()


def split_file(root: str | Path, split: str, split_set: str | None = None) -> Path:
    """The file that holds the questions of a split."""
    return Path(root) / (split_set or "") / f"{split}.jsonl"


def text_of(path: Path, rows: Iterable[Mapping[str, Any]]) -> str:
    """What the file of a split is to hold, a row a line.

    Raises `DataError` where it is there and holds others, which would be lost.
    """
    lines = [json.dumps(row) for row in rows]
    there = read_text(path).split("\n") if path.exists() else []
    lost = {line for line in there if line.strip()} - set(lines)
    if lost:
        raise DataError(
            f"{path}: {len(lost):,} of its questions are not among those to be written, as where "
            "they are your own, or of another seed or more videos; name another folder"
        )
    return "".join(line + "\n" for line in lines)


def _records(path: Path) -> Iterator[tuple[int, Record]]:
    """Every line that holds something, with its number."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            yield number, _record(line, f"{path}, line {number}")


def _record(line: str, where: str) -> Record:
    try:
        return record_of(json.loads(line), where, NEEDED)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: not readable as JSON ({error})") from error


def _video(root: Path, video_id: str, duration_second: float, at_least: bool) -> VideoInput:
    video = VideoInput(video_id=video_id, duration_second=duration_second, at_least=at_least)
    return replace(video, cues=read_cues(root, video_id, video.known_second))


DATASET = Dataset(load=load, parts=parts, remarks=remarks)
