"""Small videos whose pictures tell which one they are, by how bright they are."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mutualsl.video import FrameRequest, read_frames
from mutualsl.video.write import write_video

WIDTH, HEIGHT = 64, 48


def gray(number, width=WIDTH, height=HEIGHT):
    """Picture `number` (0 to 49): one brightness all over."""
    return np.full((height, width, 3), 20 + 4 * number, np.uint8)


def number_of(frame):
    """The number of a picture that `gray` made, from its middle."""
    height, width = frame.shape[:2]
    middle = frame[height // 2 - 2 : height // 2 + 2, width // 2 - 2 : width // 2 + 2]
    return round((float(middle.mean()) - 20) / 4)


def tone(seconds, rate=16_000):
    """A sine of 440 Hz, int16 mono."""
    return (8000 * np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate)).astype(np.int16)


def make_odd(
    path, frames, times, *, codec="libx264", pixels="yuv420p", clockwise=0, aspect=None, **options
):
    """A video with pictures at any `times` in seconds, in the container the suffix names."""
    with av.open(str(path), "w", options=options) as container:
        height, width = frames[0].shape[:2]
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.codec_context.time_base = Fraction(1, 1000)
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        if clockwise:
            stream.set_display_rotation(-clockwise)
        for picture, second in zip(frames, times, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(second * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return Path(path)


def make_sound(path, seconds=2.0):
    """A file with nothing but sound."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone(seconds)[None], format="s16", layout="mono")
        frame.sample_rate = 16_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return Path(path)


def read_all(path, **request):
    """Every frame of a video at once, and the reader that has ended."""
    reader = read_frames(path, FrameRequest(**{"width": WIDTH, "height": HEIGHT, **request}))
    with reader:
        chunks = list(reader)
    return np.concatenate([chunk.frames for chunk in chunks]), reader


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    """4 s at 12.5 pictures a second (50 of them) with sound and an embedded text track."""
    path = tmp_path_factory.mktemp("video") / "plain.mp4"
    frames = (gray(number) for number in range(50))
    text = [(0.5, 1.5, "first"), (2.0, 3.0, "second, <i>in italics</i>\nétape 二")]
    return write_video(path, frames, 12.5, audio=(tone(4), 16_000), subtitles=text)


@pytest.fixture(scope="session")
def detailed(tmp_path_factory):
    """10 s at 10 pictures a second of moving noise: large enough to be cut and damaged."""
    path = tmp_path_factory.mktemp("video") / "detailed.mp4"
    noise = np.random.default_rng(0).integers(0, 255, (48, 200, 3), np.uint8)
    frames = (np.ascontiguousarray(noise[:, shift : shift + 64]) for shift in range(100))
    return write_video(path, frames, 10)


ASS_HEADER = b"[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Text\n"


def make_tracks(path, *tracks, codec="subrip", seconds=4):
    """A Matroska video with text tracks of (language, title, [(start, end, text), ...])."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=10)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        streams = [container.add_stream(codec) for _ in tracks]
        for stream, (language, title, _) in zip(streams, tracks, strict=True):
            stream.metadata.update(language=language, title=title)
            stream.codec_context.subtitle_header = ASS_HEADER
            stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        container.start_encoding()
        for stream, (_, _, cues) in zip(streams, tracks, strict=True):
            for start, end, text in cues:
                packet = av.Packet(text.encode())
                packet.stream, packet.time_base = stream, Fraction(1, 1000)
                packet.pts = packet.dts = round(start * 1000)
                packet.duration = round((end - start) * 1000)
                container.mux(packet)
        for number in range(10 * seconds):
            frame = av.VideoFrame.from_ndarray(gray(number % 50), format="rgb24")
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return Path(path)
