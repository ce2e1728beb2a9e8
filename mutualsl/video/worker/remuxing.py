"""The worker's side of `playable_copy` where only the container is wrong: packets, not pictures."""

import heapq
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from typing import Any

import av

from mutualsl.errors import VideoError
from mutualsl.video.h264 import CONTAINER_OPTIONS
from mutualsl.video.worker.channel import Channel
from mutualsl.video.worker.decoding import PACKETS_AHEAD, PACKETS_HZ, Decoder
from mutualsl.video.worker.opening import Source, only, open_video
from mutualsl.video.worker.pictures import clockwise_degree, shown_size
from mutualsl.video.worker.probing import BROWSER_PIXELS, codec_name
from mutualsl.video.worker.skipping import AHEAD_PACKETS
from mutualsl.video.worker.sound import add_aac_stream, encode_sound

CONTAINERS = ("mov", "matroska")
"""FFmpeg's names begin so; AVI says too little about when its pictures are shown."""

VIDEO = {"h264", "vp9", "av1"}
AUDIO = {"aac", "mp3"}
"""What browsers play in an MP4; any other sound is encoded."""

TOLERANCE_SECOND = 0.02
"""By which the first picture and the end of a copy may be off: containers round times."""

Tick = Callable[[float], None]


def remux(channel: Channel, path: str, out: str) -> None:
    """Write the first video and audio stream to an MP4, with the packets and times they have.

    VideoError where the copy would not show the same: such a video has to be encoded.
    """
    end_second = 0.0
    with ExitStack() as stack:
        source = stack.enter_context(open_video(path))
        video = source.video
        copied = source.container.format.name.startswith(CONTAINERS) and codec_name(video) in VIDEO
        if not copied or video.codec_context.pix_fmt not in BROWSER_PIXELS:
            raise _to_encode(source, "its pictures are not those of an MP4")

        def tick(second: float) -> None:
            channel.progress(second / source.claimed_second if source.claimed_second else 0.0)

        target = stack.enter_context(av.open(out, "w", format="mp4", options=CONTAINER_OPTIONS))
        packets = [_copy(target, source, video, tick)]
        sound = stack.enter_context(open_video(path))
        if sound.container.streams.audio and sound.container.streams.audio[0].codec_context:
            audio = sound.container.streams.audio[0]
            if codec_name(audio) in AUDIO:
                packets.append(_copy(target, sound, audio, tick))
            else:
                stream = add_aac_stream(target, audio)
                packets.append(encode_sound(stream, sound, audio, tick, 0.0, float("inf")))
        for packet in heapq.merge(*packets, key=lambda packet: packet.dts * packet.time_base):
            end = (packet.pts + packet.duration) * packet.time_base
            end_second = max(end_second, float(end))
            target.mux(packet)
    _check(path, out, end_second, channel.progress)


def _copy(target: Any, source: Source, stream: Any, tick: Tick) -> Iterator[Any]:
    """Add a stream like another at once, and yield its packets when asked for them."""
    only(source, stream)
    copy = target.add_stream_from_template(stream, opaque=True)
    return _with_length(_packets(source, stream, copy, tick))


def _packets(source: Source, stream: Any, copy: Any, tick: Tick) -> Iterator[Any]:
    """Packets with times that count from where the presentation starts.

    What an edit list takes away may be needed to decode what it leaves: only packets of sound can
    be left out, and those before the start are kept, which the copy has an edit list for.
    """
    pictures = stream.type == "video"
    origin = round(Fraction(source.origin_second) / stream.time_base)
    step = round(1 / (source.average_rate_hz * stream.time_base)) if pictures else 0
    second = 0.0
    for number, packet in enumerate(_with_order(source.container.demux(stream), step)):
        if packet.pts is None or packet.dts is None or packet.is_corrupt:
            raise _to_encode(source, "it has packets without a time, or damaged ones")
        packet.pts, packet.dts = packet.pts - origin, packet.dts - origin
        second = max(second, float(packet.pts * packet.time_base))
        if number > PACKETS_AHEAD + PACKETS_HZ * second or second > source.limit_second:
            raise _to_encode(source, "it has far more packets than it needs, or times far apart")
        if pictures and (packet.is_discard or packet.pts < 0):
            raise _to_encode(source, "it is cut by an edit list")
        if number and packet.has_sidedata("new_extradata"):
            raise _to_encode(source, "it is made of differently encoded parts")
        tick(second)
        if packet.is_discard and packet.pts >= 0:
            continue
        packet.duration = packet.duration or step
        packet.stream = copy
        yield packet


def _with_order(packets: Iterator[Any], step: int) -> Iterator[Any]:
    """Packets with the times of their decoding, which Matroska does not store.

    Those of the first ones are not known until as many have come as pictures are reordered by.
    """
    early: list[Any] = []
    for packet in packets:
        if packet.size and packet.dts is None and len(early) < AHEAD_PACKETS:
            early.append(packet)
            continue
        for before, each in enumerate(reversed(early), start=1):
            each.dts = None if packet.dts is None else packet.dts - before * step
        yield from early
        early.clear()
        if packet.size:  # else it is the end
            yield packet


def _with_length(packets: Iterator[Any]) -> Iterator[Any]:
    """Packets of which the last one is decoded, or lasts, until the last picture has been shown.

    An MP4 counts its length in the order of decoding, where that may be far earlier.
    """
    last = next(packets, None)
    if last is None:
        return
    start, end, decoded = last.pts, last.pts + last.duration, last.dts
    for packet in packets:
        yield last
        start, end, last = min(start, packet.pts), max(end, packet.pts + packet.duration), packet
    decoded += end - start
    last.dts = max(last.dts, min(last.pts, decoded - last.duration))
    last.duration = max(last.duration, decoded - last.dts)
    yield last


def _check(path: str, out: str, end_second: float, tick: Tick) -> None:
    """Whether a copy begins with the same picture at the same time, and ends with its packets."""
    with open_video(path) as source, open_video(out) as made:
        (second, *shown), (copied_second, *copied) = _first(source, tick), _first(made, tick)
        off_second = max(abs(second - copied_second), abs(made.claimed_second - end_second))
        if shown != copied or off_second > TOLERANCE_SECOND:
            raise _to_encode(source, "a copy of its packets is shown in another way")


def _first(source: Source, tick: Tick) -> tuple[float, tuple[int, int], int]:
    """When the first picture is shown, how large it is, and how far it is turned."""
    second, picture = next(Decoder(source, source.video, tick).frames(), (0.0, None))
    if picture is None:
        raise _to_encode(source, "its first picture cannot be decoded")
    return second, shown_size(picture, source.video), clockwise_degree(picture)


def _to_encode(source: Source, why: str) -> VideoError:
    return VideoError(f"{source.path.name} has to be encoded for browsers: {why}")
