"""Every question as a table that sorts and filters in the browser; analysis.js draws it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, TypeVar

import msgspec
import numpy as np

from mutualsl.evaluation.analysis import Analysis
from mutualsl.evaluation.errors import PLACE_IOU, ErrorClass
from mutualsl.evaluation.ious import HEADS, as_array
from mutualsl.evaluation.slices import in_order
from mutualsl.spans import Span

T = TypeVar("T")
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
    labels = {name: in_order(name, own) for name, own in analysis.labels.items()}
    columns = _columns(analysis, labels, changes)
    data = {
        "columns": list(columns),
        "rows": list(zip(*columns.values(), strict=True)),
        "classes": [kind.value for kind in CLASSES],
    }
    attributes = "".join(
        f' data-{name}="{escape(msgspec.json.encode(value).decode())}"'
        for name, value in data.items()
    )
    return (
        f'<section class="questions" aria-label="Every question"{" data-opens" if opens else ""}'
        f"{attributes}>{_controls(analysis, labels)}"
        '<div class="q-scroll" tabindex="0" role="region" aria-label="Table of questions">'
        '<table class="q-rows"></table></div><p class="q-more"></p></section>'
    )


def _columns(
    analysis: Analysis, labels: dict[str, list[str]], changes: Sequence[float] | None
) -> dict[str, list[Any]]:
    """What the table knows of each question, as few characters as will do."""
    results = analysis.results
    ious = np.floor(1e4 * analysis.ious.values + 1e-4) / 1e4  # so that 0.49996 is not right
    columns: dict[str, list[Any]] = {
        "question": [result.question for result in results],
        "video": [result.video_id for result in results],
        "duration": np.round([result.duration_second for result in results], 2).tolist(),
        "gold": _rounded([result.gold for result in results]),
    }
    for place, head in enumerate(HEADS):
        found = [getattr(result, head) for result in results]
        given = analysis.ious.given[:, place].tolist()
        columns |= {
            head: _rounded([own and own.span for own in found]),
            f"{head} IoU": [
                iou if there else None
                for iou, there in zip(ious[:, place].tolist(), given, strict=True)
            ],
            f"{head} score": [own and own.score for own in found],
            f"{head} error": _codes(analysis.classes[head], CLASSES),
        }
    nothing = [None] * len(results)
    columns["change"] = nothing if changes is None else [round(change, 4) for change in changes]
    for name, own in labels.items():
        columns[name] = _codes(analysis.labels[name], own)
    return columns


def _codes(values: Sequence[T], known: Sequence[T]) -> list[Any]:
    """The place of each value among those that are known."""
    places = {value: place for place, value in enumerate(known)}
    return [places[value] for value in values]


def _rounded(spans: Sequence[Span | None]) -> list[list[float] | None]:
    """Start and end of each, all at once: rounding one number is slow in Python."""
    rounded = iter(as_array([span for span in spans if span is not None]).round(2).tolist())
    return [None if span is None else next(rounded) for span in spans]


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
    choices.insert(
        1,
        _choice("predictors", f"Predictors (right: IoU ≥ {PLACE_IOU})", list(_PREDICTORS.items())),
    )
    choices += [
        _choice(name, name.capitalize(), list(enumerate(own)))
        for name, own in labels.items()
        if len(own) > 1
    ]
    return (
        '<div class="q-controls"><label>Search <input class="q-search" type="search"></label>'
        '<span class="q-count" role="status"></span><details class="q-filters">'
        f"<summary>Filters</summary><div>{''.join(choices)}</div></details></div>"
    )


def _choice(name: str, title: str, options: Sequence[tuple[object, str]]) -> str:
    listed = "".join(
        f'<option value="{escape(str(value))}">{escape(shown)}</option>' for value, shown in options
    )
    return (
        f'<label>{escape(title)} <select data-filter="{escape(name)}">'
        f'<option value="">any</option>{listed}</select></label>'
    )
