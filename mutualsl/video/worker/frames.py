"""The worker's side of `mutualsl.video.read_frames`."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mutualsl.errors import VideoError
from mutualsl.video.info import FrameRequest
from mutualsl.video.ring import SLOTS, FrameRing
from mutualsl.video.worker.channel import Channel
from mutualsl.video.worker.decoding import Decoder
from mutualsl.video.worker.opening import Source, open_video
from mutualsl.video.worker.pictures import Fitter, JpegEncoder
from mutualsl.video.worker.skipping import at_every

TOLERANCE_SECOND = 0.001
"""Containers round timestamps to a millisecond: a picture due now may be stamped just after."""

USABLE_SECOND = 1.0
"""How much of a damaged video must be readable for it to be of any use."""


def read_frames(channel: Channel, path: str, request: dict[str, Any]) -> dict[str, object]:
    """Send the frames and thumbnails of a video; the result says how much could be read."""
    wanted = FrameRequest(**request)
    with open_video(path) as source:
        length_second = _expected_second(source) or float("inf")
        decoder = Decoder(
            source,
            source.video,
            lambda second: channel.progress(second / length_second),
            at_every(1 / wanted.rate_hz, wanted.thumbnail_every_second),
        )
        sampler = _Sampler(channel, source, wanted)
        for _start_second, end_second, picture in decoder.shown():
            sampler.take(picture, end_second)
        sampler.flush()
        read_second = min(decoder.end_second, sampler.end_second)
        return {
            "read_second": read_second,
            "warnings": _warnings(source, read_second, decoder.damaged_packets),
        }


class _Sampler:
    """Takes pictures in order and passes on those shown at the seconds that are wanted."""

    def __init__(self, channel: Channel, source: Source, wanted: FrameRequest) -> None:
        self.end_second = 0.0
        self._channel, self._stream, self._wanted = channel, source.video, wanted
        self._ring = FrameRing(
            channel.ring_descriptor, (wanted.chunk_frames, wanted.height, wanted.width, 3)
        )
        self._fitter = Fitter(wanted.width, wanted.height, crop=wanted.crop)
        self._jpeg = JpegEncoder(wanted.thumbnail_height)
        self._frames = self._thumbnails = 0  # passed on so far
        self._sent = self._freed = 0  # chunks

    def take(self, picture: Any, end_second: float) -> None:
        """Use a picture for every wanted second before `end_second` that is still open."""
        self.end_second = end_second
        drawn = None
        due_second = end_second - TOLERANCE_SECOND
        while self._frames == 0 or self._frames / self._wanted.rate_hz < due_second:
            canvas = self._canvas()
            if drawn is None:
                self._fitter.fit(picture, self._stream, canvas)
            else:
                canvas[:] = drawn
            drawn = canvas
            self._frames += 1
            if self._frames % self._wanted.chunk_frames == 0:
                self._send_chunk(self._wanted.chunk_frames)
                drawn = None  # that memory belongs to the reader now
        self._take_thumbnails(picture, due_second)

    def _take_thumbnails(self, picture: Any, due_second: float) -> None:
        every_second, jpeg = self._wanted.thumbnail_every_second, None
        while (second := self._thumbnails * every_second) < due_second:
            if jpeg is None:
                jpeg = self._jpeg.encode(picture, self._stream)
                self._channel.send("thumbnail", jpeg, second=second)
            else:
                self._channel.send("same thumbnail", second=second)
            self._thumbnails += 1

    def flush(self) -> None:
        """Send the last, shorter chunk."""
        rest = self._frames % self._wanted.chunk_frames
        if rest:
            self._send_chunk(rest)

    def _canvas(self) -> NDArray[np.uint8]:
        """Memory for the next frame; waits until the reader has taken what was there."""
        while self._sent - self._freed >= SLOTS:
            self._channel.receive()
            self._freed += 1
        chunk = self._ring.slot(self._sent % SLOTS)
        canvas: NDArray[np.uint8] = chunk[self._frames % self._wanted.chunk_frames]
        return canvas

    def _send_chunk(self, count: int) -> None:
        first_frame = self._frames - count
        self._channel.send("chunk", slot=self._sent, first_frame=first_frame, count=count)
        self._sent += 1


def _expected_second(source: Source) -> float:
    """How long the pictures last by the header; sound and text may last longer."""
    video = source.video
    if re.fullmatch(r"\d+:\d+:\d+\.\d+", tag := video.metadata.get("DURATION", "")):  # Matroska
        hours, minutes, seconds = map(float, tag.split(":"))
        return 3600 * hours + 60 * minutes + seconds - source.origin_second
    if video.duration:
        start = (video.start_time or 0) * video.time_base
        return float(start + video.duration * video.time_base) - source.origin_second
    return source.claimed_second - (source.origin_second if source.doubtful else 0.0)


def _warnings(source: Source, read_second: float, damaged_packets: int) -> list[str]:
    name, expected_second = source.path.name, _expected_second(source)
    cut = read_second < expected_second - max(1.0, 0.02 * expected_second)
    if read_second <= 0 or (cut and read_second < USABLE_SECOND):
        raise VideoError(
            f"{name}: only {read_second:.1f} of {expected_second:.1f} s could be read; "
            "the file is damaged, download or convert it again"
        )
    warnings = []
    if cut:
        warnings.append(
            f"{name} is cut off or damaged: {read_second:.1f} of {expected_second:.1f} s were read"
        )
    if damaged_packets:
        warnings.append(f"{name} is damaged; packets that were passed over: {damaged_packets}")
    return warnings
