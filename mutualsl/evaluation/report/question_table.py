"""Every question as a table that sorts and filters in the browser; analysis.js draws it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from mutualsl.evaluation.analysis import Analysis
from mutualsl.evaluation.errors import ErrorClass
from mutualsl.evaluation.ious import HEADS
from mutualsl.evaluation.slices import SLICES, labels_in_order

CLASSES = tuple(ErrorClass)
_PREDICTORS = {
    "visual": "visual right, textual wrong",
    "textual": "textual right, visual wrong",
    "both": "both wrong",
}


def question_table(
    analysis: Analysis, changes: Sequence[float] | None = None, *, opens: bool = False
) -> str:
    """HTML of filters and an empty table with all its data, in the order of the file.

    `changes` is by how much another run is better on each question. With `opens`, each question is
    a button that sends the event `openquestion`.
    """
    labels = {name: labels_in_order(name, analysis.results) for name in SLICES}
    rows = _rows(analysis, labels, changes)
    data = {
        "columns": list(rows[0]),
        "rows": [list(row.values()) for row in rows],
        "classes": [kind.value for kind in CLASSES],
    }
    attributes = "".join(
        f' data-{name}="{escape(json.dumps(value, ensure_ascii=False, separators=(",", ":")))}"'
        for name, value in data.items()
    )
    return (
        f'<section class="questions" aria-label="Every question"{" data-opens" if opens else ""}'
        f"{attributes}>{_controls(analysis, labels)}"
        '<div class="q-scroll" tabindex="0" role="region" aria-label="Table of questions">'
        '<table class="q-rows"></table></div><p class="q-more"></p></section>'
    )


def _rows(
    analysis: Analysis, labels: dict[str, list[str]], changes: Sequence[float] | None
) -> list[dict[str, object]]:
    """What the table knows of each question, as few characters as will do."""
    rows = []
    for place, flat in enumerate(analysis.rows()):
        row: dict[str, object] = {
            "question": flat["question"],
            "video": flat["video_id"],
            "duration": round(flat["duration"], 2),
        }
        for head in ("gold", *HEADS):
            start, end = flat[f"{head}_start"], flat[f"{head}_end"]
            row[head] = None if start is None else [round(start, 2), round(end, 2)]
        for head in HEADS:
            row[f"{head} IoU"] = flat[f"{head}_iou"]
            row[f"{head} score"] = flat[f"{head}_score"]
            row[f"{head} error"] = CLASSES.index(analysis.classes[head][place])
        row["change"] = None if changes is None else round(changes[place], 4)
        row |= {name: labels[name].index(flat[name]) for name in SLICES}
        rows.append(row)
    return rows


def _controls(analysis: Analysis, labels: dict[str, list[str]]) -> str:
    """A search field, and one choice for each filter; a value is what the rows hold."""
    kinds = {
        head: [(CLASSES.index(kind), kind.value) for kind in analysis.class_counts(head)]
        for head in HEADS
    }
    choices = [
        _choice(f"{head} error", f"{head.capitalize()} is", kinds[head])
        for head in ("answer", "visual", "textual")
    ]
    choices.insert(1, _choice("predictors", "Predictors", list(_PREDICTORS.items())))
    choices += [
        _choice(name, name.capitalize(), list(enumerate(own)))
        for name, own in labels.items()
        if len(own) > 1
    ]
    return (
        '<p class="q-controls"><label>Search <input class="q-search" type="search"></label>'
        f'{"".join(choices)}<span class="q-count" role="status"></span></p>'
    )


def _choice(name: str, title: str, options: Sequence[tuple[object, str]]) -> str:
    listed = "".join(
        f'<option value="{escape(str(value))}">{escape(shown)}</option>' for value, shown in options
    )
    return (
        f'<label>{escape(title)} <select data-filter="{escape(name)}">'
        f'<option value="">any</option>{listed}</select></label>'
    )
