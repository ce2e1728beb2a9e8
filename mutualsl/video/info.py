"""What is known about a video, and what one pass over it has to yield: plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Progress = Callable[[float], None]
"""Called with the fraction done, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTrack:
    """An embedded subtitle track that holds text (tracks of pictures are not listed)."""

    index: int  # number of the stream in the container
    codec: str  # mov_text, subrip, webvtt, ass or text
    language: str | None
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoInfo:
    """A file that was found to hold a video, as a viewer sees it."""

    path: str  # absolute
    duration_second: float
    width: int  # pixels, after rotation and with square pixels
    height: int
    rotation_degree: int  # 0, 90, 180 or 270, clockwise from the stored to the shown picture
    video_codec: str
    pixel_format: str
    audio_codec: str | None
    container: str  # mp4, mov, webm, matroska or avi
    text_tracks: tuple[TextTrack, ...]
    browser_playable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRequest:
    """What one pass over a video has to yield.

    Frames are never distorted: scaled to fit `width` x `height` and centred on black, or with
    `crop` to fill it, and what stands out on two sides is cut off.
    """

    rate_hz: float = 8.0
    width: int = 160
    height: int = 90
    crop: bool = False
    thumbnail_every_second: float = 5.0
    thumbnail_height: int = 90
    chunk_frames: int = 32


class FrameChunk(NamedTuple):
    """Consecutive frames: (T, H, W, 3) uint8 RGB; frame t of the video is shown at t / rate_hz."""

    first_frame: int
    frames: NDArray[np.uint8]


class Thumbnail(NamedTuple):
    """A small picture for the film-strip."""

    second: float
    jpeg: bytes
