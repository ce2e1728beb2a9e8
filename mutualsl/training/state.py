"""What a run needs to go on exactly where it was: saved between two steps, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils.constants import RNG_STATE_NAME

from mutualsl.errors import DataError, in_a_line, memory_is_short

FILE_NAME = "progress.json"


@dataclass(slots=True)
class Progress:
    """How far a stage has come."""

    epoch: int = 0
    batch: int = 0  # batches of this epoch that are done
    step: int = 0  # steps of the optimizer since the stage began
    best: float = -1.0  # highest validation mIoU so far
    stale: int = 0  # epochs since then
    log_bytes: int = 0  # length of the log that belongs to this state
    second: float = 0.0  # spent so far, validation included
    cpu_second: float = 0.0  # of processor time in it, of this process
    done: bool = False
    processes: int = 0  # that the stage was begun with; 0: not known
    questions: str = ""  # `questions_id` of what it learns from; empty: not known
    validation: str = ""  # the same of what chooses its best weights


def save(accelerator: Accelerator, out: Path, progress: Progress) -> None:
    """Write weights, optimizer, schedule and random state, then make them the ones that count.

    `progress.json` names the folder and is replaced in one step; a crash before that leaves the
    former state in force. Raises `DataError` when it cannot be written.
    """
    folder = f"state-{progress.epoch}-{progress.batch}"
    if _read(out)[1] == out / folder:
        return  # nothing was learned since, and what counts is not written over
    try:
        # Not as safetensors, which cannot hold a layer that two models share.
        accelerator.save_state(str(out / folder), safe_serialization=False)
    except (OSError, RuntimeError) as error:  # torch has no better name for a full disk
        raise DataError(
            f"{out}: the state cannot be saved ({in_a_line(error)}); make room there and go on "
            "with --resume"
        ) from error
    accelerator.wait_for_everyone()
    if not accelerator.is_main_process:
        return
    unfinished = out / f"{FILE_NAME}.new"
    unfinished.write_text(json.dumps(asdict(progress) | {"folder": folder}) + "\n")
    os.replace(unfinished, out / FILE_NAME)
    for other in out.glob("state-*"):
        if other.name != folder:
            shutil.rmtree(other)


def read(out: Path) -> Progress:
    """How far the stage in `out` has come; a new one has not begun."""
    return _read(out)[0]


def check(out: Path, questions: str, validation: str = "", processes: int | None = None) -> None:
    """Raise `DataError` where the stage in `out` cannot go on as if it had not been stopped.

    `processes` makes no difference to one that is done.
    """
    progress = read(out)
    pairs = {
        "training": (progress.questions, questions),
        "validation": (progress.validation, validation),
    }
    for what, (before, now) in pairs.items():
        if before not in ("", now):
            raise DataError(
                f"{out}: its {what} data (questions, answers, subtitles, lengths of videos) is not "
                "what it began with; take another --out, or bring the former one back"
            )
    if not progress.done and progress.processes not in (0, processes):
        raise DataError(
            f"{out}: begun with {progress.processes} processes, and there are {processes} now; go "
            "on with as many, or take another --out"
        )


def restore(accelerator: Accelerator, out: Path) -> Progress:
    """Load the state that counts into everything the accelerator prepared."""
    progress, folder = _read(out)
    if folder is not None:
        chances = folder / f"{RNG_STATE_NAME}_{accelerator.process_index}.pkl"
        try:
            torch.load(chances, weights_only=False)  # accelerate goes on without it, saying nothing
            accelerator.load_state(str(folder))
        except Exception as error:  # of a damaged file torch raises whatever it meets
            if memory_is_short(error):
                raise
            raise DataError(
                f"{folder}: this state cannot be loaded ({in_a_line(error)}); start again in an "
                "empty folder"
            ) from error
    return progress


def _read(out: Path) -> tuple[Progress, Path | None]:
    path = out / FILE_NAME
    if not path.is_file():
        return Progress(), None
    try:
        saved = json.loads(path.read_text())
        folder = out / saved.pop("folder")
        return Progress(**saved), folder
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path}: this state cannot be read ({error!r}); start again in an empty folder"
        ) from error
