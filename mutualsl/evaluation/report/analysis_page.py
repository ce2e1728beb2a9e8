"""The error analysis of a predictions file as one HTML page that needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from mutualsl.evaluation.analysis import Analysis
from mutualsl.evaluation.compare import Comparison, comparison_table
from mutualsl.evaluation.errors import DEFINITIONS, ErrorClass
from mutualsl.evaluation.ious import HEADS, SCORED
from mutualsl.evaluation.metrics import COLUMNS
from mutualsl.evaluation.report.markdown import ends, percent
from mutualsl.evaluation.report.plots import iou_plot, reliability_plot, scatter_plot
from mutualsl.evaluation.summary import summary

# As analysis.js reads them.
COLUMNS_SHOWN = (
    "question", "video_id", "duration", "gold", "visual", "textual", "answer",
    "visual_iou", "textual_iou", "answer_iou", "answer_error",
)  # fmt: skip


def analysis_page(
    analysis: Analysis, name: str, comparison: Sequence[Comparison] | None = None
) -> str:
    """The whole page; `name` says whose predictions these are, B in `comparison` are other ones."""
    here = files(__package__)
    style, script = ((here / f"analysis.{kind}").read_text("utf-8") for kind in ("css", "js"))
    found = summary(analysis.results)
    parts = [
        f"<h1>Error analysis: {escape(name)}</h1>",
        f"<p>Questions: {len(analysis.results):,}. "
        f"Videos: {len({result.video_id for result in analysis.results}):,}.</p>",
        _metrics(found),
        _ceilings(analysis),
        "<h2>What is wrong</h2>",
        _classes(analysis),
        "<h2>How it is spread</h2>",
        iou_plot(name, found["histogram"]),
        _scatter(analysis),
        reliability_plot(name, found["reliability"]),
    ]
    if comparison is not None:
        parts += ["<h2>Beside the other file</h2>", _table(*comparison_table(comparison))]
    parts += ["<h2>Every question</h2>", _controls(analysis), '<table id="rows"></table>']
    data = json.dumps(_rows(analysis), ensure_ascii=False).replace("<", "\\u003c")
    return (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Error analysis: {escape(name)}</title><style>{style}</style></head>\n<body>"
        + "\n".join(parts)
        + f'\n<script id="data" type="application/json">{data}</script>'
        + f"\n<script>{script}</script></body>\n</html>\n"
    )


def _metrics(found: Mapping[str, Any]) -> str:
    rows = []
    by_video = found["intervals"]["videos"] or {}
    for head in SCORED:
        own = found[head]
        rows.append(
            [head, *(percent(own[c]) for c in COLUMNS), ends(by_video.get(head, {}).get("mIoU")),
             f"{own['n_answered']:g}"]
        )  # fmt: skip
    return _table(["percent", *COLUMNS, "95 % of mIoU (videos)", "answered"], rows)


def _ceilings(analysis: Analysis) -> str:
    """What no predictor can pass, because its spans begin and end where cues or rows do."""
    found = analysis.ceilings()
    if not found:
        return ""
    edges = {"textual": "a cue", "visual": "a one-second row"}
    said = "; ".join(
        f"{percent(value)} for spans that begin and end with {edges[head]} ({head})"
        for head, value in found.items()
    )
    return f"<p>Best mIoU possible: {said}.</p>"


def _classes(analysis: Analysis) -> str:
    counts = {head: analysis.class_counts(head) for head in HEADS}
    total = len(analysis.results)
    rows = [
        [
            kind.value,
            *(_share(counts[head].get(kind, 0), total) for head in HEADS),
            DEFINITIONS[kind],
        ]
        for kind in ErrorClass
        if any(kind in own for own in counts.values())
    ]
    return _table(["class", *HEADS, "means"], rows)


def _share(count: int, total: int) -> str:
    return f"{count} ({100 * count / total:.0f} %)" if count else "-"


def _scatter(analysis: Analysis) -> str:
    both = analysis.ious.given[:, 0] & analysis.ious.given[:, 1]
    if not both.any():
        return ""
    values = analysis.ious.values[both]
    return scatter_plot(values[:, 0].tolist(), values[:, 1].tolist())


def _controls(analysis: Analysis) -> str:
    kinds = "".join(f"<option>{kind.value}</option>" for kind in analysis.class_counts("answer"))
    return (
        '<p class="controls"><label>Search <input id="search" type="search"></label>'
        '<label>Answer is <select id="error"><option value="">anything</option>'
        f"{kinds}</select></label>"
        '<label>Predictors <select id="heads"><option value="">any</option>'
        '<option value="visual">visual right, textual wrong</option>'
        '<option value="textual">textual right, visual wrong</option>'
        '<option value="both">both wrong</option></select></label>'
        '<span id="count" role="status"></span></p>'
    )


def _rows(analysis: Analysis) -> list[list[object]]:
    """What the table shows of each question, worst answer first."""
    flat = list(analysis.rows())
    shown = []
    for place in analysis.worst_first():
        row = flat[place]
        for head in ("gold", *HEADS):
            start, end = row[f"{head}_start"], row[f"{head}_end"]
            row[head] = None if start is None else [start, end]
        shown.append([row[column] for column in COLUMNS_SHOWN])
    return shown


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
