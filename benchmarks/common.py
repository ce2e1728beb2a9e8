"""What every benchmark needs: a long rendered video, machine facts, a results file."""

from __future__ import annotations

import json
import math
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import av
import torch

from mutualsl.data.synthetic import make_script, render_frames
from mutualsl.evaluation.record import current_commit
from mutualsl.subtitles import Cue, write_subtitles
from mutualsl.video import write_video

HERE = Path(__file__).resolve().parent
WORK = HERE.parent / "runs" / "benchmarks"
CHECKPOINT = HERE.parent / "checkpoints" / "mutualsl-mini"
PIECE_SECOND = 60
SENTENCE = (
    "now take the red jar and turn it slowly around on the kitchen counter please"  # 15 words
)


def long_video(minutes: int, size: tuple[int, int] = (1280, 720)) -> Path:
    """A rendered 25 fps H.264 video: one rendered minute, `minutes` times in a row."""
    WORK.mkdir(parents=True, exist_ok=True)
    width, height = size
    piece, path = WORK / f"piece-{height}.mp4", WORK / f"{minutes}min-{height}.mp4"
    if not piece.exists():
        script = make_script("train", 990, 0, length_second=PIECE_SECOND)
        write_video(piece, render_frames(script, (width, height), 25.0), 25.0)
    if not path.exists():
        _repeat(piece, path, 60 * minutes)
    return path


def transcript(minutes: int, words: int) -> Path:
    """Subtitles of evenly spaced 15-word cues."""
    path = WORK / f"{minutes}min-{words}.vtt"
    count = words // len(SENTENCE.split())
    step = 60 * minutes / count
    cues = [Cue(i * step, (i + 0.9) * step, SENTENCE) for i in range(count)]
    WORK.mkdir(parents=True, exist_ok=True)
    write_subtitles(cues, path)
    return path


def median_second(*tasks: Callable[[], object], rounds: int) -> list[float]:
    """Median wall time of each task; the tasks take turns, so that a slow moment hits them all."""
    times: list[list[float]] = [[] for _ in tasks]
    for _ in range(rounds):
        for task, taken in zip(tasks, times, strict=True):
            started = time.perf_counter()
            task()
            taken.append(time.perf_counter() - started)
    return [statistics.median(taken) for taken in times]


def peak_memory_bytes() -> int:
    """Peak resident memory of this process plus that of its largest finished child."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return 1024 * (own + child)


def save(name: str, result: dict[str, Any]) -> None:
    """Write `results/<name>.json` with the facts of the machine, and print it."""
    record = {
        **result,
        "machine": {
            "cpus": os.cpu_count(),
            "processor": platform.processor() or platform.machine(),
            "python": platform.python_version(),
            "torch": torch.__version__,
        },
        "commit": current_commit(generated=["benchmarks/results"]),
        "date": date.today().isoformat(),
    }
    (HERE / "results").mkdir(exist_ok=True)
    text = json.dumps(record, indent=2) + "\n"
    (HERE / "results" / f"{name}.json").write_text(text)
    print(text)


def save_ratio(
    name: str,
    *,
    what: str,
    reference: str,
    second: float,
    reference_second: float,
    limit: float,
    **more: Any,
) -> None:
    """Write `results/<name>.json` for something timed against a reference in the same run."""
    times = {"second": round(second, 4), "reference_second": round(reference_second, 4)}
    ratio = {"ratio": round(second / reference_second, 3), "limit": limit}
    save(name, {"what": what, "reference": reference, **more, **times, **ratio})


def _repeat(piece: Path, path: Path, seconds: int) -> None:
    """Copy the packets of `piece` until `seconds` are full, each time later by its length."""
    with av.open(str(piece)) as source, av.open(str(path), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        length = stream.duration
        for i in range(math.ceil(seconds / (length * stream.time_base))):
            source.seek(0)
            for packet in source.demux(stream):
                if packet.dts is None:
                    continue
                packet.dts += i * length
                packet.pts += i * length
                packet.stream = copy
                target.mux(packet)
