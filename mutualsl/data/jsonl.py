"""Data set `jsonl`, bring your own: one question a line, subtitles and videos beside them.

DIR/[<split set>/]<split>.jsonl      sample_id?, video_id, question, start, end, duration
DIR/subtitles/<video_id>.{vtt,srt}
DIR/videos/<video_id>.*              optional
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from mutualsl.data.example import Example, VideoInput
from mutualsl.errors import DataError, SubtitleError
from mutualsl.spans import Span
from mutualsl.subtitles import Cue, read_subtitles

SUBTITLE_SUFFIXES = (".vtt", ".srt")


def load(root: str | Path, split: str, split_set: str | None = None) -> list[Example]:
    """Questions of one split with gold spans and subtitles; questions of a video share its input.

    Rows and token ids are attached later, by `prepare`. Raises `DataError` naming file and line.
    """
    root = Path(root)
    path = root / (split_set or "") / f"{split}.jsonl"
    if not path.is_file():
        raise DataError(f"{path}: no such split; the layout is described in README.md, 'Your data'")
    videos: dict[str, VideoInput] = {}
    examples = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
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


def find_video(root: str | Path, video_id: str) -> Path | None:
    """The video file of an id, if the data set has it."""
    folder = Path(root) / "videos"
    if not folder.is_dir():
        return None
    exact = folder / f"{video_id}.mp4"
    if exact.is_file():
        return exact
    return next((p for p in sorted(folder.iterdir()) if p.stem == video_id), None)


def find_subtitles(root: str | Path, video_id: str) -> Path | None:
    """The subtitle file of an id, if the data set has it."""
    files = (Path(root) / "subtitles" / f"{video_id}{suffix}" for suffix in SUBTITLE_SUFFIXES)
    return next((file for file in files if file.is_file()), None)


def _parse(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
        row["video_id"], row["question"] = str(row["video_id"]), str(row["question"])
        for name in ("start", "end", "duration"):
            row[name] = float(row[name])
            if not math.isfinite(row[name]):
                raise ValueError(f"{name} is not a number")
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{where}: {error!r}; needed are video_id, question, start, end and duration (seconds)"
        ) from error
    return dict(row)


def _video(root: Path, video_id: str, duration_second: float) -> VideoInput:
    if Path(video_id).name != video_id:
        raise DataError(f"{root}: video_id {video_id!r} is not a plain file name")
    path = find_subtitles(root, video_id)
    cues: tuple[Cue, ...] = ()
    if path is not None:
        try:
            cues = read_subtitles(path).cues
        except SubtitleError:
            cues = ()  # a video whose track is unusable is a video without subtitles
    return VideoInput(video_id=video_id, duration_second=duration_second, cues=cues)
