"""Time of loading one minute to three hours of 640 x 360, 25 fps video; memory of a question too.

python -m benchmarks.length [--longest MINUTES]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import (
    CHECKPOINT,
    Measure,
    long_video,
    peak_memory,
    ratio,
    save,
    transcript,
    where_time_goes,
)
from benchmarks.loading import PARTS
from mutualsl.features import FeatureCache
from mutualsl.inference import AnswerLocalizer
from mutualsl.subtitles import read_subtitles

MINUTES = (1, 3, 10, 30, 60, 180)
SIZE = (640, 360)
SPOKEN, TO_A_CUE = 150, 5  # words a minute, and of a cue: many cues, as recognised speech has
QUESTION = "When do they turn the red jar around?"
LIMIT_MB = 1500
LEAST_R2 = 0.99  # of a straight line through all times
LIMIT_OF_TIME, LIMIT_OF_MEMORY = 1.15, 2.0  # time a minute, and memory, beside a shorter video


def one(minutes: int) -> dict[str, Any]:
    """Load one video in this process, after one that sets up memory and kernels, and ask."""
    video, first = long_video(minutes, SIZE), long_video(1, SIZE)
    with tempfile.TemporaryDirectory() as folder, peak_memory() as peak:
        localizer = AnswerLocalizer.from_pretrained(CHECKPOINT, "cpu")
        loaded_mb = _mb(peak.byte)
        localizer.cache = FeatureCache(Path(folder), limit_bytes=0)  # nothing stays
        localizer.encode_video(first, "none")
        started = time.perf_counter()
        seen = localizer.encode_video(video, "none")
        taken = time.perf_counter() - started
        said = read_subtitles(transcript(minutes, SPOKEN * minutes, TO_A_CUE))
        localizer.ask(localizer.with_subtitles(seen, said), QUESTION)
        shares = where_time_goes(partial(localizer.encode_video, first, "none"), PARTS)
    return {
        "minutes": minutes,
        "second": round(taken, 2),
        "second_per_minute": round(taken / minutes, 3),
        "before_any_video_mb": loaded_mb,
        "peak_memory_mb": _mb(peak.byte),
        "time_goes_to": shares,
    }


def _mb(byte: int) -> int:
    return round(byte / 1e6)


def main() -> None:
    """Measure each length in a process of its own and write results/length.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--longest", type=int, default=MINUTES[-1])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        print(json.dumps(one(options.one)))
        return
    command = [sys.executable, "-m", "benchmarks.length", "--one"]
    lengths = [minutes for minutes in MINUTES if minutes <= options.longest]
    for minutes in lengths:  # here, because rendering takes memory too
        long_video(minutes, SIZE)
    runs = [
        json.loads(subprocess.run([*command, str(m)], stdout=subprocess.PIPE, check=True).stdout)
        for m in lengths
    ]
    fit = straight_line([run["minutes"] for run in runs], [run["second"] for run in runs])
    *_, shorter, longest = runs
    shares = [run.pop("time_goes_to") for run in runs]  # each of one minute, when warm
    beside = f"that of {shorter['minutes']} minutes"
    save(
        "length",
        [
            Measure(
                what=f"time for 1 to {longest['minutes']} minutes of video, a straight line",
                value=fit["r2"],
                unit="R²",
                limit=LEAST_R2,
                bound="at least",
                note=f"{fit['second_per_minute']:.2f} s a minute",
            ),
            ratio(
                f"time a minute for {longest['minutes'] / 60:g} hours of video",
                longest["second_per_minute"],
                shorter["second_per_minute"],
                LIMIT_OF_TIME,
                beside,
            ),
            Measure(
                what=f"memory for {longest['minutes'] / 60:g} hours of video and a question",
                value=longest["peak_memory_mb"],
                unit="MB",
                limit=LIMIT_MB,
                note=f"{longest['before_any_video_mb']:,} MB before any video",
            ),
            Measure(
                what="that memory",
                value=round(longest["peak_memory_mb"] / shorter["peak_memory_mb"], 3),
                unit=f"× {beside}",
                limit=LIMIT_OF_MEMORY,
            ),
        ],
        what="encode_video of 640x360 25 fps H.264, cold cache; memory with the worker's, and of "
        "a question about 30 cues a minute",
        runs=runs,
        fit=fit,
        time_goes_to=shares[0],
    )


def straight_line(minutes: list[float], second: list[float]) -> dict[str, float]:
    """Least squares, and the share of the variance that it explains."""
    slope, intercept = np.polyfit(minutes, second, 1)
    residual = np.asarray(second) - (slope * np.asarray(minutes) + intercept)
    return {
        "second_per_minute": round(float(slope), 4),
        "intercept_second": round(float(intercept), 3),
        "r2": round(float(1 - residual.var() / np.var(second)), 5),
    }


if __name__ == "__main__":
    main()
