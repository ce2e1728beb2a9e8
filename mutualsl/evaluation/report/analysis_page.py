"""The error analysis of a predictions file as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib import resources

from mutualsl.evaluation.analysis import Analysis
from mutualsl.evaluation.compare import Compared
from mutualsl.evaluation.report import overview
from mutualsl.evaluation.report.question_table import question_table

STYLE = "analysis.css"
QUESTIONS_STYLE = "questions.css"
SCRIPT = "analysis.js"


def analysis_page(
    analysis: Analysis,
    name: str,
    compared: Compared | None = None,
    files: tuple[str, str] = ("this file", "the other file"),
) -> str:
    """The whole page; `name` says whose predictions these are.

    B in `compared` are other ones, those of the second of the two `files`.
    """
    parts = [
        f"<h1>Error analysis: {escape(name)}</h1>",
        f"<p>{overview.counts(analysis)}</p>",
        overview.metrics(analysis),
        overview.ceilings(analysis),
        "<h2>What is wrong</h2>",
        overview.classes(analysis),
        "<h2>How it is spread</h2>",
        *overview.plots(analysis, name),
    ]
    if compared is not None:
        parts += [
            "<h2>Beside the other file</h2>",
            f"<p>A: {escape(files[0])}. B: {escape(files[1])}.</p>",
            overview.comparison(compared.heads),
        ]
    changes = compared.changes if compared is not None else None
    parts += ["<h2>Every question</h2>", question_table(analysis, changes)]
    return _document(f"Error analysis: {escape(name)}", parts)


def read_part(name: str) -> str:
    """A style or script of the page; the tab `Analyse` uses some of them too."""
    return (resources.files(__package__) / name).read_text("utf-8")


def _document(title: str, parts: Sequence[str]) -> str:
    style = read_part(STYLE) + read_part(QUESTIONS_STYLE)
    return (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{style}</style></head>\n<body>"
        + "\n".join(parts)
        + f"\n<script>{read_part(SCRIPT)}</script></body>\n</html>\n"
    )
