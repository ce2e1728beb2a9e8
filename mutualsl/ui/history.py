"""The questions asked about this video, each with its answer, to come back to."""

from __future__ import annotations

from collections.abc import Sequence

from mutualsl.answer import Answer
from mutualsl.ui.text import clock_range, escaped


def history(answers: Sequence[Answer], shown: int | None = None) -> str:
    """HTML of all answers, once there are several; `shown` is the one on the page."""
    if len(answers) < 2:
        return ""
    chips = "".join(_chip(place, answer, place == shown) for place, answer in enumerate(answers))
    return (
        '<section class="history" aria-label="Asked so far"><h3>Asked so far</h3>'
        f"<ol>{chips}</ol></section>"
    )


def _chip(place: int, answer: Answer, shown: bool) -> str:
    current = ' aria-current="true"' if shown else ""
    return (
        f'<li><button type="button" class="chip" data-answer="{place}"{current}>'
        f"{escaped(answer.question)}<small>{clock_range(answer.span)}</small></button></li>"
    )
