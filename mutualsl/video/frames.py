"""Frames for the encoder and thumbnails for the film-strip, from one pass over a video."""

from collections.abc import Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from mutualsl.errors import VideoError
from mutualsl.video.info import FrameChunk, FrameRequest, Progress, Thumbnail
from mutualsl.video.process import HANG_SECOND, Worker
from mutualsl.video.ring import SLOTS, FrameRing


def read_frames(
    path: str | Path,
    request: FrameRequest,
    progress: Progress | None = None,
    *,
    hang_second: float = HANG_SECOND,
) -> "FrameReader":
    """Decode a video once; iterate over the result for its frames, in order.

    with read_frames("video.mp4", FrameRequest(rate_hz=8)) as reader:
        for chunk in reader:
            rows.append(encode(chunk.frames))
    filmstrip = reader.thumbnails

    Frame t is the picture shown t / rate_hz seconds after the start of the presentation, by the
    timestamps in the file. Memory does not grow with the length of the video. VideoError when
    less than a second of a damaged file, or nothing, can be read; otherwise `warnings` says
    what is missing.
    """
    return FrameReader(path, request, progress, hang_second)


class FrameReader:
    """One pass over a video; the attributes are complete once the iteration has ended."""

    def __init__(
        self, path: str | Path, request: FrameRequest, progress: Progress | None, hang_second: float
    ) -> None:
        if min(request.rate_hz, request.thumbnail_every_second) <= 0:
            raise VideoError(f"cannot read frames at {request}; rates must be above zero")
        self.thumbnails: tuple[Thumbnail, ...] = ()
        self.warnings: tuple[str, ...] = ()
        self.read_second = 0.0
        self._chunks = self._read(path, request, progress or (lambda fraction: None), hang_second)

    def _read(
        self, path: str | Path, request: FrameRequest, progress: Progress, hang_second: float
    ) -> Generator[FrameChunk, None, None]:
        ring = FrameRing.create((request.chunk_frames, request.height, request.width, 3))
        try:
            with Worker(
                "read_frames", path, hang_second=hang_second, ring=ring, request=asdict(request)
            ) as worker:
                yield from self._follow(worker, ring, progress)
        finally:
            ring.close()

    def _follow(self, worker: Worker, ring: FrameRing, progress: Progress) -> Iterator[FrameChunk]:
        for message in worker.messages():
            match message["kind"]:
                case "chunk":
                    # Copied, so that what a caller keeps is not overwritten by a later chunk.
                    frames = ring.slot(message["slot"] % SLOTS)[: message["count"]].copy()
                    worker.send({"free": message["slot"]})
                    yield FrameChunk(message["first_frame"], frames)
                case "thumbnail":
                    jpeg = worker.receive_bytes()
                    self.thumbnails += (Thumbnail(message["second"], jpeg),)
                case "same thumbnail":  # one picture may be shown for hours
                    self.thumbnails += (self.thumbnails[-1]._replace(second=message["second"]),)
                case "progress":
                    progress(message["fraction"])
                case "result":
                    self.read_second = message["value"]["read_second"]
                    self.warnings = tuple(message["value"]["warnings"])
        progress(1.0)

    def __iter__(self) -> Iterator[FrameChunk]:
        return self._chunks

    def close(self) -> None:
        """End the worker; harmless when it has ended."""
        self._chunks.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
