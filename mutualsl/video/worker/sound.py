"""The sound of a clip: cut to the sample, resampled, and in step with the pictures."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from mutualsl.video.worker.decoding import Decoder
from mutualsl.video.worker.opening import Source

RATES_HZ = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000)
"""Kept as they are; any other becomes the first."""

DRIFT_SECOND = 0.05
"""Gaps longer than this are filled with silence; shorter ones are rounding of timestamps."""


def add_aac_stream(target: Any, audio: Any) -> Any:
    """Add an AAC stream like `audio`: mono stays mono, anything else becomes stereo."""
    rate = audio.codec_context.sample_rate
    rate = rate if rate in RATES_HZ else RATES_HZ[0]
    layout = "mono" if audio.codec_context.layout.nb_channels == 1 else "stereo"
    return target.add_stream("aac", rate=rate, layout=layout, options={"b": "128k"})


def encode_sound(
    stream: Any,
    source: Source,
    audio: Any,
    tick: Callable[[float], None],
    start_second: float,
    end_second: float,
) -> Iterator[Any]:
    """Packets of the sound between two seconds, counted from the first of them."""
    rate, layout = stream.codec_context.sample_rate, stream.codec_context.layout.name
    position = 0
    for samples in _cut(_resampled(source, audio, tick, rate, layout), start_second, end_second):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples), format="fltp", layout=layout
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, position, Fraction(1, rate)
        position += samples.shape[1]
        yield from stream.encode(frame)
    yield from stream.encode(None)


Block = tuple[int, int, NDArray[np.float32]]
"""Number of the first sample since second 0, samples per second, samples (channels, n)."""


def _resampled(
    source: Source, audio: Any, tick: Callable[[float], None], rate: int, layout: str
) -> Iterator[Block]:
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
    for second, frame in Decoder(source, audio, tick).frames():
        frame.time_base = Fraction(1, frame.sample_rate)
        frame.pts = round(second * frame.sample_rate)
        for block in resampler.resample(frame):
            yield round(block.pts * block.time_base * rate), rate, block.to_ndarray()


def _cut(
    blocks: Iterator[Block], start_second: float, end_second: float
) -> Iterator[NDArray[np.float32]]:
    """Samples without a gap from `start_second` on, up to `end_second` or the last block."""
    written = 0
    for first, rate, samples in blocks:
        first -= round(start_second * rate)
        length = (end_second - start_second) * rate
        if first >= length:
            return
        if first < written:
            samples = samples[:, written - first :]
        elif first - written > DRIFT_SECOND * rate:
            for gap in _silence(first - written, samples.shape[0], rate):
                written += gap.shape[1]
                yield gap
        if written + samples.shape[1] > length:
            samples = samples[:, : int(length) - written]
        if samples.shape[1]:
            written += samples.shape[1]
            yield samples


def _silence(count: int, channels: int, rate: int) -> Iterator[NDArray[np.float32]]:
    """`count` samples of silence, a second at a time: a damaged file can ask for a day."""
    for done in range(0, count, rate):
        yield np.zeros((channels, min(rate, count - done)), np.float32)
