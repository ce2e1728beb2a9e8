"""A table's record as files: beside its runs, and in the pages of the project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mutualsl.evaluation.collect import read_json
from mutualsl.evaluation.report import systems, tables
from mutualsl.reproduce.collect import finished
from mutualsl.reproduce.measured import MEASURED, file_of
from mutualsl.reproduce.plan import run_name

PLOTS = "plots"


def write(record: Mapping[str, Any], out: Path) -> str:
    """Write `<table>.json` and the page `<table>.md` below `out`; returns the page."""
    page = "\n\n".join(systems.sections(record, PLOTS)) + "\n"
    (out / PLOTS).mkdir(parents=True, exist_ok=True)
    for name, drawing in systems.plots(record).items():
        (out / PLOTS / name).write_text(drawing, encoding="utf-8")
    (out / f"{record['table']}.json").write_text(json.dumps(record, indent=2) + "\n")
    (out / f"{record['table']}.md").write_text(page, encoding="utf-8")
    return page


def publish(record: Mapping[str, Any], out: Path, repository: Path) -> str:
    """Put the record into `docs/results` and make the pages anew; says what it did.

    Files of its finished runs, which lie below `out`, go with it. A record with fewer finished
    runs, of a trial for instance, does not replace one with more.
    """
    kept = repository / tables.RESULTS / f"{record['table']}.json"
    before = finished(read_json(kept)) if kept.is_file() else 0
    if finished(record) < before:
        return f"{kept} stays as it is: it has {before} finished runs, these are {finished(record)}"
    if not finished(record):
        return f"{tables.DOCS / 'results.md'} stays as it is: no run was finished"
    kept.write_text(json.dumps(record, indent=2) + "\n")
    for cell in record["cells"]:
        for seed in cell["seeds"]:
            if str(seed) not in cell["stopped"]:
                file = file_of(run_name(cell["recipe"], cell["settings"]), seed)
                measured = kept.parent / MEASURED / file
                measured.parent.mkdir(parents=True, exist_ok=True)
                measured.write_text((out / MEASURED / file).read_text())
    tables.write(repository)
    return f"{tables.DOCS / 'results.md'} has these results"
