"""Loading a 720p video, as a ratio to decoding it to the same frames and no more.

python -m benchmarks.loading [--minutes N] [--rounds N]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import av
from av.video.reformatter import Interpolation, VideoReformatter

from benchmarks.common import (
    CHECKPOINT,
    long_video,
    median_second,
    ratio,
    save,
    where_time_goes,
)
from mutualsl.features import FeatureCache
from mutualsl.features.mini import MiniEncoder
from mutualsl.inference import AnswerLocalizer
from mutualsl.video import content_hash
from mutualsl.video.process import Worker

LIMIT = 1.25
PARTS: dict[str, Callable[..., object]] = {
    "waiting for decoded frames": Worker.receive_bytes,
    "visual encoder": MiniEncoder.encode,
    "hash of the file": content_hash,
}


def decode_only(path: Path, rate_hz: float, width: int, height: int) -> int:
    """Decode in this process and scale the frames the encoder wants, no others; counts them.

    It scales as the product does, with tables made once.
    """
    count, scaler = 0, VideoReformatter()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            if frame.time is not None and frame.time >= count / rate_hz:
                small = scaler.reformat(
                    frame, width, height, "rgb24", interpolation=Interpolation.AREA
                )
                small.to_ndarray()
                count += 1
    return count


def main() -> None:
    """Measure and write results/loading.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    video = long_video(options.minutes)
    localizer = AnswerLocalizer.from_pretrained(CHECKPOINT, "cpu")
    request = localizer.encoder.request

    def load() -> None:
        folder = Path(tempfile.mkdtemp())
        localizer.cache = FeatureCache(folder)
        localizer.encode_video(video, "none")
        shutil.rmtree(folder)

    def decode() -> None:
        decode_only(video, request.rate_hz, request.width, request.height)

    second, reference_second = median_second(load, decode, rounds=options.rounds)
    what = f"loading {options.minutes} minutes of 720p video"
    save(
        "loading",
        [ratio(what, second, reference_second, LIMIT, "decoding alone")],
        what="encode_video of a 1280x720 25 fps H.264 video, cold cache: rows and film-strip",
        reference="PyAV decode of the same file to the same frames, in process",
        second=round(second, 3),
        reference_second=round(reference_second, 3),
        time_goes_to=where_time_goes(load, PARTS),
    )


if __name__ == "__main__":
    main()
