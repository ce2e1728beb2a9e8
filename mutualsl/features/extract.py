"""One sequential pass over a video: rows for the model, thumbnails for the film-strip."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mutualsl.errors import VideoError
from mutualsl.features.base import Frames, Rows, VisualEncoder
from mutualsl.video import VideoInfo, read_frames

Progress = Callable[[float], None]
# On a CPU as many as the reader decodes meanwhile; on a GPU as many as `i3d` takes, 77 MB of them.
FRAMES_AT_ONCE = {"cpu": 128, "cuda": 512}


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class VisualFeatures:
    """What one pass over a video yields."""

    rows: Rows  # (K, F), row k covers second k to k + 1
    thumbnails: tuple[tuple[float, bytes], ...]  # (second, JPEG)
    warnings: tuple[str, ...] = ()


def extract(
    path: str | Path, info: VideoInfo, encoder: VisualEncoder, progress: Progress | None = None
) -> VisualFeatures:
    """Decode a video once and encode it second by second; memory does not grow with its length.

    Raises `VideoError` when not even one frame can be read.
    """
    rows: list[Rows] = []
    with read_frames(path, encoder.request, progress=progress) as reader:
        chunks = (chunk.frames for chunk in reader)
        for frames in _whole_rows(chunks, _whole(encoder)):
            rows.append(encoder.encode(frames))
        thumbnails, warnings = reader.thumbnails, reader.warnings
    if not rows:
        raise VideoError(f"{Path(path).name}: no picture could be read; re-export the video")
    most = max(1, math.ceil(info.duration_second - 1e-6))
    # The cache keeps 16 bits; rounding here too makes the first answer equal to every later one.
    joined = np.concatenate(rows)[:most].astype(np.float16).astype(np.float32)
    return VisualFeatures(rows=joined, thumbnails=tuple(thumbnails), warnings=tuple(warnings))


def _whole(encoder: VisualEncoder) -> int:
    """Frames of whole rows, about `FRAMES_AT_ONCE`."""
    frames = encoder.frames_per_row
    return frames * max(1, FRAMES_AT_ONCE[encoder.device.type] // frames)


def _whole_rows(chunks: Iterator[Frames], frame_count: int) -> Iterator[Frames]:
    """Regroup chunks of any size into groups of `frame_count` frames; the last may be shorter."""
    waiting: list[Frames] = []
    held = 0
    for frames in chunks:
        waiting.append(frames)
        held += len(frames)
        while held >= frame_count:
            joined = np.concatenate(waiting)
            yield joined[:frame_count]
            waiting = [joined[frame_count:]]
            held -= frame_count
    if held:
        yield np.concatenate(waiting)
