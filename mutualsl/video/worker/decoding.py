"""Decode one stream of a file that may be damaged, by its timestamps."""

from collections.abc import Callable, Iterator
from typing import Any

import av

from mutualsl.errors import VideoError
from mutualsl.video.worker.opening import Source, only
from mutualsl.video.worker.skipping import CODECS, Wanted, with_following

THREADS = 2
"""Decoding threads of a worker; more gain little on the videos people bring."""

MOMENT_SECOND = 0.04
"""The least that a picture is shown, whatever its timestamps say."""

PACKETS_HZ, PACKETS_AHEAD = 1_000, 10_000
"""No camera writes more packets a second; a file that does could be read for hours and show little.

So many more may come at once: minutes of damaged ones, from which no picture is made.
"""

Shown = tuple[float, float, Any]
"""Start second, end second, and the picture shown in between."""


class Decoder:
    """Frames of one stream in order, with the second at which each is presented.

    `tick` is called with the second reached, for every packet: a sign of life. With `wanted`,
    pictures that are not may be missing among the frames.
    """

    def __init__(
        self,
        source: Source,
        stream: Any,
        tick: Callable[[float], None],
        wanted: Wanted | None = None,
    ) -> None:
        self.damaged_packets = 0
        self.end_second = 0.0  # where the last frame so far ends
        self._source, self._stream, self._tick = source, stream, tick
        self._step_second = 1 / source.average_rate_hz
        self._wanted = wanted if stream.codec_context.name in CODECS else None
        only(source, stream)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = THREADS

    def frames(self) -> Iterator[tuple[float, Any]]:
        """Every frame that can be decoded; what is damaged is passed over and counted."""
        previous_second = float("-inf")
        for frame in self._decode():
            unit_second = frame.time_base or 0  # damage may have taken it
            if frame.pts is None or not unit_second:
                second = self.end_second
            else:
                second = float(frame.pts * unit_second) - self._source.origin_second
            if second <= previous_second:  # a timestamp that goes back shows nothing
                continue
            if second > self._source.limit_second:
                self.damaged_packets += 1
                return
            lasts_second = float(frame.duration * unit_second) or self._step_second
            self.end_second = min(second + lasts_second, self._source.limit_second)
            previous_second = second
            yield second, frame

    def shown(self) -> Iterator[Shown]:
        """Every picture with the time it is on screen; the first one from second 0 at the latest.

        A picture stays until the next one comes, however uneven the frame rate.
        """
        start_second, picture = 0.0, None
        for second, following in self.frames():
            if picture is not None and second > 0:
                yield start_second, second, picture
                start_second = second
            picture = following
        if picture is not None:
            yield start_second, max(self.end_second, start_second + MOMENT_SECOND), picture

    def _decode(self) -> Iterator[Any]:
        context = self._stream.codec_context
        for number, (packet, following) in enumerate(self._upcoming()):
            if number > PACKETS_AHEAD + PACKETS_HZ * self.end_second:
                raise VideoError(
                    f"{self._source.path.name}: {number:,} packets for the first "
                    f"{self.end_second:.1f} s, which no video needs; convert it and try again"
                )
            self._tick(self.end_second)
            context.skip_frame = "NONREF" if self._is_idle(packet, following) else "DEFAULT"
            try:
                for frame in packet.decode():
                    if self._wanted is not None and frame.interlaced_frame:
                        self._wanted = None  # its two halves may come one by one
                    yield frame
            except av.error.FFmpegError:
                self.damaged_packets += 1

    def _is_idle(self, packet: Any, following: int | None) -> bool:
        """Whether nobody asks for a packet's picture; the first one is always asked for."""
        if self._wanted is None or following is None or not self.end_second:
            return False
        second, end_second = (
            float(time * packet.time_base) - self._source.origin_second
            for time in (packet.pts, following)
        )
        return not self._wanted(second, end_second)

    def _upcoming(self) -> Iterator[tuple[Any, int | None]]:
        if self._wanted is not None:
            return with_following(self._packets())
        return ((packet, None) for packet in self._packets())

    def _packets(self) -> Iterator[Any]:
        try:
            yield from self._source.container.demux(self._stream)
        except av.error.FFmpegError:
            self.damaged_packets += 1
            flush = av.Packet()
            flush.stream = self._stream
            yield flush
