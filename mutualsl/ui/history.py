"""The questions asked about this video, each with its answer, to come back to."""

from __future__ import annotations

from collections.abc import Sequence

from mutualsl.answer import Answer
from mutualsl.ui.text import clock_range, escaped


def history(answers: Sequence[Answer], shown: int | None = None) -> str:
    """HTML of all answers, once there are several; `shown` is the one on the page.

    Each says which model gave it where not all are of the same.
    """
    if len(answers) < 2:
        return ""
    names = [_model(answer) for answer in answers]
    several = len(set(names)) > 1
    chips = "".join(
        _chip(place, answer, place == shown, name if several else "")
        for place, (answer, name) in enumerate(zip(answers, names, strict=True))
    )
    return (
        '<section class="history" aria-label="Asked so far"><h3>Asked so far</h3>'
        f"<ol>{chips}</ol></section>"
    )


def _model(answer: Answer) -> str:
    return str((answer.model or {}).get("name", ""))


def _chip(place: int, answer: Answer, shown: bool, model: str) -> str:
    current = ' aria-current="true"' if shown else ""
    by = f" · {escaped(model)}" if model else ""
    return (
        f'<li><button type="button" class="chip" data-answer="{place}"{current}>'
        f"{escaped(answer.question)}<small>{clock_range(answer.span)}{by}</small></button></li>"
    )
