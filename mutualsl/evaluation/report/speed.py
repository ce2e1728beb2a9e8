"""The table of measured speed and memory, beside its limits."""

from __future__ import annotations

from typing import Any

from mutualsl.evaluation.report.markdown import table

# Scripts in `benchmarks/`, in the order of the table. Each writes `results/<name>.json`.
BENCHMARKS = (
    "start",
    "loading",
    "length",
    "question",
    "askers",
    "page",
    "analysis",
    "training",
    "i3d",
    "gpu",
    "soak",
)


def speed_table(speed: dict[str, dict[str, Any]]) -> str:
    """What was measured beside its limits; `speed` holds the results of some `BENCHMARKS`."""
    rows = [
        [measure["what"], _measured(measure), *_limit(measure)]
        for name in BENCHMARKS
        if name in speed
        for measure in speed[name]["measures"]
    ]
    text = table(["what", "measured", "limit", "verdict"], rows)
    return f"{text}\n\n{_machines(speed)}"


def _measured(measure: dict[str, Any]) -> str:
    note = f" ({measure['note']})" if measure["note"] else ""
    return f"{_number(measure['value'])} {measure['unit']}".rstrip() + note


def _limit(measure: dict[str, Any]) -> tuple[str, str]:
    if measure["limit"] is None:
        return "-", "-"
    unit = measure["unit"].split(" ")[0]
    unit = "" if unit == "of" else unit  # so many of all
    limit = f"{measure['bound']} {_number(measure['limit'])} {unit}".rstrip()
    return limit, "met" if measure["met"] else "not met"


def _number(value: float) -> str:
    return f"{value:,g}" if value < 1000 else f"{value:,.0f}"


def _machines(speed: dict[str, dict[str, Any]]) -> str:
    """When and on what everything was measured; one sentence where it is the same."""
    found: dict[str, list[str]] = {}
    for name in BENCHMARKS:
        if name in speed:
            machine = speed[name]["machine"]
            facts = f"{machine['cpus']} CPUs ({machine['processor']}), torch {machine['torch']}"
            if "device" in speed[name]:
                facts = f"{speed[name]['device']}, {facts}"
            found.setdefault(f"{speed[name]['date']} with {facts}", []).append(name)
    if len(found) == 1:
        return f"Measured on {next(iter(found))}."
    parts = (f"{', '.join(names)} on {where}" for where, names in found.items())
    return f"Measured: {'; '.join(parts)}."
