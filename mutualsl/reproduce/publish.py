"""A table's record as files: beside its runs, and in the pages of the project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mutualsl.atomic import write_json, write_whole
from mutualsl.evaluation.collect import read_json
from mutualsl.evaluation.report import systems, tables
from mutualsl.reproduce.collect import finished
from mutualsl.reproduce.measured import MEASURED, file_of
from mutualsl.reproduce.plan import run_name

PLOTS = "plots"


def write(record: Mapping[str, Any], out: Path) -> str:
    """Write `<table>.json` and the page `<table>.md` below `out`; returns the page."""
    page = "\n\n".join(systems.sections(record, PLOTS)) + "\n"
    for name, drawing in systems.plots(record).items():
        write_whole(out / PLOTS / name, drawing)
    write_json(out / f"{record['table']}.json", record)
    write_whole(out / f"{record['table']}.md", page)
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
    write_json(kept, record)
    for cell in record["cells"]:
        for seed in cell["seeds"]:
            if str(seed) not in cell["stopped"]:
                file = file_of(run_name(cell["recipe"], cell["settings"]), seed)
                write_whole(kept.parent / MEASURED / file, (out / MEASURED / file).read_text())
    tables.write(repository)
    return f"{tables.DOCS / 'results.md'} has these results"
