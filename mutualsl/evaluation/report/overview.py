"""What an error analysis says of all questions together: metrics, ceilings, classes, plots."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mutualsl.evaluation.analysis import CEILINGS, Analysis
from mutualsl.evaluation.bootstrap import intervals
from mutualsl.evaluation.compare import Comparison, comparison_table
from mutualsl.evaluation.errors import DEFINITIONS
from mutualsl.evaluation.ious import HEADS, SCORED
from mutualsl.evaluation.metrics import COLUMNS
from mutualsl.evaluation.report.markdown import ends, percent
from mutualsl.evaluation.report.plots import iou_plot, reliability_plot, scatter_plot
from mutualsl.evaluation.summary import head_metrics, histograms, reliabilities


def counts(analysis: Analysis) -> str:
    """How many questions about how many videos."""
    videos = {result.video_id for result in analysis.results}
    return f"Questions: {len(analysis.results):,}. Videos: {len(videos):,}."


def metrics(analysis: Analysis) -> str:
    """Recall and mIoU of both predictors, the answer and the oracles."""
    videos = [result.video_id for result in analysis.results]
    known = intervals(100.0 * analysis.ious.values, videos)
    by_video: Sequence[list[float] | None] = known or [None] * len(SCORED)
    rows = [
        [head, *(percent(own[c]) for c in COLUMNS), ends(interval), f"{own['n_answered']:g}"]
        for (head, own), interval in zip(head_metrics(analysis.ious).items(), by_video, strict=True)
    ]
    return html_table(["percent", *COLUMNS, "95 % of mIoU (videos)", "answered"], rows)


def ceilings(analysis: Analysis) -> str:
    """What no choice of spans can pass."""
    rows = [[name, percent(value), CEILINGS[name]] for name, value in analysis.ceilings().items()]
    return html_table(["best mIoU possible", "percent", "means"], rows)


def classes(analysis: Analysis) -> str:
    """How often each error class occurs, with its definition."""
    by_head = {head: analysis.class_counts(head) for head in HEADS}
    total = len(analysis.results)
    rows = [
        [kind.value, *(_share(by_head[head].get(kind, 0), total) for head in HEADS), meaning]
        for kind, meaning in DEFINITIONS.items()
        if any(kind in own for own in by_head.values())
    ]
    return html_table(["class", *HEADS, "means"], rows)


def plots(analysis: Analysis, name: str) -> list[str]:
    """SVG of how IoU is spread, of one predictor against the other, and of scores."""
    both = analysis.ious.given[:, 0] & analysis.ious.given[:, 1]
    values = analysis.ious.values[both]
    scatter = scatter_plot(values[:, 0].tolist(), values[:, 1].tolist()) if both.any() else None
    found = [
        iou_plot(name, histograms(analysis.ious)),
        scatter,
        reliability_plot(name, reliabilities(analysis.results, analysis.ious)),
    ]
    return [plot for plot in found if plot is not None]


def comparison(found: Sequence[Comparison]) -> str:
    """How another file, B, differs from this one, A."""
    return html_table(*comparison_table(found))


def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of text."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _share(count: int, total: int) -> str:
    return f"{count} ({100 * count / total:.0f} %)" if count else "-"
