"""The record of a table, which pages are made from: `docs/results/<table>.json`."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mutualsl.evaluation.metrics import COLUMNS
from mutualsl.evaluation.record import current_commit
from mutualsl.evaluation.transfer import curves
from mutualsl.models import MODELS, FittedLocalizer
from mutualsl.reproduce.cells import Cell
from mutualsl.reproduce.measured import Measured
from mutualsl.reproduce.plan import FIGURE, LESSONS
from mutualsl.reproduce.questions import Questions
from mutualsl.reproduce.runs import READ_OUT
from mutualsl.training.compared import Data
from mutualsl.training.systems import SYSTEMS

NOT_TRAINED = "not trained"
AUTHORS_EPOCHS = {system.model: system.train.epochs for system in SYSTEMS}


def record(
    table: str,
    cells: Sequence[Cell],
    runs: Mapping[Path, Measured],
    reasons: Mapping[Path, str],
    references: Path,
) -> dict[str, Any]:
    """Everything a page says of a table, cell by cell.

    `runs` are there, by their folder, and `reasons` says why others are not; `references` is where
    those are kept.
    """
    data = {cell.data: cell for cell in cells}
    return {
        "table": table,
        "commit": current_commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "read_out": READ_OUT,
        "data": [_data(part, cell.questions, references) for part, cell in data.items()],
        "cells": [_cell(table, cell, runs, reasons) for cell in cells],
    }


def finished(record: Mapping[str, Any]) -> int:
    """Runs in a record that were trained to the end."""
    return sum(len(cell["seeds"]) - len(cell["stopped"]) for cell in record["cells"])


def _data(data: Data, questions: Questions | None, references: Path) -> dict[str, Any]:
    name = _name(data)
    if questions is None:
        return name
    kept = references / f"{'-'.join(part for part in data if part)}.json"
    return name | {
        "n": len(questions.asked),
        "n_train": len(questions.train),
        "questions": questions.identity,
        "modalities": sorted(questions.modalities),
        "references": questions.references(kept),
    }


def _cell(
    table: str, cell: Cell, runs: Mapping[Path, Measured], reasons: Mapping[Path, str]
) -> dict[str, Any]:
    found = {
        "row": cell.row.name,
        **_name(cell.data),
        "recipe": cell.row.recipe(cell.data),
    }
    found |= {"settings": list(cell.row.settings), "missing": cell.missing, "seeds": []}
    found |= {
        "without": list(cell.without),
        "stopped": {},
        "not_run": {},
        "remark": cell.row.remark,
    }
    there = [runs[run.folder] for run in cell.runs if run.folder in runs]
    found["not_run"] = {
        str(run.seed): reasons.get(run.folder, NOT_TRAINED)
        for run in cell.runs
        if run.folder not in runs
    }
    if not there:
        return found
    own = [run["metrics"][cell.row.head] for run in there]
    cpu_second = [run["training_cpu_second"] for run in there if run["training_cpu_second"]]
    return found | {
        "seeds": [run["seed"] for run in there],
        "stopped": {
            str(run.seed): _stopped(runs[run.folder], reasons.get(run.folder))
            for run in cell.runs
            if run.folder in runs and runs[run.folder]["stopped"]
        },
        "commits": sorted({run["commit"] for run in there}),
        "scores": {column: spread([metrics[column] for metrics in own]) for column in COLUMNS},
        "n": own[0]["n"],
        "n_answered": min(metrics["n_answered"] for metrics in own),
        "parameters": there[0]["parameters"],
        **_trained(cell.row.model, there[0]["recipe"]),
        "training_second": spread([run["training_second"] for run in there]),
        "training_cpu_second": spread(cpu_second) if cpu_second else None,
        "curves": _curves(there) if table == FIGURE else None,
        "by_kind": _by_kind(there, cell.row.head) if table == LESSONS else {},
    }


def _stopped(run: Measured, reason: str | None) -> str:
    """Where a run stopped, and why it did not go on, if it did not."""
    where: str = run["stopped"]
    return where if reason is None else f"{where}; it did not go on: {reason}"


def _trained(model: str, recipe: Mapping[str, Any]) -> dict[str, Any]:
    """What was learned, for how long: epochs of every stage, and what is not as published.

    `learners` are the parts that learned by themselves, "" all of the model. Switches are no sizes.
    """
    stages = recipe["stages"]
    in_epochs = model in MODELS and not issubclass(MODELS[model][0], FittedLocalizer)
    return {
        "epochs": [stage["train"]["epochs"] for stage in stages] if in_epochs else [],
        "authors_epochs": AUTHORS_EPOCHS.get(model),
        "learners": sorted({stage["learner"] for stage in stages}),
        "sizes": {name: size for name, size in recipe["sizes"].items() if type(size) is int},
    }


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """Mean and standard deviation (sample; `None` for one value)."""
    sd = statistics.stdev(values) if len(values) > 1 else None
    return {"mean": statistics.mean(values), "sd": sd}


def _by_kind(runs: Sequence[Measured], head: str) -> dict[str, dict[str, float | None]]:
    """mIoU of a head for each kind of question."""
    return {
        kind: spread([run["by_kind"][kind][head] for run in runs]) for kind in runs[0]["by_kind"]
    }


def _curves(runs: Sequence[Measured]) -> dict[str, Any] | None:
    """Transfer weights over training; `None` where a run has none."""
    logs = [run["transfer"] for run in runs]
    return None if None in logs else curves(logs)


def _name(data: Data) -> dict[str, Any]:
    return {"data": data.name, "split_set": data.split_set, "split": data.split}
