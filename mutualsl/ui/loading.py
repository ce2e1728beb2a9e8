"""A visitor's files to a video ready for questions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mutualsl.encoded import EncodedVideo
from mutualsl.errors import SubtitleError, VideoError
from mutualsl.subtitles import Subtitles
from mutualsl.ui.limits import MAX_CUES, MAX_TRANSCRIPT_CHARACTERS, MAX_VIDEO_HOUR
from mutualsl.ui.made_files import forget_old
from mutualsl.ui.memory import give_back
from mutualsl.ui.progress import Report
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.text import file_name
from mutualsl.ui.views import Loaded
from mutualsl.video import VideoInfo, playable_copy


def prepare(
    shelf: Shelf,
    folder: Path,
    model: str,
    video: str | None,
    subtitles: str | None,
    report: Report,
) -> Loaded:
    """Encode a video and its subtitles; only what the library accepted reaches the player."""
    encoded = encode(shelf, model, video, subtitles, report)
    forget_old(folder)
    playing = playable(encoded, folder, report)
    return Loaded(encoded, playing, encoded, model)


def playable(encoded: EncodedVideo, folder: Path, report: Report) -> Path | None:
    """A file of the video that browsers can play; `None` where there is no video."""
    if encoded.path is None or encoded.info is None:
        return None
    return playable_copy(encoded.path, encoded.info, folder, lambda done: report("copy", done))


def encode(
    shelf: Shelf, model: str, video: str | None, subtitles: str | None, report: Report
) -> EncodedVideo:
    """A video and its subtitles, within the limits of the page."""
    try:
        encoded = shelf.get(model).encode_video(video, subtitles, progress=report, admit=admit)
    finally:
        give_back()
    return encoded if video is None else replace(encoded, name=file_name(video))


def admit(info: VideoInfo | None, track: Subtitles | None) -> None:
    """Refuse what is too long for a page that others use too."""
    if info is not None and info.duration_second > MAX_VIDEO_HOUR * 3600:
        hours = info.duration_second / 3600
        raise VideoError(
            f"the video lasts {hours:.1f} hours; here it may last {MAX_VIDEO_HOUR}, cut it first"
        )
    if track is None:
        return
    characters = sum(len(cue.text) for cue in track.cues)
    for count, most, what in (
        (len(track), MAX_CUES, "cues"),
        (characters, MAX_TRANSCRIPT_CHARACTERS, "characters"),
    ):
        if count > most:
            raise SubtitleError(
                f"the subtitles have {count:,} {what}; here they may have {most:,}, cut them first"
            )
