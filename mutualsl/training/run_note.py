"""The note in a run's folder that says which run it is, so that two are never mixed."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
from accelerate.utils import parse_flag_from_env

from mutualsl.atomic import write_whole
from mutualsl.description import CONFIG
from mutualsl.errors import DataError
from mutualsl.features.published import understood
from mutualsl.training import state
from mutualsl.training.config import RunConfig
from mutualsl.training.visual import VisualTrainConfig

Run = RunConfig | VisualTrainConfig
NOTE = "recipe.json"
ROWS = "rows.txt"
LONGEST_WAIT = timedelta(hours=24)  # for the process that reads the videos, see `prepare`


def note_of(config: Run) -> str:
    """What `recipe.json` in a run's folder says of it."""
    return json.dumps(asdict(config), indent=2) + "\n"


def is_note_of(note: str, config: Run) -> bool:
    """Whether `note` is of this run; a setting that it lacks came later, and had its default."""
    try:
        return _agree(json.loads(note), config)
    except (ValueError, AttributeError):  # no note at all
        return False


def _agree(noted: Any, now: Any) -> bool:
    if is_dataclass(now):
        settings = {f.name: f.default for f in fields(now)}
        values = {name: noted.get(name, default) for name, default in settings.items()}
        known = noted.keys() <= settings.keys()
        return known and all(_agree(value, getattr(now, name)) for name, value in values.items())
    if isinstance(now, tuple) and isinstance(noted, list):
        return len(noted) == len(now) and all(map(_agree, noted, now))
    return bool(noted == now or noted == json.loads(json.dumps(now)))


def _holds_run(out: Path) -> bool:
    """Whether there are saved states, a checkpoint, or a visual encoder, which lies in `out`."""
    made = (out / "checkpoint" / CONFIG, out / CONFIG)
    return any(out.glob(f"*/{state.FILE_NAME}")) or any(path.is_file() for path in made)


def note_rows(out: Path, visual: str) -> None:
    """Note whose rows a run learns from, by the fingerprint of their encoder.

    Raises `DataError` where it has begun with those of another.
    """
    note = out / ROWS
    before = note.read_text().strip() if note.is_file() and _holds_run(out) else visual
    if not understood(visual, before):  # published weights may have come or gone meanwhile
        raise DataError(
            f"{out}: its run reads rows of {before}, --visual makes those of {visual}; give the "
            "same --visual, or another --out"
        )
    if PartialState().is_main_process:
        write_whole(note, before + "\n")


def begin(config: Run, out: Path, resume: bool, device: torch.device) -> None:
    """Note in `out` what is run there, choose the device; refuse to mix two runs.

    A run that failed before its first saved state leaves nothing to mix with. Raises `DataError`
    when `out` holds a run and `resume` is not asked for, or another run.
    """
    note = out / NOTE
    if _holds_run(out):
        if not resume:
            raise DataError(f"{out}: holds a run already; --resume goes on with it")
        if not (note.is_file() and is_note_of(note.read_text(), config)):
            raise DataError(
                f"{out}: its run has other settings (recipe.json); give the same recipe and --set, "
                "or another --out"
            )
    # Made here first: whatever asks for it later gets this one. By itself it looks neither at the
    # variable, by which processes without a GPU find each other, nor for a GPU of CUDA alone.
    on_cpu = device.type == "cpu" or parse_flag_from_env("ACCELERATE_USE_CPU")
    processes = PartialState(cpu=on_cpu, timeout=LONGEST_WAIT)
    processes.wait_for_everyone()  # before any process writes what the others look for
    if processes.is_main_process:
        write_whole(note, note_of(config))
