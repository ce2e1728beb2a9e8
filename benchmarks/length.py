"""Time and memory of loading from 8 minutes to one hour of 640 x 360, 25 fps video.

python -m benchmarks.length
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.common import CHECKPOINT, long_video, peak_memory_bytes, save
from mutualsl.features import FeatureCache
from mutualsl.inference import AnswerLocalizer

MINUTES = (8, 15, 30, 60)


def one(minutes: int) -> dict[str, float]:
    """Load one video in this process, after a short one that sets up memory and kernels."""
    video, first = long_video(minutes, (640, 360)), long_video(1, (640, 360))
    localizer = AnswerLocalizer.from_pretrained(CHECKPOINT, "cpu")
    with tempfile.TemporaryDirectory() as folder:
        localizer.cache = FeatureCache(Path(folder))
        localizer.encode_video(first, "none")
        started = time.perf_counter()
        localizer.encode_video(video, "none")
        taken = time.perf_counter() - started
    return {
        "minutes": minutes,
        "second": round(taken, 2),
        "second_per_minute": round(taken / minutes, 3),
        "peak_memory_mb": round(peak_memory_bytes() / 1e6),
    }


def main() -> None:
    """Measure each length in a process of its own and write results/length.json."""
    command = [sys.executable, "-m", "benchmarks.length"]
    runs = [
        json.loads(subprocess.run([*command, str(m)], capture_output=True, check=True).stdout)
        for m in MINUTES
    ]
    save(
        "length",
        {
            "what": "encode_video of 640x360 25 fps H.264, cold cache; memory with the worker's",
            "runs": runs,
            "hour_peak_memory_mb": runs[-1]["peak_memory_mb"],
            "memory_limit_mb": 2000,
            "hour_to_shortest_time_per_minute": round(
                runs[-1]["second_per_minute"] / runs[0]["second_per_minute"], 3
            ),
        },
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(one(int(sys.argv[1]))))
    else:
        main()
