"""I3D rows of a 360p video, against a plain extractor: frames as JPEG files, eager 32-bit network.

python -m benchmarks.i3d [--seconds N] [--dry]      --dry prints, and writes no results file
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import torch
from torch import nn

from benchmarks.common import WORK, Measure, median_second, ratio, save, where_time_goes
from mutualsl.data.synthetic import make_script, render_frames
from mutualsl.features import extract
from mutualsl.features.i3d import I3DEncoder
from mutualsl.features.inception import CLIP_FRAMES, SIDE, InceptionI3D
from mutualsl.video import probe, read_frames
from mutualsl.video.process import Worker
from mutualsl.video.write import write_video

SIZE = (640, 360)  # what the published features were made of
SECONDS = 60
LIMIT = 0.25  # of the plain extractor's time
LEAST_COSINE = 0.999
PARTS: dict[str, Callable[..., object]] = {
    "waiting for decoded frames": Worker.receive_bytes,
    "network": I3DEncoder.encode,
}


def video(seconds: int) -> Path:
    """The first seconds of a rendered 25 fps H.264 video, or all of it if it is shorter."""
    path = WORK / f"i3d-{seconds}s.mp4"
    if not path.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        script = make_script("train", 990, 0, length_second=float(max(12, seconds)))
        pictures = islice(render_frames(script, SIZE, 25.0), 25 * seconds)
        write_video(path, pictures, 25.0)
    return path


def random_network() -> InceptionI3D:
    """Activations of a usual size in every layer: what numbers they are costs no time."""
    torch.manual_seed(0)
    network = InceptionI3D().eval()
    for module in network.modules():
        if isinstance(module, nn.Conv3d):
            nn.init.kaiming_normal_(module.weight)
    return network


def plain(path: Path, network: InceptionI3D) -> np.ndarray:
    """Rows as extraction is usually written: every frame a file, then clip by clip."""
    with tempfile.TemporaryDirectory() as folder:
        files = write_frames(path, Path(folder))
        rows = [
            clip_row(network, files[begin : begin + CLIP_FRAMES])
            for begin in range(0, len(files), CLIP_FRAMES)
        ]
    return np.concatenate(rows)


def write_frames(path: Path, folder: Path) -> list[str]:
    """The frames shown at every sixteenth of a second, as JPEG files."""
    files: list[str] = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            while frame.time is not None and frame.time >= len(files) / CLIP_FRAMES:
                files.append(str(folder / f"{len(files):06}.jpg"))
                cv2.imwrite(files[-1], frame.to_ndarray(format="bgr24"))
    return files


@torch.inference_mode()
def clip_row(network: InceptionI3D, files: list[str]) -> np.ndarray:
    """The row (1, 1024) of one second's files, the last repeated where some are missing."""
    pictures = [prepared(np.asarray(cv2.imread(file))) for file in files]
    pictures += pictures[-1:] * (CLIP_FRAMES - len(pictures))
    clip = torch.from_numpy(np.stack(pictures)).permute(3, 0, 1, 2)[None].contiguous()
    row: np.ndarray = network(clip).numpy()
    return row


def prepared(picture: np.ndarray) -> np.ndarray:
    """(H, W, 3) BGR to (224, 224, 3) RGB in [-1, 1]: short side 224, then the middle."""
    height, width = picture.shape[:2]
    scale = SIDE / min(height, width)
    size = (max(SIDE, round(width * scale)), max(SIDE, round(height * scale)))
    picture = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), size)
    top, left = round((size[1] - SIDE) / 2), round((size[0] - SIDE) / 2)
    return picture[top : top + SIDE, left : left + SIDE].astype(np.float32) * 2 / 255 - 1


def decode(path: Path, encoder: I3DEncoder) -> None:
    """What extraction decodes, and nothing else."""
    with read_frames(path, encoder.request) as reader:
        for _ in reader:
            pass


def similarity(rows: np.ndarray, others: np.ndarray) -> float:
    """The least cosine of two rows of the same second."""
    count = min(len(rows), len(others))
    first, second = (torch.from_numpy(each[:count]) for each in (rows, others))
    return float(torch.cosine_similarity(first, second).min())


def main() -> None:
    """Measure and write results/i3d.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--dry", action="store_true")
    options = parser.parse_args()
    network = random_network()
    encoder = I3DEncoder(network, "cpu")
    path = video(options.seconds)
    info = probe(path)
    rows: dict[str, np.ndarray] = {}

    def fast() -> None:
        rows["fast"] = extract(path, info, encoder).rows

    def usual() -> None:
        rows["plain"] = plain(path, network)

    second, reference_second, decoding_second = median_second(
        fast, usual, lambda: decode(path, encoder), rounds=2
    )
    cosine = round(similarity(rows["fast"], rows["plain"]), 5)
    if options.dry:
        print(f"{len(rows['fast'])} rows: {second:.2f} s, plain {reference_second:.2f} s, {cosine}")
        return
    what = f"I3D rows of {info.duration_second:.0f} s of 360p video"
    save(
        "i3d",
        [
            ratio(what, second, reference_second, LIMIT, "a plain extractor"),
            Measure(
                what="those rows, least cosine with the plain extractor's",
                value=cosine,
                unit="",
                limit=LEAST_COSINE,
                bound="at least",
            ),
        ],
        reference="16 frames a second written as JPEG and read back, eager fp32 network",
        precision=str(encoder.dtype).removeprefix("torch."),
        rows=len(rows["fast"]),
        second=round(second, 3),
        reference_second=round(reference_second, 3),
        decoding_alone_second=round(decoding_second, 3),
        time_goes_to=where_time_goes(fast, PARTS),
    )


if __name__ == "__main__":
    main()
