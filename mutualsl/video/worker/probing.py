"""The worker's side of `mutualsl.video.probe`."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import av

from mutualsl.errors import VideoError
from mutualsl.video.worker.channel import Channel
from mutualsl.video.worker.decoding import Decoder
from mutualsl.video.worker.opening import DURATION_LIMIT_SECOND, Source, only, open_video
from mutualsl.video.worker.pictures import clockwise_degree, shown_size
from mutualsl.video.worker.text_tracks import text_tracks

BROWSER_FILES = {"mp4": {".mp4", ".m4v"}, "webm": {".webm"}}
BROWSER_VIDEO = {"h264", "vp8", "vp9", "av1"}
BROWSER_AUDIO = {"aac", "mp3", "opus", "vorbis", None}
BROWSER_PIXELS = {"yuv420p", "yuvj420p"}  # every browser's decoder does 8-bit 4:2:0


def probe(channel: Channel, path: str) -> dict[str, object]:
    """The fields of `VideoInfo`."""
    with open_video(path) as source:
        decoder = Decoder(source, source.video, channel.progress)
        _, picture = next(decoder.frames(), (0.0, None))
        if picture is None:
            raise VideoError(
                f"{source.path.name}: no picture could be decoded; the file is damaged or empty"
            )
        first_end_second = decoder.end_second
        width, height = shown_size(picture, source.video)
        found = {
            "path": path,
            "width": width,
            "height": height,
            "rotation_degree": clockwise_degree(picture),
            "video_codec": codec_name(source.video),
            "pixel_format": picture.format.name,
            "audio_codec": next(map(codec_name, source.container.streams.audio), None),
            "container": _container(source),
            "text_tracks": [asdict(track) for track in text_tracks(source)],
        }
    return {
        **found,
        "duration_second": source.said_second or _last_second(channel, path) or first_end_second,
        "browser_playable": _browser_playable(Path(path), found),
    }


def codec_name(stream: Any) -> str:
    """FFmpeg's name of the format, whichever of its decoders reads it."""
    return str(stream.codec_context.codec.canonical_name) if stream.codec_context else "unknown"


def _last_second(channel: Channel, path: str) -> float:
    """The end of the last packet, by reading all of them without decoding."""
    end_second = 0.0
    with open_video(path) as source:
        only(source, source.video)
        try:
            for packet in source.container.demux(source.video):
                channel.progress(0.0)
                if packet.pts is not None:
                    end = (packet.pts + (packet.duration or 0)) * packet.time_base
                    end_second = max(end_second, float(end) - source.origin_second)
        except av.error.FFmpegError:
            pass  # cut off: what was there counts
    if end_second > DURATION_LIMIT_SECOND:
        raise VideoError(f"{source.path.name} jumps ahead by more than a day; convert it first")
    return end_second


def _container(source: Source) -> str:
    name = source.container.format.name
    if name.startswith("matroska"):
        with source.path.open("rb") as file:
            return "webm" if b"webm" in file.read(64) else "matroska"
    if name.startswith("mov"):
        brand = source.container.metadata.get("major_brand", "")
        return "mov" if brand.strip() in ("qt", "") else "mp4"
    return str(name)


def _browser_playable(path: Path, found: dict[str, Any]) -> bool:
    return (
        path.suffix.lower() in BROWSER_FILES.get(found["container"], ())
        and found["video_codec"] in BROWSER_VIDEO
        and found["audio_codec"] in BROWSER_AUDIO
        and found["pixel_format"] in BROWSER_PIXELS
    )
