"""The form for the note on a question: which question it is about, and what of it is kept.

A form that is sent may be about a question that is no longer in view, as the page is told of
another one some time after the server has it in view. So it carries a mark that says which.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple

import gradio as gr

from mutualsl.errors import MutualSLError
from mutualsl.ui import status
from mutualsl.ui.analyse.notes import Note, read_note
from mutualsl.ui.analyse.opened import Opened
from mutualsl.ui.analyse.overview import notes


class Form(NamedTuple):
    """What stands in it; `None` everywhere where it is not drawn yet."""

    mark: str | None
    tags: str | None
    note: str | None
    start: str | None
    end: str | None


def with_note(opened: Opened, kept: bool) -> tuple[Opened, dict[str, Any]]:
    """The question in view with its note, and the form to change it; `kept`: another note was.

    There is no form where the note cannot be read, as it would be overwritten.
    """
    try:
        note = opened.notebook.all().get(opened.note_id, Note())
        listed = {"notes": notes(opened)} if kept else {}
    except MutualSLError as error:
        return replace(opened, note=Note()), {**no_form(), "said": status.failed(error)}
    opened = replace(opened, note=note)
    said = status.notice("The note on the last question was saved.") if kept else ""
    return opened, {**_filled(opened), **listed, "said": said}


def _filled(opened: Opened) -> dict[str, Any]:
    """The form of the question in view, with its note."""
    fields = Form(opened.mark, *opened.note.fields())
    return {**fields._asdict(), "form": gr.update(visible=True)}


def no_form() -> dict[str, Any]:
    """None is drawn; what is sent all the same is about no question."""
    return {"mark": "", "form": gr.update(visible=False)}


def corrected(opened: Opened, form: Form) -> dict[str, Any]:
    """What reading the form has changed; nothing where it is not the one of the question in view.

    The rest is left alone: the visitor may have gone on typing.
    """
    now = Form(opened.mark, *opened.note.fields())
    if form.mark != now.mark:
        return {}
    sent, read = form._asdict(), now._asdict()
    return {name: value for name, value in read.items() if value != sent[name]}


def keep(opened: Opened, form: Form) -> Opened | None:
    """Keep what was typed; the predictions with the note as it is then, `None` if as before.

    Raises `MutualSLError` for what cannot be kept.
    """
    about = _about(opened, form)
    if about is None:
        return None
    tags, text, start, end = (str(field) for field in form[1:])
    note = read_note(tags, text, start, end, about.result.duration_second)
    if note == about.note:
        return None
    about.notebook.put(about.note_id, note)
    return replace(opened, note=note) if about is opened else opened


def keep_words(opened: Opened, form: Form) -> Opened | None:
    """As `keep`, but of what cannot be kept, half a span say, the words are.

    The span of before stays beside them.
    """
    with suppress(MutualSLError):
        try:
            return keep(opened, form)
        except MutualSLError:
            if (about := _about(opened, form)) is not None:
                *_, start, end = about.note.fields()
                return keep(opened, form._replace(start=start, end=end))
    return None


def not_saved(error: MutualSLError) -> str:
    """Why what was typed was not kept, as a status line."""
    return status.failed(MutualSLError(f"not saved: {error}"))


def _about(opened: Opened, form: Form) -> Opened | None:
    """With the question in view that a form is about; `None` for a form that says nothing.

    The note of before is what the form was filled with, or what is kept where that is gone.
    """
    place = opened.marked(form.mark)
    if place is None or None in form:
        return None
    if place == opened.place:
        return opened
    about = replace(opened, place=place)
    return replace(about, note=opened.notebook.all().get(about.note_id, Note()))
