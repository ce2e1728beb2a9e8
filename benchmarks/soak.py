"""Visitors of the real server for minutes: nothing grows, nothing stays, no answer changes.

python -m benchmarks.soak [--minutes N] [--visitors N]

Each visitor comes, uploads a demo video, asks, switches models, asks again and leaves, sometimes
while the video is being read; then the next one comes.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from gradio_client import Client, handle_file

from benchmarks.common import CHECKPOINT, Measure, save
from benchmarks.serving import served
from mutualsl.ui.examples import DemoVideo, read_examples
from mutualsl.ui.shelf import Shelf, read_models
from tools.serving import ROOT, Server

LOOK_EVERY_SECOND = 2.0
LEAVES_EARLY = 0.2  # share of the visits that end while the video is read
ENOUGH_SECOND = 300.0  # to read a video beside five others
LIMIT_MEMORY, LIMIT_FILES = 1.05, 1.1  # last quarter of the time against the second one

Key = tuple[Path, str, str]  # video, question, model


@dataclass
class Seen:
    """What the visitors and the watcher have noticed."""

    visits: int = 0
    left_early: int = 0
    answers: int = 0
    different: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    samples: list[dict[str, float]] = field(default_factory=list)


def two_models(folder: Path) -> Path:
    """The shipped checkpoint and a second one like it, as a server's folder of models."""
    shutil.copytree(CHECKPOINT.parent, folder)
    shutil.copytree(folder / CHECKPOINT.name, folder / "second")
    return folder / CHECKPOINT.name


def alone(shelf: Shelf, videos: tuple[DemoVideo, ...]) -> dict[Key, Any]:
    """Every answer that visitors can get, computed here."""
    found = {}
    for name in shelf.names:
        localizer = shelf.get(name)
        for video in videos:
            encoded = localizer.encode_video(video.video, video.subtitles)
            for question in video.questions:
                record = localizer.ask(encoded, question).to_dict()
                found[video.video, question, name] = comparable(record)
    return found


def comparable(record: dict[str, Any]) -> dict[str, Any]:
    """An answer without what may differ: how long it took, and the name of the upload."""
    return {key: value for key, value in record.items() if key not in {"timings", "video"}}


def unlike_any(video: Path, folder: Path, chance: random.Random) -> Path:
    """A copy with the same pictures and another content, which the server has to read itself."""
    copy = folder / f"{video.stem}-{chance.getrandbits(64):016x}.mp4"
    note = chance.randbytes(8)
    free_box = (8 + len(note)).to_bytes(4, "big") + b"free" + note
    copy.write_bytes(video.read_bytes() + free_box)
    return copy


def visit(
    server: Server,
    videos: tuple[DemoVideo, ...],
    expected: dict[Key, Any],
    seen: Seen,
    chance: random.Random,
    folder: Path,
) -> None:
    """One visitor, from coming to leaving."""
    video = chance.choice(videos)
    names = sorted({name for _, _, name in expected})
    first = chance.choice(names)
    upload = unlike_any(video.video, folder, chance)
    client = Client(server.url, verbose=False, download_files=str(folder))
    try:
        subtitles = handle_file(video.subtitles) if video.subtitles else None
        job = client.submit(handle_file(upload), subtitles, first, api_name="/encode")
        if chance.random() < LEAVES_EARLY:
            time.sleep(chance.random())
            job.cancel()
            seen.left_early += 1
            return
        job.result(timeout=ENOUGH_SECOND)
        for name in (first, *reversed(names)):
            question = chance.choice(video.questions)
            record, *_ = [client.predict(question, model=name, api_name="/ask")]
            seen.answers += 1
            if comparable(record) != expected[video.video, question, name]:
                seen.different.append(f"{video.title}, {name}: {question}")
    except Exception as error:  # whatever goes wrong is a finding, and the others go on
        seen.errors.append(repr(error))
    finally:
        seen.visits += 1
        client.close()
        upload.unlink()


def look(process: psutil.Process, temporary: Path, started: float) -> dict[str, float]:
    """Memory, open files, threads and temporary files of the server at this moment."""
    files = [path for path in temporary.rglob("*") if path.is_file()]
    return {
        "second": round(time.perf_counter() - started, 1),
        "memory_mb": round(process.memory_info().rss / 1e6, 1),
        "open_files": process.num_fds(),
        "threads": process.num_threads(),
        "readers": len(process.children()),
        "temporary_files": len(files),
    }


def growth(samples: list[dict[str, float]], what: str) -> float:
    """Median of the last quarter of the time against that of the second one."""
    values = [sample[what] for sample in samples]
    quarter = max(1, len(values) // 4)
    return float(np.median(values[-quarter:]) / np.median(values[quarter : 2 * quarter]))


def soak(minutes: float, visitors: int, folder: Path) -> tuple[Seen, list[str]]:
    """Let visitors come and go; also the temporary files that outlive the server."""
    checkpoint = two_models(folder / "models")
    videos = read_examples(ROOT / "assets")
    os.environ["MUTUALSL_CACHE"] = str(folder / "own cache")
    expected = alone(Shelf(read_models(checkpoint), "cpu"), videos)
    uploads = folder / "uploads"
    uploads.mkdir()
    seen = Seen()
    with served(folder / "run", checkpoint) as server:
        process = psutil.Process(server.pid)
        started = time.perf_counter()
        end = started + 60 * minutes

        def come_and_go(number: int) -> None:
            chance = random.Random(number)
            while time.perf_counter() < end:
                visit(server, videos, expected, seen, chance, uploads)

        threads = [threading.Thread(target=come_and_go, args=(n,)) for n in range(visitors)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            seen.samples.append(look(process, folder / "run" / "tmp", started))
            time.sleep(LOOK_EVERY_SECOND)
        if "Traceback" in server.log.read_text():
            seen.errors.append(server.log.read_text()[-2000:])
    temporary = folder / "run" / "tmp"
    left = [str(path.relative_to(temporary)) for path in temporary.rglob("*") if path.is_file()]
    return seen, sorted(left)


def main() -> None:
    """Measure and write results/soak.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--visitors", type=int, default=6)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seen, left = soak(options.minutes, options.visitors, Path(folder))
    during = f"{options.minutes:g} minutes of {options.visitors} visitors"
    last = seen.samples[-1]
    save(
        "soak",
        [
            Measure(
                what=f"{during}: answers that differ from those computed alone",
                value=len(seen.different),
                unit=f"of {seen.answers:,}",
                limit=0,
            ),
            Measure(what=f"{during}: failures", value=len(seen.errors), unit="", limit=0),
            Measure(
                what=f"{during}: memory, last quarter against second",
                value=round(growth(seen.samples, "memory_mb"), 3),
                unit="×",
                limit=LIMIT_MEMORY,
                note=f"{last['memory_mb']:,.0f} MB at the end",
            ),
            Measure(
                what=f"{during}: open files, last quarter against second",
                value=round(growth(seen.samples, "open_files"), 3),
                unit="×",
                limit=LIMIT_FILES,
                note=f"{last['open_files']:.0f} at the end",
            ),
            Measure(
                what="temporary files when the server has ended",
                value=len(left),
                unit=f"of {max(s['temporary_files'] for s in seen.samples):.0f}",
                limit=0,
            ),
        ],
        what="visitors of app.py with two checkpoints: upload, questions, other model, leaving",
        visits=seen.visits,
        left_early=seen.left_early,
        different=seen.different[:20],
        errors=seen.errors[:20],
        left=left[:20],
        samples=seen.samples,
    )


if __name__ == "__main__":
    main()
