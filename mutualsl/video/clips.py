"""Video files made from a user's video: the clip of a span, and a copy that browsers can play."""

import hashlib
import logging
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from mutualsl.atomic import atomic_output, is_same_file
from mutualsl.errors import VideoError
from mutualsl.video.hashing import content_hash
from mutualsl.video.info import Progress, VideoInfo
from mutualsl.video.process import HANG_SECOND, run_job

if TYPE_CHECKING:  # the worker imports this package, and has no use for spans
    from mutualsl.spans import Span

log = logging.getLogger(__name__)

PLAYABLE_HEIGHT = 360
"""Enough to recognise an action in a browser, and several times faster to make than 720p."""

SLOW_DISK_BYTE = 10_000_000
"""In a second. When all packets are copied, the index moves in front of them: all is written again,
without a word meanwhile."""

_SECRET = secrets.token_bytes(32)
"""Whoever has a video must not be able to tell the name of its copy, and so who else has it."""


def export_clip(
    path: str | Path, span: "Span", out: str | Path, progress: Progress | None = None
) -> Path:
    """Cut a span out of a video, exact to the frame: H.264 + AAC in an MP4 that streams.

    VideoError when the span is empty, starts after the end of the video, nothing can be read, or
    `out` is the video itself; OSError when `out` cannot be written.
    """
    if is_same_file(path, out):
        raise VideoError(f"{out}: is the video itself; give the clip another name")
    start_second, end_second = span
    if not 0 <= start_second < end_second:
        raise VideoError(
            f"cannot cut {start_second:g}-{end_second:g} s out of {path}: "
            "a span starts at 0 or later and ends after its start"
        )
    with atomic_output(out) as partial:
        partial.touch()  # raises here; the worker would take the video for damaged
        run_job(
            "transcode",
            path,
            progress=progress,
            out=str(partial.absolute()),
            start_second=float(start_second),
            end_second=float(end_second),
        )
    return Path(out)


def playable_copy(
    path: str | Path, info: VideoInfo, folder: str | Path, progress: Progress | None = None
) -> Path:
    """The file itself if a browser plays it, else a copy under a name nobody can guess.

    Where only the container is wrong, its packets are copied; else it becomes small H.264 + AAC.
    It is made once for each content, as long as this program runs.
    """
    if info.browser_playable:
        return Path(path)
    name = hashlib.blake2b(content_hash(path).encode(), key=_SECRET, digest_size=20).hexdigest()
    copy = Path(folder) / f"{name}.mp4"
    try:
        os.utime(copy)  # somebody watches it, so it is not old
    except FileNotFoundError:
        with atomic_output(copy) as partial:
            out = str(partial.absolute())
            silent_second = HANG_SECOND + os.path.getsize(path) / SLOW_DISK_BYTE
            try:
                run_job("remux", path, progress=progress, hang_second=silent_second, out=out)
            except VideoError as error:  # a copy of its packets will not do
                log.info("a smaller copy is encoded: %s", error)
                run_job("transcode", path, progress=progress, out=out, height_limit=PLAYABLE_HEIGHT)
    return copy
