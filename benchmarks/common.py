"""What every benchmark needs: a long rendered video, machine facts, a results file."""

from __future__ import annotations

import cProfile
import inspect
import math
import os
import platform
import pstats
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import av
import psutil
import torch

from mutualsl.atomic import write_json
from mutualsl.data.synthetic import make_script, render_frames
from mutualsl.evaluation.record import current_commit
from mutualsl.subtitles import Cue, write_subtitles
from mutualsl.video.write import write_video

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


def transcript(minutes: int, words: int, words_each: int = 15) -> Path:
    """Subtitles of evenly spaced cues of at most 15 words each."""
    path = WORK / f"{minutes}min-{words}-{words_each}.vtt"
    count, text = words // words_each, " ".join(SENTENCE.split()[:words_each])
    step = 60 * minutes / count
    cues = [Cue(i * step, (i + 0.9) * step, text) for i in range(count)]
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


class Peak:
    """Resident memory of this process and of what it started, at its highest."""

    byte = 0


@contextmanager
def peak_memory(every_second: float = 0.1) -> Iterator[Peak]:
    """Watch while the block runs: highest marks of this process and of its largest child.

    Read from `/proc`, where the mark is that of the program. `getrusage` would count what the
    parent held when it started a child as the child's.
    """
    peak, done, own = Peak(), threading.Event(), psutil.Process()
    command = own.cmdline()

    def watch() -> None:
        child_byte = 0
        while not done.wait(every_second):
            # Until it runs its own program, a new process still is its parent's image.
            started = [child for child in own.children() if _command(child) != command]
            child_byte = max(child_byte, *map(_highest_byte, started), 0)
            peak.byte = _highest_byte(own) + child_byte

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def _command(process: psutil.Process) -> list[str]:
    command: list[str] = []
    with suppress(psutil.Error):
        command = process.cmdline()
    return command


def _highest_byte(process: psutil.Process) -> int:
    """VmHWM of a process, 0 when it has ended."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return 0
    marks = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return 1024 * int(marks[0].split()[1]) if marks else 0


def where_time_goes(
    task: Callable[[], object], parts: Mapping[str, Callable[..., object]]
) -> dict[str, float]:
    """Share of a task's time that is spent in each of some functions, and in the rest.

    Waiting counts as time. No part may call another one.
    """
    profiler = cProfile.Profile()
    profiler.runcall(task)
    timed = pstats.Stats(profiler)
    whole_second: float = timed.total_tt  # type: ignore[attr-defined]
    spent: dict[tuple[str, int, str], Any] = timed.stats  # type: ignore[attr-defined]
    shares = {}
    for name, function in parts.items():
        code = inspect.unwrap(function).__code__
        found = spent.get((code.co_filename, code.co_firstlineno, code.co_name))
        shares[name] = round(found[3] / whole_second, 3) if found else 0.0
    return {**shares, "rest": round(1 - sum(shares.values()), 3)}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One line of the table of speed and memory."""

    what: str
    value: float
    unit: str  # behind the value: ×, s, ms, MB, %
    limit: float | None = None
    bound: Literal["at most", "at least"] = "at most"
    note: str = ""  # beside the value

    @property
    def met(self) -> bool | None:
        """Whether the value keeps to its limit; `None` without one."""
        if self.limit is None:
            return None
        return self.value <= self.limit if self.bound == "at most" else self.value >= self.limit


def save(name: str, measures: Sequence[Measure], **details: object) -> None:
    """Write `results/<name>.json` with the facts of the machine, and print it.

    Seconds differ from machine to machine, so at least one line says what they are a multiple of.
    """
    assert not measures or any(m.unit.startswith("×") for m in measures), "compare with something"
    record = {
        "measures": [{**asdict(measure), "met": measure.met} for measure in measures],
        **details,
        "machine": machine(),
        "commit": current_commit(),
        "date": date.today().isoformat(),
    }
    path = HERE / "results" / f"{name}.json"
    write_json(path, record)
    print(path.read_text())


def machine(processors: Path = Path("/proc/cpuinfo")) -> dict[str, object]:
    """What seconds and megabytes depend on."""
    names = []
    with suppress(OSError):  # Linux alone has that file, and not on every kind of processor a name
        lines = (line.partition(":") for line in processors.read_text().splitlines())
        names = [value.strip() for key, _, value in lines if key.strip() == "model name"]
    return {
        "cpus": os.cpu_count(),
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def ratio(
    what: str, second: float, reference_second: float, limit: float, reference: str
) -> Measure:
    """Something timed against a reference in the same run."""
    return Measure(
        what=what,
        value=round(second / reference_second, 3),
        unit=f"× {reference}",
        limit=limit,
        note=f"{second:.2f} s",
    )


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
