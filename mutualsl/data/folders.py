"""The files beside a data set's questions, laid out alike for every data set.

DIR/videos/<video_id>.*
DIR/subtitles/<video_id>.{vtt,srt}
DIR/features/<encoder>/<video_id>.{npz,npy}

Endings may be in capitals.
"""

from __future__ import annotations

from pathlib import Path

from mutualsl.errors import SubtitleError
from mutualsl.subtitles import Cue, read_subtitles
from mutualsl.video import VIDEO_SUFFIXES

BESIDE = ("videos", "subtitles", "features")
SUBTITLE_SUFFIXES = (".vtt", ".srt")
FEATURE_SUFFIXES = (".npz", ".npy")


def find_video(root: str | Path, video_id: str) -> Path | None:
    """The video file of an id, if the data set has it; what looks like one before what does not."""
    folder = Path(root) / "videos"
    if not folder.is_dir():
        return None
    if (usual := _first(folder, video_id, VIDEO_SUFFIXES)) is not None:
        return usual
    found = [p for p in folder.iterdir() if p.stem == video_id and p.is_file()]
    return min(found, key=lambda p: (not is_video(p), p.name), default=None)


def is_video(path: Path) -> bool:
    """Whether a file is a video, by its name."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def find_subtitles(root: str | Path, video_id: str) -> Path | None:
    """The subtitle file of an id, if the data set has it."""
    return _first(Path(root) / "subtitles", video_id, SUBTITLE_SUFFIXES)


def find_features(root: str | Path, encoder: str, video_id: str) -> Path | None:
    """The file of feature rows that an encoder made of an id, if the data set has it."""
    return _first(Path(root) / "features" / encoder, video_id, FEATURE_SUFFIXES)


def _first(folder: Path, video_id: str, suffixes: tuple[str, ...]) -> Path | None:
    endings = (*suffixes, *(suffix.upper() for suffix in suffixes))
    files = (folder / f"{video_id}{ending}" for ending in endings)
    return next((file for file in files if file.is_file()), None)


def read_cues(root: str | Path, video_id: str, known_second: float | None) -> tuple[Cue, ...]:
    """The cues of an id's subtitle file; none if it has no file or one that cannot be used.

    They are cut at the end of the video where that is known.
    """
    path = find_subtitles(root, video_id)
    if path is None:
        return ()
    try:
        return read_subtitles(path, known_second).cues
    except SubtitleError:
        return ()  # a video whose track is unusable is a video without subtitles


def why_unusable(track: Path | None, known_second: float | None) -> str | None:
    """Why a subtitle file gives no cues; `None` if it gives some, or is not there."""
    try:
        if track is not None:
            read_subtitles(track, known_second)
    except SubtitleError as error:
        return str(error)
    return None


def past_end_second(track: Path | None, known_second: float | None) -> float:
    """How long after the end of the video a subtitle file goes on, where that is known."""
    try:
        if track is None or known_second is None:
            return 0.0
        return max(0.0, read_subtitles(track).end_second - known_second)
    except SubtitleError:
        return 0.0
