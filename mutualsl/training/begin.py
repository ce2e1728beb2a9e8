"""The note in a run's folder that says which run it is, so that two are never mixed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from accelerate import PartialState
from accelerate.utils import parse_flag_from_env

from mutualsl.errors import DataError
from mutualsl.training import state
from mutualsl.training.config import RunConfig
from mutualsl.training.visual import VisualTrainConfig

Run = RunConfig | VisualTrainConfig
NOTE = "recipe.json"


def note_of(config: Run) -> str:
    """What `recipe.json` in a run's folder says of it."""
    return json.dumps(asdict(config), indent=2) + "\n"


def begin(config: Run, out: Path, resume: bool) -> None:
    """Note in `out` what is run there; refuse to mix two runs.

    A run that failed before its first saved state leaves nothing to mix with. Raises `DataError`
    when `out` holds a run and `resume` is not asked for, or another run.
    """
    note, now = out / NOTE, note_of(config)
    if note.is_file() and any(out.glob(f"*/{state.FILE_NAME}")):
        if not resume:
            raise DataError(f"{out}: holds a run already; --resume goes on with it")
        if note.read_text() != now:
            raise DataError(
                f"{out}: its run has other settings (recipe.json); give the same recipe and --set, "
                "or another --out"
            )
    # Made here first, and so that processes without a GPU find each other: by itself it does not
    # look at the variable.
    processes = PartialState(cpu=parse_flag_from_env("ACCELERATE_USE_CPU"))
    processes.wait_for_everyone()  # before any process writes what the others look for
    if processes.is_main_process:
        out.mkdir(parents=True, exist_ok=True)
        note.write_text(now)
