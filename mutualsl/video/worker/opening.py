"""The one place that opens a user's file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from mutualsl.errors import VideoError

# A "video" may be a playlist that names other files or addresses. FFmpeg is therefore told to
# use nothing but local files and nothing but containers that carry their own data. It gets a
# path, because with a Python file object the protocol rule would not apply; the path is
# absolute, so that no name ("http:x", "-i", "file:x") can be taken for anything else.
SAFE_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi",
}

DURATION_LIMIT_SECOND = 24 * 3600.0
"""Longer ones are refused: a few bytes in a header can claim years, and each second costs."""

LATE_SECOND = 60.0
"""How far pictures may go beyond the duration that the header claims."""


LATE_START_SECOND = 0.1
"""From here on where a file begins makes a difference to its length."""


@dataclass(frozen=True, slots=True)
class Source:
    """An open file with a video in it."""

    path: Path
    container: Any
    video: Any  # the stream
    origin_second: float  # timestamp of the start of the presentation
    claimed_second: float  # duration by the header, or more; 0 when it does not say
    doubtful: bool = False  # whether it may be more

    @property
    def said_second(self) -> float:
        """Duration by the header where that is sure, else 0."""
        return 0.0 if self.doubtful else self.claimed_second

    @property
    def limit_second(self) -> float:
        """Where reading stops: pictures much later than the header claims are damage or a trap."""
        return (self.claimed_second + LATE_SECOND) if self.claimed_second else DURATION_LIMIT_SECOND

    @property
    def average_rate_hz(self) -> float:
        """Pictures per second by the header, 25 when it does not say."""
        return float(self.video.average_rate or self.video.guessed_rate or 25)


@contextmanager
def open_video(path: str | Path) -> Iterator[Source]:
    """Open a file for reading; VideoError says why it is not a usable video."""
    path = Path(path)
    if not path.is_absolute() or not path.is_file():
        raise VideoError(f"{path} is not a file; give the path of a video")
    if path.stat().st_size == 0:
        raise VideoError(f"{path.name} is empty (0 bytes); was it copied completely?")
    try:
        container = av.open(str(path), "r", options=SAFE_OPTIONS, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError) as error:
        raise VideoError(_why_not_opened(path)) from error
    with container:
        yield _inspect(path, container)


def only(source: Source, stream: Any) -> None:
    """Let the demuxer skip the data of every other stream."""
    for other in source.container.streams:
        if other.index != stream.index:
            other.discard = av.stream.Discard.all


def _inspect(path: Path, container: Any) -> Source:
    pictures = [stream for stream in container.streams.video if not _is_cover(stream)]
    if not pictures:
        what = "only sound" if container.streams.audio else "no video"
        raise VideoError(f"{path.name} holds {what}; a file with a video stream is needed")
    video = pictures[0]
    if video.codec_context is None:
        raise VideoError(f"{path.name} uses an unknown video codec; convert it to H.264 in MP4")
    # Before zero lies only what players do not show (the run-in of an audio codec).
    origin_second = max(0.0, (container.start_time or 0) / av.time_base)
    claimed_second = max(0.0, (container.duration or 0) / av.time_base)
    # Some programs count it from timestamp 0, some from where the file begins.
    late = origin_second > LATE_START_SECOND
    doubtful = late and container.format.name.startswith("matroska")
    if claimed_second > DURATION_LIMIT_SECOND:
        raise VideoError(
            f"{path.name} claims to last {claimed_second / 3600:.0f} hours; "
            f"at most {DURATION_LIMIT_SECOND / 3600:.0f} can be read, cut it into parts"
        )
    return Source(path, container, video, origin_second, claimed_second, doubtful)


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _why_not_opened(path: Path) -> str:
    with path.open("rb") as file:
        starts_like_mp4 = file.read(8)[4:] == b"ftyp"
    if starts_like_mp4:
        return (
            f"{path.name} has no readable index: it was cut off or is still being written; "
            "finish the recording or download it again"
        )
    return f"{path.name} is not a video that can be read; use MP4, MOV, WebM, MKV or AVI"
