"""Write rendered videos to a folder in the data layout the loaders and the evaluation read.

DIR/<split>.jsonl             one question per row
DIR/subtitles/<video_id>.vtt
DIR/videos/<video_id>.mp4     no audio; left out, like the annotations, when only text is asked for
DIR/annotations/<video_id>.json   what every shot shows, for training the visual encoder
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mutualsl.atomic import write_json, write_whole
from mutualsl.data.dataset import SPLITS
from mutualsl.data.jsonl import split_file, text_of
from mutualsl.data.synthetic.questions import questions_of
from mutualsl.data.synthetic.render import RATE_HZ, SIZE, render_frames, subtitles_of
from mutualsl.data.synthetic.script import Script, Shot
from mutualsl.data.synthetic.staging import make_script
from mutualsl.errors import DataError, UnknownName, no_worker_lost
from mutualsl.subtitles import write_subtitles
from mutualsl.video.write import write_video

ATTRIBUTES = ("tool", "object", "colour", "action", "place")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One video to render, small enough to send to another process."""

    out: Path
    split: str
    seed: int
    index: int
    size: tuple[int, int]
    rate_hz: float
    frozen: bool
    text_only: bool
    length_second: float | None

    def script(self) -> Script:
        """The script this job renders."""
        return make_script(self.split, self.seed, self.index, length_second=self.length_second)


def write_dataset(
    out: str | Path,
    videos: int,
    seed: int,
    split: str,
    *,
    workers: int = 2,
    size: tuple[int, int] = SIZE,
    rate_hz: float = RATE_HZ,
    frozen: bool = False,
    text_only: bool = False,
    length_second: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> Path:
    """Render `videos` videos of a split into `out` and list their questions; returns the list.

    Videos that are already there are kept, so an interrupted run goes on where it stopped; use
    another folder for other settings. `frozen` shows every step at rest (see `render_frames`);
    `text_only` writes what is said and asked, and renders nothing. Raises `DataError` where the
    list holds other questions, and where steps of a video that is there do not move, or do, and
    they should not.
    """
    if split not in SPLITS:
        raise UnknownName("split", split, SPLITS)
    out = Path(out)
    jobs = [
        Job(
            out=out,
            split=split,
            seed=seed,
            index=index,
            size=size,
            rate_hz=rate_hz,
            frozen=frozen,
            text_only=text_only,
            length_second=length_second,
        )
        for index in range(videos)
    ]
    listing = split_file(out, split)
    text = text_of(listing, (row for job in jobs for row in questions_of(job.script())))
    for done, _ in enumerate(_run(jobs, workers), start=1):
        if progress:
            progress(done / len(jobs))
    write_whole(listing, text)
    return listing


def _run(jobs: list[Job], workers: int) -> Iterable[str]:
    """Render all jobs, here if there is one worker, else in fresh processes."""
    if workers <= 1:
        yield from map(render_video, jobs)
        return
    context = multiprocessing.get_context("spawn")
    with no_worker_lost(), ProcessPoolExecutor(workers, mp_context=context) as pool:
        futures = [pool.submit(render_video, job) for job in jobs]
        for future in as_completed(futures):
            yield future.result()


def render_video(job: Job) -> str:
    """Write one video with its subtitles and labels unless it is there; returns its id."""
    script = job.script()
    subtitles = job.out / "subtitles" / f"{script.video_id}.vtt"
    if not subtitles.exists():
        subtitles.parent.mkdir(parents=True, exist_ok=True)
        write_subtitles(subtitles_of(script), subtitles)
    if job.text_only:
        return script.video_id
    video = job.out / "videos" / f"{script.video_id}.mp4"
    annotation = job.out / "annotations" / f"{script.video_id}.json"
    video.parent.mkdir(parents=True, exist_ok=True)
    if annotation.exists():
        _check_frozen(annotation, job.frozen)
    else:
        write_json(annotation, annotation_of(script) | {"frozen": job.frozen})
    if not video.exists():
        frames = render_frames(script, job.size, job.rate_hz, freeze=job.frozen)
        write_video(video, frames, job.rate_hz)
    return script.video_id


def _check_frozen(annotation: Path, frozen: bool) -> None:
    """Raises `DataError` if the video that is there was rendered the other way."""
    there = json.loads(annotation.read_text()).get("frozen", False)
    if there != frozen:
        raise DataError(
            f"{annotation.parent.parent}: there are videos rendered with{'' if there else 'out'} "
            "--frozen in it; name another folder"
        )


def annotation_of(script: Script) -> dict[str, Any]:
    """What every shot of a script shows, and its steps with their gold spans."""

    def attributes(index: int) -> dict[str, Any]:
        step = asdict(script.steps[index].attributes)
        return {name: step[name] for name in ATTRIBUTES}

    def shot_row(shot: Shot) -> dict[str, Any]:
        shown = dict.fromkeys(ATTRIBUTES) if shot.step is None else attributes(shot.step)
        times = {"start": shot.start_second, "end": shot.end_second, "shot": shot.kind}
        return times | shown | {"step": shot.step}

    steps = [
        {
            **attributes(step.index),
            "kind": step.kind,
            "start": step.start_second,
            "end": step.end_second,
        }
        for step in script.steps
    ]
    return {
        "video_id": script.video_id,
        "duration": script.duration_second,
        "split": script.split,
        "shots": [shot_row(shot) for shot in script.shots],
        "steps": steps,
    }
