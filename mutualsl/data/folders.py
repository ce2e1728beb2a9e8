"""The files beside a data set's questions, laid out alike for every data set.

DIR/videos/<video_id>.*
DIR/subtitles/<video_id>.{vtt,srt}
"""

from __future__ import annotations

from pathlib import Path

from mutualsl.errors import SubtitleError
from mutualsl.subtitles import Cue, read_subtitles

SUBTITLE_SUFFIXES = (".vtt", ".srt")


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


def read_cues(root: str | Path, video_id: str) -> tuple[Cue, ...]:
    """The cues of an id's subtitle file; none if it has no file or one that cannot be used."""
    path = find_subtitles(root, video_id)
    if path is None:
        return ()
    try:
        return read_subtitles(path).cues
    except SubtitleError:
        return ()  # a video whose track is unusable is a video without subtitles
