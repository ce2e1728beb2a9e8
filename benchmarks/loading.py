"""Loading a 10-minute 720p video, as a ratio to decoding it to the same frames and no more.

python -m benchmarks.loading
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import av
from av.filter import Graph

from benchmarks.common import CHECKPOINT, long_video, median_second, save
from mutualsl.features import FeatureCache
from mutualsl.inference import AnswerLocalizer

MINUTES = 10


def decode_only(path: Path, rate_hz: float, width: int, height: int) -> int:
    """Decode to the encoder's frames in this process, through one filter graph; counts them."""
    fit = f"{width}:{height}:force_original_aspect_ratio=decrease"
    count = 0
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        graph = Graph()
        nodes = [
            graph.add_buffer(template=stream),
            graph.add("fps", str(rate_hz)),
            graph.add("scale", fit),
            graph.add("pad", f"{width}:{height}:-1:-1"),
            graph.add("format", "rgb24"),
            graph.add("buffersink"),
        ]
        for a, b in zip(nodes[:-1], nodes[1:], strict=True):
            a.link_to(b)
        graph.configure()
        for frame in (*container.decode(stream), None):
            graph.push(frame)
            while True:
                try:
                    count += graph.pull().to_ndarray().shape[0] > 0
                except (av.BlockingIOError, av.EOFError):
                    break
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
    save(
        "loading",
        {
            "what": "encode_video of a 10-minute 1280x720 25 fps H.264 video, cold cache",
            "reference": "PyAV decode of the same file to the same frames, in process",
            "loading_second": round(loading, 2),
            "decoding_second": round(decoding, 2),
            "ratio": round(loading / decoding, 3),
            "limit": 1.6,
        },
    )


if __name__ == "__main__":
    main()
