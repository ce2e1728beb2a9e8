"""What there is to know of each model: a dialog with its numbers and its card."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt

from mutualsl.evaluation.report.page import readme_table
from mutualsl.ui.shelf import Model
from mutualsl.ui.text import escaped, safe_in_template

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def models_dialog(models: Sequence[Model]) -> str:
    """HTML of the dialog; `[data-models]` opens it."""
    entries = "".join(map(_entry, models))
    return (
        f'<dialog id="models" aria-label="Models">{entries}'
        '<form method="dialog"><button>Close</button></form></dialog>'
    )


def weights_line(models: Sequence[Model]) -> str:
    """Which weights answer here, and the button that opens the dialog."""
    if len(models) == 1:
        (model,) = models
        text = f"Weights: {model.name}, trained on {model.about.trained_on}."
        about = "About the model"
    else:
        text = f"Models: {', '.join(model.name for model in models)}."
        about = "About the models"
    return f'{escaped(text)} <button type="button" data-models>{about}</button>'


def _entry(model: Model) -> str:
    facts = (
        ("Parameters", f"{model.about.parameter_count:,}"),
        ("Trained on", model.about.trained_on),
    )
    listed = "".join(f"<dt>{name}</dt><dd>{escaped(fact)}</dd>" for name, fact in facts)
    card = (
        f'<details><summary>Model card</summary><div class="card-text">{_html(model.card)}</div>'
        "</details>"
        if model.card.strip()
        else ""
    )
    return (
        f'<article class="model"><h3>{escaped(model.name)}</h3><dl>{listed}</dl>'
        f'<div class="card-text">{_numbers(model)}</div>{card}</article>'
    )


def _numbers(model: Model) -> str:
    try:
        return _html(readme_table(model.metrics or {}))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
        # None, or not those of a checkpoint.
        return "<p>Not measured yet.</p>"


def _html(markdown: str) -> str:
    """A file's Markdown; tags in it stay text, and nothing is fetched."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return safe_in_template(renderer.render(COMMENT.sub("", markdown)))
