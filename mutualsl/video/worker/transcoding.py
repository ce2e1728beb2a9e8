"""The worker's side of `export_clip` and `playable_copy`: H.264 + AAC, exact to the frame."""

import heapq
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from itertools import chain
from typing import Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from mutualsl.errors import VideoError
from mutualsl.video.h264 import CONTAINER_OPTIONS, add_h264_stream, to_h264_colors
from mutualsl.video.worker.channel import Channel
from mutualsl.video.worker.decoding import THREADS, Decoder, Shown
from mutualsl.video.worker.opening import Source, open_video
from mutualsl.video.worker.pictures import clockwise_degree, shown_size
from mutualsl.video.worker.sound import add_aac_stream, encode_sound

CLOCK = Fraction(1, 90_000)
"""Unit of the timestamps written: fine enough for any frame rate, even or uneven."""

SEEK_EARLY_SECOND = 1.0
"""Seeking goes by the order of decoding, which runs a few frames ahead of what is shown."""


def transcode(
    channel: Channel,
    path: str,
    out: str,
    start_second: float = 0.0,
    end_second: float | None = None,
    height_limit: int | None = None,
) -> None:
    """Write the part of a video between two seconds to `out`, at most `height_limit` high.

    Pictures and sound are read through two openings of the file, so that each is a plain
    sequence in time; the encoded packets are merged.
    """
    with ExitStack() as stack:
        source = stack.enter_context(open_video(path))
        end_second = end_second if end_second is not None else float("inf")
        length_second = min(end_second, source.claimed_second or end_second) - start_second

        def tick(second: float) -> None:
            channel.progress((second - start_second) / length_second if length_second > 0 else 0)

        _seek(source, source.video, start_second)
        decoder = Decoder(source, source.video, tick)
        pictures = _cut(decoder.shown(), start_second, end_second)
        first = next(pictures, None)
        if first is None:
            length_second = source.said_second or decoder.end_second
            lasts = f"; it lasts {length_second:.2f} s" if length_second else ""
            raise VideoError(f"{source.path.name} has no picture at {start_second:.2f} s{lasts}")
        target = av.open(out, "w", format="mp4", options=CONTAINER_OPTIONS)
        stack.enter_context(target)
        packets = [_encode_pictures(target, source, chain([first], pictures), height_limit)]
        sound = stack.enter_context(open_video(path))
        if sound.container.streams.audio and sound.container.streams.audio[0].codec_context:
            audio = sound.container.streams.audio[0]
            _seek(sound, audio, start_second)
            stream = add_aac_stream(target, audio)
            packets.append(encode_sound(stream, sound, audio, tick, start_second, end_second))
        for packet in heapq.merge(*packets, key=lambda packet: packet.dts * packet.time_base):
            target.mux(packet)


def _seek(source: Source, stream: Any, second: float) -> None:
    """Go to a keyframe before a second; a file without an index is read from its start."""
    if second <= SEEK_EARLY_SECOND:
        return
    target = second - SEEK_EARLY_SECOND + source.origin_second
    try:
        source.container.seek(int(target / stream.time_base), stream=stream)
    except av.error.FFmpegError:
        return


def _cut(pictures: Iterator[Shown], start_second: float, end_second: float) -> Iterator[Shown]:
    """What is on screen between two seconds, with times counted from the first of them."""
    for shown_at, shown_until, picture in pictures:
        shown_at, shown_until = max(shown_at, start_second), min(shown_until, end_second)
        if shown_at >= end_second:
            return
        if shown_until - shown_at > float(CLOCK):
            yield shown_at - start_second, shown_until - start_second, picture


def _encode_pictures(
    target: Any, source: Source, pictures: Iterator[Shown], height_limit: int | None
) -> Iterator[Any]:
    """Add the stream at once, and yield its packets when asked for them."""
    first = next(pictures)
    size = _even_size(shown_size(first[2], source.video), height_limit)
    rate = Fraction(source.average_rate_hz).limit_denominator(1001)
    # Without B-frames the last packet is the last picture, so that the clip ends when it ends.
    recipe = {"crf": "23", "preset": "veryfast", "bf": "0"}
    stream = add_h264_stream(target, size, rate, THREADS, **recipe)
    stream.codec_context.time_base = CLOCK
    return _packets(stream, chain([first], pictures), size)


def _packets(stream: Any, pictures: Iterator[Shown], size: tuple[int, int]) -> Iterator[Any]:
    length_of: dict[int, int] = {}
    reformatter = VideoReformatter()

    def timed(packets: list[Any]) -> Iterator[Any]:
        for packet in packets:
            packet.duration = length_of.pop(packet.pts, 0)
            yield packet

    for start_second, end_second, picture in pictures:
        frame = _upright(picture, reformatter, size)
        frame.pts, frame.time_base = round(start_second / CLOCK), CLOCK
        length_of[frame.pts] = round(end_second / CLOCK) - frame.pts
        yield from timed(stream.encode(frame))
    yield from timed(stream.encode(None))


def _even_size(size: tuple[int, int], height_limit: int | None) -> tuple[int, int]:
    width, height = size
    scale = min(1.0, height_limit / height) if height_limit else 1.0
    return 2 * max(1, round(width * scale / 2)), 2 * max(1, round(height * scale / 2))


def _upright(picture: Any, reformatter: VideoReformatter, size: tuple[int, int]) -> Any:
    """A picture at its shown size and the right way up, ready for the encoder."""
    turns = clockwise_degree(picture) // 90
    stored = size[::-1] if turns % 2 else size
    frame = to_h264_colors(picture, reformatter, stored)
    if turns:
        width, height = stored
        planes = frame.to_ndarray().reshape(-1)
        sizes = [(height, width), (height // 2, width // 2), (height // 2, width // 2)]
        ends = np.cumsum([rows * columns for rows, columns in sizes])[:-1]
        turned = [
            np.rot90(plane.reshape(shape), -turns).reshape(-1)
            for plane, shape in zip(np.split(planes, ends), sizes, strict=True)
        ]
        upright = np.concatenate(turned).reshape(size[1] * 3 // 2, size[0])
        frame = av.VideoFrame.from_ndarray(upright, format="yuv420p")
    frame.pict_type = 0  # the encoder decides which pictures are keyframes
    return frame
