"""The questions asked about this video, each with its answer, to come back to."""

from __future__ import annotations

from collections.abc import Sequence

from mutualsl.answer import Answer
from mutualsl.spans import clock_range
from mutualsl.ui.text import escaped
from mutualsl.ui.what_if import Asked

UNCHANGED = "as the files are"


def history(
    answers: Sequence[Answer],
    earlier: Sequence[Asked] = (),
    shown: int | None = None,
    changed: str = "",
) -> str:
    """HTML of all answers, once there are several; `shown` is the one on the page.

    Each says which model gave it where not all are of the same. Those of before a change come last
    and say what was changed then, as the others do with `changed`; one of another text
    track is not listed.
    """
    before = [
        (place, answer, what_if.said() or UNCHANGED)
        for place, (answer, what_if) in enumerate(earlier)
        if what_if is not None
    ]
    if len(answers) + len(before) < 2:
        return ""
    names = {_model(answer) for answer in (*answers, *(answer for _, answer, _ in before))}
    several = len(names) > 1
    chips = [
        _chip(answer, f'data-answer="{place}"', several, changed, place == shown)
        for place, answer in enumerate(answers)
    ]
    chips += [
        _chip(answer, f'data-earlier="{place}"', several, then) for place, answer, then in before
    ]
    return (
        '<section class="history" aria-label="Asked so far"><h3>Asked so far</h3>'
        f"<ol>{''.join(chips)}</ol></section>"
    )


def _model(answer: Answer) -> str:
    return str((answer.model or {}).get("name", ""))


def _chip(
    answer: Answer, place: str, several_models: bool, changed: str, current: bool = False
) -> str:
    about = [clock_range(answer.span), _model(answer) if several_models else "", changed]
    marked = ' aria-current="true"' if current else ""
    return (
        f'<li><button type="button" class="chip" dir="auto" {place}{marked}>'
        f"{escaped(answer.question)}"
        f' <small dir="ltr">{escaped(" · ".join(filter(None, about)))}</small></button></li>'
    )
