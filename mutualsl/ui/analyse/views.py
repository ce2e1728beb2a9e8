"""What the tab shows: one value for each of its parts, whatever has happened."""

from __future__ import annotations

from typing import Any

import gradio as gr

from mutualsl.errors import MutualSLError
from mutualsl.spans import Span
from mutualsl.ui.analyse.detail import axis, detail
from mutualsl.ui.analyse.form import Form, no_form
from mutualsl.ui.analyse.opened import Opened
from mutualsl.ui.analyse.overview import notes, overview, table
from mutualsl.ui.parts import View, values
from mutualsl.ui.player import player
from mutualsl.ui.status import notice
from mutualsl.ui.transcript_view import marked_transcript

OUTPUTS = (
    *("status", "opened", "overview", "table", "notes", "detail", "player", "timeline"),
    *("transcript", "form", *Form._fields, "said", "exports", "save_predictions", "files"),
    *("run", "cancel", "file"),
)
EMPTY = "Give a predictions.jsonl: the command mutualsl evaluate writes it."


def view(**changes: Any) -> View:
    """One value for each output; those that are not named stay as they are."""
    return values(OUTPUTS, changes)


def busy() -> dict[str, Any]:
    """Long work runs."""
    return {"run": gr.update(interactive=False), "cancel": gr.update(visible=True)}


def idle() -> dict[str, Any]:
    """No long work runs."""
    return {"run": gr.update(interactive=True), "cancel": gr.update(visible=False)}


def emptied() -> dict[str, Any]:
    """Nothing is open."""
    texts = ("overview", "table", "notes", *_QUESTION, "files")
    return {
        **dict.fromkeys(texts, ""),
        "status": notice(EMPTY),
        "opened": None,
        **no_form(),
        "exports": gr.update(visible=False),
    }


def opened_anew(opened: Opened) -> dict[str, Any]:
    """Predictions of which no question is in view yet; `noted` adds what is said of them."""
    return {
        **compared(opened),
        **dict.fromkeys(("notes", *_QUESTION, "files"), ""),
        **no_form(),
        "exports": gr.update(visible=True),
        "save_predictions": gr.update(visible=opened.source is not None),
        **({} if opened.source is None else {"file": None}),  # what it had is no longer open
    }


def noted(opened: Opened) -> dict[str, Any]:
    """The notes on predictions that were opened anew; why there are none, if they cannot be read.

    The predictions took long, and are of use without them.
    """
    try:
        return {"notes": notes(opened)}
    except MutualSLError as error:
        said = f"{what_is_open(opened)} {_NEXT} Its notes are not shown: {error}."
        return {"notes": "", "status": notice(said)}


def what_is_open(opened: Opened) -> str:
    """Whose predictions they are, and why they are not compared where that failed."""
    by = f", answered by {opened.source.model}" if opened.source else ""
    apart = f" It is not compared: {opened.apart.rstrip('.')}." if opened.apart else ""
    return f"{opened.name} is open{by}.{apart}"


def compared(opened: Opened) -> dict[str, Any]:
    """The same predictions beside another file, or alone again; the form is left alone."""
    changes = {
        "status": notice(f"{what_is_open(opened)} {_NEXT}"),
        "opened": opened,
        "overview": overview(opened),
        "table": table(opened),
    }
    return changes | in_view(opened)


def in_view(opened: Opened) -> dict[str, Any]:
    """What is said of the question in view; nothing where none is."""
    return {} if opened.place is None else {"detail": detail(opened), "timeline": axis(opened)}


def question(opened: Opened) -> dict[str, Any]:
    """The question in view, without its note."""
    spans: dict[str, Span] = {"gold": opened.result.gold}
    heads = {"visual": opened.result.visual, "textual": opened.result.textual}
    spans |= {head: found.span for head, found in heads.items() if found is not None}
    playing = opened.encoded is not None and opened.playing is not None
    return {
        "opened": opened,
        "detail": detail(opened),
        "player": player(opened.encoded, opened.playing) if playing else "",
        "timeline": axis(opened),
        "transcript": marked_transcript(opened.encoded, spans),
    }


_NEXT = "Click a question to see it in full."
_QUESTION = ("detail", "player", "timeline", "transcript", "said")
