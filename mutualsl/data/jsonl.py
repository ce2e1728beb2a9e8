"""Data set `jsonl`, bring your own: one question a line, subtitles and videos beside them.

DIR/[<split set>/]<split>.jsonl      sample_id?, video_id, question, start, end, duration
DIR/subtitles/<video_id>.{vtt,srt}
DIR/videos/<video_id>.*              optional
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mutualsl.data.dataset import SPLITS, Dataset, Part
from mutualsl.data.example import Example, VideoInput
from mutualsl.data.folders import read_cues
from mutualsl.data.record import check_duration, check_file_name, check_time, read_text
from mutualsl.errors import DataError
from mutualsl.spans import Span

_KEPT = ("sample_id", "video_id", "question", "kind", "differs_by")
_ORDER = {split: place for place, split in enumerate(SPLITS)}

_CHECKS: dict[str, Callable[[Any], None]] = {
    "video_id": check_file_name,
    "duration": check_duration,
    "start": check_time,
    "end": check_time,
}


def load(root: str | Path, split: str, split_set: str | None = None) -> list[Example]:
    """Questions of one split with gold spans and subtitles; questions of a video share its input.

    Rows and token ids are attached later, by `prepare`. Raises `DataError` naming file and line.
    """
    root = Path(root)
    path = split_file(root, split, split_set)
    if not path.is_file():
        raise DataError(f"{path}: no such split; the layout is described in README.md, 'Your data'")
    videos: dict[str, VideoInput] = {}
    examples = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        row = _parse(line, f"{path}, line {number}")
        video_id = row["video_id"]
        if video_id not in videos:
            videos[video_id] = _video(root, video_id, row["duration"])
        examples.append(
            Example(
                video=videos[video_id],
                question=row["question"],
                sample_id=str(row.get("sample_id", f"{split}-{number}")),
                gold=Span(row["start"], row["end"]),
                kind=row.get("kind"),
                differs_by=row.get("differs_by"),
            )
        )
    return examples


def parts(root: Path) -> list[Part]:
    """Every `<split>.jsonl` of the folder itself and, as split sets, of the folders in it."""
    files = [*sorted(root.glob("*.jsonl")), *sorted(root.glob("*/*.jsonl"))]
    in_order = sorted(files, key=lambda file: (file.parent, _ORDER.get(file.stem, len(_ORDER))))
    return [
        Part(file.stem, file.parent.name if file.parent != root else None, (file,))
        for file in in_order
    ]


def has_split(root: str | Path, split: str, split_set: str | None = None) -> bool:
    """Whether a folder is in this layout, as far as one split tells."""
    return split_file(root, split, split_set).is_file()


def split_file(root: str | Path, split: str, split_set: str | None = None) -> Path:
    """The file that holds the questions of a split."""
    return Path(root) / (split_set or "") / f"{split}.jsonl"


def _parse(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
        row["video_id"], row["question"] = str(row["video_id"]), str(row["question"])
        # Half a character could not be written.
        json.dumps([row.get(name) for name in _KEPT], ensure_ascii=False).encode()
        for name in ("start", "end", "duration"):
            row[name] = float(row[name])
        problem = _problem(row)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise DataError(
            f"{where}: {error!r}; needed are video_id, question, start, end and duration (seconds)"
        ) from error
    if problem:
        raise DataError(f"{where}: {problem}")
    return dict(row)


def _problem(row: dict[str, Any]) -> str | None:
    """What is wrong with a row whose values are all there."""
    for name, check in _CHECKS.items():
        try:
            check(row[name])
        except ValueError as error:
            return f"{name} {error}"
    return None


def _video(root: Path, video_id: str, duration_second: float) -> VideoInput:
    cues = read_cues(root, video_id)
    return VideoInput(video_id=video_id, duration_second=duration_second, cues=cues)


DATASET = Dataset(load=load, parts=parts)
