"""I3D on a GPU, part of `benchmarks.gpu`: its network alone, fed from memory, fed by a decoder."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from benchmarks.common import Measure, median_second, ratio
from benchmarks.floors import (
    Measured,
    Rates,
    Work,
    beside_floor,
    best_second,
    forget_peak,
    operations,
    peak_memory_mb,
    result,
    synchronize,
    weight_bytes,
)
from benchmarks.i3d import decode, random_network, video
from mutualsl.features import extract
from mutualsl.features.base import Frames
from mutualsl.features.extract import FRAMES_AT_ONCE
from mutualsl.features.i3d import I3DEncoder
from mutualsl.features.inception import SIDE
from mutualsl.video import probe

EXTRACTION_LIMIT = 1.15
SLOWER = "the slower of decoding alone and the network alone"


def network_alone(rates: Rates, device: torch.device) -> Measured:
    """Clips that are on the device already, as many at once as the encoder takes at most."""
    encoder = new_encoder(device)
    count = encoder.clips_at_once
    clips = on_device(encoder, random_frames(encoder, count))
    needed = operations(lambda: encoder.network(clips))
    work = Work(needed, weight_bytes(encoder.network) + clips.nbytes)
    forget_peak(device)
    second = best_second(lambda: run_network(encoder, clips), device)
    found = result("clip", count, second, work, rates, device)
    return beside_floor("I3D, the network alone", found | {"dtype": str(encoder.dtype)})


def from_memory(count: int, device: torch.device) -> Measured:
    """`count` clips in the host's memory to rows, as many at once as extraction has them."""
    encoder = new_encoder(device)
    frames = random_frames(encoder, count)
    at_once = FRAMES_AT_ONCE[encoder.device.type]
    pieces = [frames[i : i + at_once] for i in range(0, len(frames), at_once)]
    network = _network_second(encoder, frames)
    forget_peak(device)
    second = best_second(lambda: [encoder.encode(piece) for piece in pieces], device)
    peak_mb = peak_memory_mb(device)
    measure = Measure(
        what="I3D rows of frames in memory",
        value=round(second / network, 2),
        unit="× the network alone",
        note=f"{count / second:,.1f} clips a second, {peak_mb:,} MB",
    )
    found = {
        "count": count,
        "clips_at_once": at_once // encoder.frames_per_row,
        "second": round(second, 5),
        "network_second": round(network, 5),
        "peak_memory_mb": peak_mb,
    }
    return Measured(measure, found)


def extraction(video_second: int, device: torch.device) -> Measured:
    """A video file to rows, against each of the two halves of that alone."""
    encoder = new_encoder(device)
    path = video(video_second)
    info = probe(path)
    clips = on_device(encoder, random_frames(encoder, math.ceil(info.duration_second)))

    def whole() -> None:
        extract(path, info, encoder)

    def network() -> None:
        run_network(encoder, clips)
        synchronize(device)

    whole()  # the first calls set up memory and kernels
    network()
    second, decoding, alone = median_second(whole, lambda: decode(path, encoder), network, rounds=3)
    what = f"I3D rows of {info.duration_second:.0f} s of 360p video on a GPU"
    return Measured(
        ratio(what, second, max(decoding, alone), EXTRACTION_LIMIT, SLOWER),
        {
            "second": round(second, 3),
            "decoding_second": round(decoding, 3),
            "network_second": round(alone, 3),
        },
    )


def _network_second(encoder: I3DEncoder, frames: Frames) -> float:
    clips = on_device(encoder, frames)
    return best_second(lambda: run_network(encoder, clips), encoder.device)


def new_encoder(device: torch.device) -> I3DEncoder:
    """With random weights."""
    return I3DEncoder(random_network(), device.type)


def random_frames(encoder: I3DEncoder, clips: int) -> Frames:
    """(T, 224, 224, 3); not of one colour, as GPUs compute zeros faster than other numbers."""
    shape = (clips * encoder.frames_per_row, SIDE, SIDE, 3)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def on_device(encoder: I3DEncoder, frames: Frames) -> Tensor:
    """Clips of bytes (B, 3, 16, 224, 224) as the encoder gives them to its network."""
    clips = torch.from_numpy(frames).view(-1, encoder.frames_per_row, *frames.shape[1:])
    return clips.to(encoder.device).permute(0, 4, 1, 2, 3)


@torch.inference_mode()
def run_network(encoder: I3DEncoder, clips: Tensor) -> None:
    """All clips through the network, as many at once as the encoder takes at most."""
    for portion in torch.split(clips, encoder.clips_at_once):
        encoder.network(portion)
