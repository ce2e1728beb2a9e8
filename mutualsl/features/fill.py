"""Fill the feature cache with many videos: restartable, and no bad file stops the others.

What is in the cache, or in the folder of rows that is asked for, is not made again, so a run that
was ended goes on where it was, also where the cache cannot hold all of it. Each worker is a process
that loads the visual encoder once; one that crashes costs the file it was at.
"""

from __future__ import annotations

import functools
import itertools
import multiprocessing
import os
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

import torch

from mutualsl.errors import MutualSLError, VideoError
from mutualsl.features import FeatureCache, VisualEncoder, extract, open_encoder
from mutualsl.features.cache import Locks
from mutualsl.features.files import fits, holds_rows, video_of, write_rows
from mutualsl.video import content_hash, probe


class Outcome(NamedTuple):
    """What became of one video."""

    video: Path
    kind: Literal["made", "there", "damaged", "failed"]  # damaged: read, but not kept
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What a worker needs beside the video."""

    encoder: str  # key of VISUAL_ENCODERS
    folder: Path
    fingerprint: str
    device: str
    cache: FeatureCache
    out: Path | None = None  # rows also go here

    def rows_file(self, video: Path) -> Path | None:
        """Where the rows of a video go beside the cache."""
        return self.out / f"{video.stem}.npz" if self.out is not None else None


Encode = Callable[[Job, Path, str], tuple[str, ...]]


def encode(job: Job, video: Path, digest: str) -> tuple[str, ...]:
    """Put a video's features where they are wanted, in a worker; returns warnings about the file.

    Those of a damaged file are not for the cache, and its rows only where they are long enough to
    be taken for those of the video.
    """
    encoder = _encoder(job.encoder, job.folder, job.device)
    info = probe(video)
    features = job.cache.get_or_make(digest, job.fingerprint, lambda: extract(video, info, encoder))
    file = job.rows_file(video)
    if file is not None and (not features.warnings or fits(features.rows, info.duration_second)):
        write_rows(file, features.rows, job.fingerprint, digest)
    return features.warnings


def fill(
    videos: Sequence[Path],
    job: Job,
    *,
    workers: int,
    done: Callable[[int], None],
    encode: Encode = encode,
) -> list[Outcome]:
    """Encode every video that is not there; `done` hears how many have ended.

    The workers take turns at the GPUs there are. The outcomes come in the order in which they
    ended.
    """
    idle: queue.SimpleQueue[_Process] = queue.SimpleQueue()
    threads_each = max(1, (os.cpu_count() or 1) // workers)
    devices = itertools.cycle(_devices(job.device))
    processes = [_Process(threads_each, next(devices)) for _ in range(workers)]
    for process in processes:
        idle.put(process)
    seen = Locks()  # contents: a copy waits for the video it is a copy of, then is there
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(workers) as threads:
        futures = [threads.submit(_one, video, job, idle, seen, encode) for video in videos]
        try:
            for future in as_completed(futures):
                outcomes.append(future.result())
                done(len(outcomes))
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.close()
    return outcomes


def usual_workers(device: str) -> int:
    """One for each core, or for each GPU, where every worker keeps a network of its own."""
    return len(_devices(device)) if device == "cuda" else os.cpu_count() or 1


def _devices(device: str) -> list[str]:
    if device != "cuda":
        return [device]
    return [f"cuda:{number}" for number in range(torch.cuda.device_count())]


def _one(
    video: Path, job: Job, idle: queue.SimpleQueue[_Process], seen: Locks, encode: Encode
) -> Outcome:
    try:
        digest = content_hash(video)
        with seen.of(digest):
            replaced = _replaced(job, video, digest)
            if _is_there(job, video, digest):
                return Outcome(video, "there", replaced)
            process = idle.get()
            try:
                warnings = process.run(encode, job, video, digest)
            finally:
                idle.put(process)
            kept = _is_there(job, video, digest)
    except VideoError as error:  # these name their file
        return Outcome(video, "failed", str(error))
    except (MutualSLError, OSError) as error:
        return Outcome(video, "failed", f"{video}: {error}")
    except Exception as error:  # what a worker did not foresee: the other files go on
        return Outcome(video, "failed", f"{video}: {error!r}")
    said = "; ".join(warnings)
    if kept:
        return Outcome(video, "made", "; ".join(filter(None, (said, replaced))))
    if not warnings:
        said = f"{video}: its features do not stay in {job.cache.folder}; make room there"
    elif job.out is None:
        return Outcome(video, "damaged", said)
    else:
        said += f"; too few rows for its length, so none are in {job.out}"
    return Outcome(video, "failed", said)


def _replaced(job: Job, video: Path, digest: str) -> str:
    """What to say where the file for a video's rows holds those of another."""
    file = job.rows_file(video)
    if file is None or video_of(file) in (None, digest):
        return ""
    return f"{file}: held rows of another video, which those of {video} have replaced"


def _is_there(job: Job, video: Path, digest: str) -> bool:
    """Whether nothing is left to be done: what the cache holds is copied to where rows go."""
    file = job.rows_file(video)
    if file is not None and holds_rows(file, job.fingerprint, digest):
        return True
    stored = job.cache.stored(digest, job.fingerprint)
    if stored is not None and file is not None:
        write_rows(file, stored.rows, job.fingerprint, digest)
    return stored is not None


class _Process:
    """One worker, started when it is needed, and again after a crash."""

    def __init__(self, threads: int, device: str) -> None:
        self._threads, self._device = threads, device
        self._pool: ProcessPoolExecutor | None = None

    def run(self, encode: Encode, job: Job, video: Path, digest: str) -> tuple[str, ...]:
        """Encode in the worker; `VideoError` when it crashes."""
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload([__name__])  # what all workers import, once
            self._pool = ProcessPoolExecutor(1, context, _begin, (self._threads,))
        try:
            own = replace(job, device=self._device)
            return self._pool.submit(encode, own, video, digest).result()
        except BrokenProcessPool as error:
            self.close()
            raise VideoError(f"{video}: the worker crashed; try it alone") from error

    def close(self) -> None:
        """End the worker; harmless when it has ended."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def _begin(threads: int) -> None:
    """A worker shares the machine with the others, and ends with the run that started it."""
    torch.set_num_threads(threads)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


@functools.cache
def _encoder(name: str, folder: Path, device: str) -> VisualEncoder:
    return open_encoder(name, folder, device)
