"""Loading a 10-minute 720p video, as a ratio to decoding it to the same frames and no more.

python -m benchmarks.loading
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import av

from benchmarks.common import CHECKPOINT, long_video, median_second, save_ratio
from mutualsl.features import FeatureCache
from mutualsl.inference import AnswerLocalizer

MINUTES = 10


def decode_only(path: Path, rate_hz: float, width: int, height: int) -> int:
    """Decode in this process and scale the frames the encoder wants, no others; counts them."""
    count = 0
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            if frame.time is not None and frame.time >= count / rate_hz:
                frame.to_ndarray(width=width, height=height, format="rgb24")
                count += 1
    return count


def main() -> None:
    """Measure and write results/loading.json."""
    video = long_video(MINUTES)
    localizer = AnswerLocalizer.from_pretrained(CHECKPOINT, "cpu")
    request = localizer.encoder.request

    def load() -> None:
        folder = Path(tempfile.mkdtemp())
        localizer.cache = FeatureCache(folder)
        localizer.encode_video(video, "none")
        shutil.rmtree(folder)

    def decode() -> None:
        decode_only(video, request.rate_hz, request.width, request.height)

    loading, decoding = median_second(load, decode, rounds=2)
    save_ratio(
        "loading",
        what="encode_video of a 10-minute 1280x720 25 fps H.264 video, cold cache",
        reference="PyAV decode of the same file to the same frames, in process",
        second=loading,
        reference_second=decoding,
        limit=1.6,
    )


if __name__ == "__main__":
    main()
