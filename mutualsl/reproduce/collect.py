"""The record of a table, which pages are made from: `docs/results/<table>.json`."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mutualsl.checkpoint import describe
from mutualsl.errors import DataError
from mutualsl.evaluation.collect import read_json
from mutualsl.evaluation.metrics import COLUMNS
from mutualsl.evaluation.record import current_commit
from mutualsl.evaluation.transfer import curves
from mutualsl.reproduce.cells import Cell
from mutualsl.reproduce.plan import FIGURE, Data
from mutualsl.reproduce.questions import Questions
from mutualsl.reproduce.runs import READ_OUT, Trained

NOT_TRAINED = "not trained"


def record(
    table: str, cells: Sequence[Cell], reasons: Mapping[Path, str], references: Path
) -> dict[str, Any]:
    """Everything a page says of a table, cell by cell.

    `reasons` says why runs, by their folder, are missing; `references` is where those are kept.
    """
    data = {cell.data: cell for cell in cells}
    return {
        "table": table,
        "commit": current_commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "read_out": READ_OUT,
        "data": [_data(part, cell.questions, references) for part, cell in data.items()],
        "cells": [_cell(cell, reasons, with_curves=table == FIGURE) for cell in cells],
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


def _cell(cell: Cell, reasons: Mapping[Path, str], with_curves: bool) -> dict[str, Any]:
    found = {"row": cell.row.name, **_name(cell.data), "recipe": cell.data.recipe(cell.row.model)}
    found |= {"settings": list(cell.row.settings), "missing": cell.missing, "seeds": []}
    found |= {"without": list(cell.without), "stopped": {}, "not_run": {}}
    if cell.questions is None or not cell.runs:
        return found
    there = []
    for run in cell.runs:
        if run.answered(cell.questions):
            there.append(run)
        else:
            found["not_run"][str(run.seed)] = reasons.get(run.folder, NOT_TRAINED)
    if not there:
        return found
    about = [run.about for run in there]
    cpu_second = [own["training_cpu_second"] for own in about if "training_cpu_second" in own]
    metrics = [read_json(run.answers(cell.questions) / "metrics.json") for run in there]
    return found | {
        "seeds": [run.seed for run in there],
        "stopped": {
            str(run.seed): own["stopped"]
            for run, own in zip(there, about, strict=True)
            if own.get("stopped")
        },
        "scores": {c: spread([own[cell.row.head][c] for own in metrics]) for c in COLUMNS},
        "n": metrics[0]["answer"]["n"],
        "n_answered": min(own[cell.row.head]["n_answered"] for own in metrics),
        "parameters": describe(there[0].checkpoint).parameter_count,
        "training_second": spread([own["training_second"] for own in about]),
        "training_cpu_second": spread(cpu_second) if cpu_second else None,
        "curves": _curves(there) if with_curves else None,
    }


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """Mean and standard deviation (sample; `None` for one value)."""
    sd = statistics.stdev(values) if len(values) > 1 else None
    return {"mean": statistics.mean(values), "sd": sd}


def _curves(runs: Sequence[Trained]) -> dict[str, Any] | None:
    """Transfer weights over training, of the last stage that has them; `None` without any."""
    for log in reversed(list(_logs(runs[0]))):
        try:
            return curves([run.folder / log for run in runs])
        except DataError:
            continue
    return None


def _logs(run: Trained) -> Iterator[Path]:
    """Logs of a run's stages in the order of training, relative to its folder."""
    found = sorted(run.folder.glob("*/log.jsonl"), key=lambda path: path.stat().st_mtime)
    yield from (path.relative_to(run.folder) for path in found)


def _name(data: Data) -> dict[str, Any]:
    return {"data": data.name, "split_set": data.split_set, "split": data.split}
