"""Questions about a file that are answered without reading all of its pictures."""

from pathlib import Path

from mutualsl.video.info import TextTrack, VideoInfo
from mutualsl.video.process import HANG_SECOND, run_job


def probe(path: str | Path, *, timeout_second: float = HANG_SECOND) -> VideoInfo:
    """Say what kind of video a file holds; VideoError when it holds none that can be read.

    A file without an index or a stated duration is scanned, but only its first picture decoded.
    """
    found = run_job("probe", path, hang_second=timeout_second)
    tracks = tuple(TextTrack(**track) for track in found.pop("text_tracks"))
    return VideoInfo(text_tracks=tracks, **found)


def read_text_track(
    path: str | Path, track_index: int, *, limit_bytes: int
) -> list[tuple[float, float, str]]:
    """Start second, end second and text of every event of a text track, in order.

    `track_index` is `TextTrack.index`. Markup (tags of HTML or ASS) is left as it is stored;
    times count from the start of the presentation, like those of the frames. SubtitleError for a
    track that takes more than `limit_bytes` as a file.
    """
    events = run_job("read_text_track", path, track_index=track_index, limit_bytes=limit_bytes)
    return [(start, end, text) for start, end, text in events]
