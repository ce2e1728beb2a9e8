"""All questions together, drawn by the report's own functions, as values for `gr.HTML`."""

from __future__ import annotations

import json

from mutualsl.evaluation.report import overview as report
from mutualsl.evaluation.report.question_table import question_table
from mutualsl.evaluation.report.svg import without_style
from mutualsl.ui.analyse.opened import Opened
from mutualsl.ui.text import escaped, safe_in_template


def overview(opened: Opened) -> str:
    """Metrics, the comparison, classes with their definitions, ceilings and plots."""
    analysis = opened.analysis
    drawn = report.plots(analysis, opened.name)
    plots = "".join(f"<figure>{without_style(plot)}</figure>" for plot in drawn)
    parts = [_part("How good", report.metrics(analysis))]
    if opened.compared is not None:
        parts.append(
            _part("This file, A, beside the other, B", report.comparison(opened.compared.heads))
            + "<p>Sort the table by change to see the questions that differ most.</p>"
        )
    parts += [
        _part("What is wrong", report.classes(analysis)),
        _part("What could be reached", report.ceilings(analysis)),
        f"<details><summary>Plots</summary>{plots}</details>",
    ]
    head = f"<h3>{escaped(opened.name)}</h3><p>{report.counts(analysis)}</p>"
    return safe_in_template(
        f'<section class="overview" aria-label="Overview">{head}{"".join(parts)}</section>'
    )


def table(opened: Opened) -> str:
    """Every question; changes where another run is compared."""
    changes = opened.compared.changes if opened.compared is not None else None
    heading = '<h3 class="q-title">Every question</h3>'
    return heading + safe_in_template(question_table(opened.analysis, changes, opens=True))


def notes(opened: Opened) -> str:
    """What the table lays over its rows: a few words on those with a note."""
    kept = opened.notebook.all()
    listed = [
        [place, kept[note_id].summary()]
        for place, note_id in enumerate(opened.note_ids)
        if note_id in kept
    ]
    return f'<div hidden data-notes="{escaped(json.dumps(listed))}"></div>'


def _part(title: str, table: str) -> str:
    return (
        f'<details open><summary>{title}</summary><div class="wide" tabindex="0" role="region"'
        f' aria-label="{title}">{table}</div></details>'
    )
