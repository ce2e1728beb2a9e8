"""What a checkpoint folder says of itself: its `config.json`, read without its weights or torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutualsl.errors import CheckpointError, in_a_line

SCHEMA = 1
CONFIG = "config.json"
UNKNOWN_DATA = "unknown data"


@dataclass(frozen=True, kw_only=True, slots=True)
class Description:
    """What a checkpoint folder says of itself."""

    name: str
    parameter_count: int
    trained_on: str


def describe(folder: str | Path) -> Description:
    """What a checkpoint folder holds, without reading its weights.

    Raises `CheckpointError` when its config describes no model of this version.
    """
    folder = Path(folder)
    record = read_config(folder)
    try:
        about = record["about"]
        return Description(
            name=str(about.get("name", folder.resolve().name)),
            parameter_count=int(record["parameter_count"]),
            trained_on=str(about.get("trained_on", UNKNOWN_DATA)),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise CheckpointError(
            f"{folder}: its config describes no model of this version ({in_a_line(error)}); "
            "fetch or train it again"
        ) from error


def read_config(folder: Path) -> dict[str, Any]:
    """The record `config.json`. Raises `CheckpointError` when there is none of this version."""
    path = folder / CONFIG
    if not path.is_file():
        raise CheckpointError(
            f"{folder}: no checkpoint here (config.json is missing); "
            "pass --checkpoint a folder written by `mutualsl train`"
        )
    try:
        record: dict[str, Any] = json.loads(path.read_text())
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path}: not JSON ({error}); fetch the checkpoint again") from error
    if not isinstance(record, dict) or "schema" not in record:
        raise CheckpointError(
            f"{path}: describes no localizer, as that of a visual encoder does not; "
            "pass --checkpoint the folder of a localizer"
        )
    if record["schema"] != SCHEMA:
        raise CheckpointError(
            f"{path}: schema {record['schema']!r}, this version reads {SCHEMA}; "
            "update mutualsl or fetch a newer checkpoint"
        )
    return record
