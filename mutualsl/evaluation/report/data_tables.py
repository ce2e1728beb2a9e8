"""What the results page says of one data set: predictors, references, published numbers, slices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mutualsl.evaluation.ious import HEADS, SCORED
from mutualsl.evaluation.metrics import COLUMNS
from mutualsl.evaluation.report.markdown import (
    NOTHING,
    ends,
    full_columns,
    part_name,
    percent,
    table,
)
from mutualsl.evaluation.report.published import PUBLISHED

Row = Mapping[str, Any]  # one evaluation in a checkpoint's `metrics.json`
INTERVALS = {"questions": "mIoU, 95 % by questions", "videos": "mIoU, 95 % by videos"}
NAMES = {"oracle": "oracle of both", "oracle@5": "oracle@5 of both"}


def data_name(row: Row) -> str:
    """Data set, split set and split in words, and the read-out if it is another one than usual."""
    name = part_name(row)
    return name if row["read_out"] == "confident" else f"{name} (read-out: {row['read_out']})"


def results_table(row: Row, references: Mapping[str, Any]) -> str:
    """Predictors, answer and oracles, then references, then published numbers.

    `references` are those on the same questions. A column that nobody has is left out.
    """
    header = ["predictor", *COLUMNS, *INTERVALS.values(), "answered"]
    lines = [_scored(row, head) for head in SCORED if head in row]
    lines += [_reference(name, found) for name, found in references.items()]
    for system in PUBLISHED.get(row["data"], ()):
        numbers = [NOTHING if n is None else f"{n:.2f}" for n in map(system.columns().get, COLUMNS)]
        lines.append([f"{system.system}, as published", *numbers, NOTHING, NOTHING, NOTHING])
    return full_columns(header, lines)


def slices_table(row: Row) -> str | None:
    """mIoU of every predictor in every slice; `None` where the row has no slices."""
    slices = row.get("by_slice") or {"kind": row.get("by_kind", {})}
    heads = [head for head in SCORED if head in row]
    lines = [
        [name, label, str(found["answer"]["n"]), *(miou(found[head]) for head in heads)]
        for name, labels in slices.items()
        for label, found in labels.items()
    ]
    header = ["mIoU by", "part", "questions", *(NAMES.get(head, head) for head in heads)]
    return table(header, lines) if lines else None


def summary_rows(row: Row) -> Iterator[Sequence[str]]:
    """mIoU of the predictors and the answer, over all questions and by kind."""
    yield [data_name(row), str(row["n"]), *(miou(row[head]) for head in HEADS)]
    for kind, heads in row.get("by_kind", {}).items():
        yield [f"- `{kind}`", str(heads["answer"]["n"]), *(miou(heads[head]) for head in HEADS)]


def miou(metrics: Mapping[str, float]) -> str:
    """mIoU, or a dash where the predictor had nothing to work on."""
    return percent(metrics["mIoU"]) if metrics["n_answered"] else NOTHING


def _scored(row: Row, head: str) -> list[str]:
    intervals = row.get("intervals", {})
    by_unit = {unit: (intervals.get(unit) or {}).get(head, {}).get("mIoU") for unit in INTERVALS}
    return _line(NAMES.get(head, head), row[head], by_unit)


def _reference(name: str, found: Mapping[str, Any]) -> list[str]:
    interval = found["interval"]["mIoU"] if found["interval"] else None
    return _line(name, found, {"questions": None, "videos": interval})


def _line(
    name: str, metrics: Mapping[str, float], by_unit: Mapping[str, Sequence[float] | None]
) -> list[str]:
    answered = f"{metrics['n_answered']} of {metrics['n']}"
    if not metrics["n_answered"]:
        return [name, *[NOTHING] * (len(COLUMNS) + len(INTERVALS)), answered]
    numbers = [percent(metrics[column]) for column in COLUMNS]
    return [name, *numbers, *(ends(by_unit[unit]) for unit in INTERVALS), answered]
