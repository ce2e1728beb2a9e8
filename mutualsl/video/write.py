"""Write rendered frames as an MP4 that any browser plays, the same bytes for the same input.

write_video("demo.mp4", frames, 12.5, audio=(samples, 22050), subtitles=[(0.5, 2.0, "Hello")])
"""

import heapq
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from mutualsl.atomic import atomic_output
from mutualsl.errors import VideoError
from mutualsl.video.h264 import CONTAINER_OPTIONS, add_h264_stream, to_h264_colors

TextEvent = tuple[float, float, str]
"""Start second, end second, text."""

_MILLISECOND = Fraction(1, 1000)


def write_video(
    path: str | Path,
    frames: Iterable[NDArray[np.uint8]],
    rate_hz: float,
    *,
    audio: tuple[NDArray[np.int16], int] | None = None,
    subtitles: list[TextEvent] | None = None,
    crf: int = 23,
    preset: str = "veryfast",
) -> Path:
    """Encode `frames`, each (H, W, 3) uint8 RGB of one even size, as H.264 in an MP4.

    `audio` is (samples int16 mono, samples per second) and becomes AAC; `subtitles` become an
    embedded mov_text track. The index stands in front of the data, so playing can start at once.
    Deterministic: no dates, no random names, and one thread, as more would make other bytes.
    """
    upcoming = iter(frames)
    first = next(upcoming, None)
    if first is None:
        raise VideoError(f"cannot write {path}: there is no frame; render at least one")
    height, width = first.shape[:2]
    if height % 2 or width % 2:
        raise VideoError(f"cannot write {path}: {width}x{height} is odd; use an even size")

    rate = Fraction(rate_hz).limit_denominator(1001)
    with (
        atomic_output(path) as partial,
        av.open(str(partial.absolute()), "w", format="mp4", options=CONTAINER_OPTIONS) as container,
    ):
        size = (width, height)
        video = add_h264_stream(container, size, rate, threads=1, crf=str(crf), preset=preset)
        sound = _add_audio(container, audio[1]) if audio else None
        text = _add_text(container) if subtitles else None
        container.start_encoding()
        beside: list[Any] = []
        if audio is not None:
            beside += _encode_audio(sound, audio[0])
        if subtitles:
            beside += _text_packets(text, subtitles)
        packets = _encode_video(video, chain([first], upcoming))
        # Ordered by time, as players like to read sound and text: beside their pictures.
        for packet in heapq.merge(sorted(beside, key=_second), packets, key=_second):
            container.mux(packet)
    return Path(path)


def _add_audio(container: Any, rate: int) -> Any:
    options = {"b": "64k", "flags": "+bitexact"}
    return container.add_stream("aac", rate=rate, layout="mono", options=options)


def _add_text(container: Any) -> Any:
    stream = container.add_stream("mov_text")
    stream.metadata["language"] = "eng"
    stream.codec_context.time_base = stream.time_base = _MILLISECOND
    # The encoder turns the style of this header into the track's; it is the plainest there is.
    stream.codec_context.subtitle_header = (
        b"[V4+ Styles]\n"
        b"Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, "
        b"BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, "
        b"BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n"
        b"Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,"
        b"0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0\n"
    )
    return stream


def _encode_video(stream: Any, frames: Iterable[NDArray[np.uint8]]) -> Iterator[Any]:
    reformatter = VideoReformatter()
    for number, picture in enumerate(frames):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame = to_h264_colors(frame, reformatter, (frame.width, frame.height))
        frame.pts, frame.time_base = number, 1 / Fraction(stream.codec_context.framerate)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _encode_audio(stream: Any, samples: NDArray[np.int16]) -> list[Any]:
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = stream.codec_context.sample_rate
    frame.pts, frame.time_base = 0, Fraction(1, frame.sample_rate)
    return [*stream.encode(frame), *stream.encode(None)]


def _text_packets(stream: Any, events: list[TextEvent]) -> list[Any]:
    """One sample per event and an empty one per gap: a text track has no holes in time.

    A track shows one sample at a time, so an event ends where the next one starts.
    """
    packets, clock = [], 0
    ordered = sorted(events)
    for (start_second, end_second, text), following in zip_longest(ordered, ordered[1:]):
        start, end = round(start_second / _MILLISECOND), round(end_second / _MILLISECOND)
        if following is not None:
            end = min(end, round(following[0] / _MILLISECOND))
        if end <= start:
            continue
        if start > clock:
            packets.append(_text_packet(stream, clock, start, ""))
        packets.append(_text_packet(stream, start, end, text))
        clock = end
    return packets


def _text_packet(stream: Any, start: int, end: int, text: str) -> Any:
    """A mov_text sample: its length in two bytes, then UTF-8 text."""
    body = text.encode()[:0xFFFF]
    packet = av.Packet(len(body).to_bytes(2, "big") + body)
    packet.stream, packet.time_base = stream, _MILLISECOND
    packet.pts = packet.dts = start
    packet.duration = end - start
    return packet


def _second(packet: Any) -> Fraction:
    return Fraction(packet.dts * packet.time_base)
