"""The files beside a data set's questions, laid out alike for every data set.

DIR/videos/<video_id>.*
DIR/subtitles/<video_id>.{vtt,srt}
DIR/features/<encoder>/<video_id>.{npz,npy}
"""

from __future__ import annotations

from pathlib import Path

from mutualsl.errors import SubtitleError
from mutualsl.subtitles import Cue, read_subtitles
from mutualsl.video import VIDEO_SUFFIXES

SUBTITLE_SUFFIXES = (".vtt", ".srt")
FEATURE_SUFFIXES = (".npz", ".npy")


def find_video(root: str | Path, video_id: str) -> Path | None:
    """The video file of an id, if the data set has it; what looks like one before what does not."""
    folder = Path(root) / "videos"
    if not folder.is_dir():
        return None
    exact = folder / f"{video_id}.mp4"
    if exact.is_file():
        return exact
    found = [p for p in folder.iterdir() if p.stem == video_id and p.is_file()]
    return min(found, key=lambda p: (p.suffix.lower() not in VIDEO_SUFFIXES, p.name), default=None)


def find_subtitles(root: str | Path, video_id: str) -> Path | None:
    """The subtitle file of an id, if the data set has it."""
    return _first(Path(root) / "subtitles", video_id, SUBTITLE_SUFFIXES)


def find_features(root: str | Path, encoder: str, video_id: str) -> Path | None:
    """The file of feature rows that an encoder made of an id, if the data set has it."""
    return _first(Path(root) / "features" / encoder, video_id, FEATURE_SUFFIXES)


def _first(folder: Path, video_id: str, suffixes: tuple[str, ...]) -> Path | None:
    files = (folder / f"{video_id}{suffix}" for suffix in suffixes)
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
