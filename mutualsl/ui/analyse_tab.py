"""The tab `Analyse`: what is right and wrong in predictions, and each question in full."""

from __future__ import annotations

from typing import Any

import gradio as gr

from mutualsl.ui.analyse.files import Exports
from mutualsl.ui.analyse.form import Form
from mutualsl.ui.analyse.handlers import AnalysisDesk
from mutualsl.ui.analyse.turns import AnalysisTurns
from mutualsl.ui.analyse.views import EMPTY, OUTPUTS
from mutualsl.ui.parts import markup
from mutualsl.ui.status import notice

Parts = dict[str, Any]  # component by its name in OUTPUTS

# One object for all clicks: while one is being answered, Gradio keeps the next as the last object
# it was given, and by then that has to name the question clicked last.
_TRIGGER_OPEN = """
const wanted = {};
element.addEventListener('openquestion', (event) => {
  trigger('click', Object.assign(wanted, event.detail));
});
"""
_SHARED = "Everybody who uses this server sees and changes the same notes."
_OWN = (
    "Notes stay with you, and only while this page is open, where opening the same file again "
    "brings them back; export them to keep them."
)


def build(desk: AnalysisDesk, model: gr.Radio) -> None:
    """Lay out the tab and connect it; analyse.css has its look. `model` chooses which one runs."""
    parts: Parts = {"opened": gr.State(None)}
    with gr.Column(elem_id="analyse-panel"):
        _inputs(desk, parts)
    parts["overview"] = markup("analyse-overview")
    parts["table"] = markup("analyse-table", js_on_load=_TRIGGER_OPEN)
    parts["notes"] = markup("analyse-notes")
    with gr.Column(elem_id="analyse-question"):
        parts["detail"] = markup("analyse-detail")
        parts["player"] = markup("analyse-player")
        parts["timeline"] = markup("analyse-timeline")
        _form(desk, parts)
        parts["transcript"] = markup("analyse-transcript")
    with gr.Row(elem_id="analyse-exports", visible=False) as parts["exports"]:
        rows = gr.Button("All questions as CSV", elem_id="save-rows")
        parts["save_predictions"] = gr.Button("Predictions (JSONL)", elem_id="save-predictions")
        corrected = gr.Button("Corrected spans as data (JSONL)", elem_id="save-corrected")
    parts["files"] = markup("analyse-files")
    _connect(desk, parts, model, rows, corrected)


def _inputs(desk: AnalysisDesk, parts: Parts) -> None:
    with gr.Row(elem_id="predictions"):
        for name, label in (("file", "Predictions"), ("other", "Compare with (optional)")):
            parts[name] = gr.File(
                label=label, elem_id=f"predictions-{name}", height=132, min_width=140
            )
    has_data = desk.catalogue is not None
    with gr.Row(elem_id="data", visible=has_data):
        parts["choice"] = gr.Dropdown(
            sorted(desk.catalogue.choices) if desk.catalogue else [],
            value=None,
            label="Or ask a data set's questions: data set / split set / split",
            elem_id="data-choice",
        )
        parts["run"] = gr.Button("Run the checkpoint", variant="primary", elem_id="run")
    parts["cancel"] = gr.Button("Cancel", elem_id="run-cancel", visible=False)
    parts["status"] = markup("analyse-status", notice(EMPTY))


def _form(desk: AnalysisDesk, parts: Parts) -> None:
    with gr.Column(elem_id="note-form", visible=False) as parts["form"]:
        with gr.Row():
            parts["tags"] = gr.Textbox(label="Tags, with commas", elem_id="note-tags", max_lines=1)
            parts["start"] = gr.Textbox(
                label="Corrected start", placeholder="12.5 or 1:05.2", elem_id="note-start"
            )
            parts["end"] = gr.Textbox(
                label="Corrected end", placeholder="31 or 1:20", elem_id="note-end"
            )
        parts["mark"] = gr.Textbox(elem_id="note-mark")  # analyse.css hides it
        parts["note"] = gr.Textbox(label="Note", lines=2, max_lines=6, elem_id="note-text")
        parts["save"] = gr.Button("Save", variant="primary", elem_id="note-save")
        where = f"{_OWN} Notes on a data set: {_SHARED.lower()}" if desk.catalogue else _OWN
        markup("note-where", notice(where))
    parts["said"] = markup("note-said")  # outside the form: it also says why there is none


def _connect(desk: AnalysisDesk, parts: Parts, model: Any, rows: Any, corrected: Any) -> None:
    """Wire events to handlers; new predictions stop whatever runs for the old ones."""
    common: dict[str, Any] = {
        "outputs": [parts[name] for name in OUTPUTS],
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_limit": None,  # whoever works stands in line
    }
    file, other, opened = parts["file"], parts["other"], parts["opened"]
    turns, notebooks = gr.State(AnalysisTurns()), gr.State({})
    typed = [opened, turns, *(parts[name] for name in Form._fields)]
    given = [file, other, opened, notebooks, turns]
    others = [file.upload, file.clear, parts["run"].click]
    gr.on(others, desk.keep, typed, queue=False, api_visibility="private")
    files = gr.on([file.upload, file.clear], desk.open, given, **common)
    gr.on([other.upload, other.clear], desk.compare, [other, opened, turns], **common)
    run = parts["run"].click(desk.run, [parts["choice"], model, other, turns], **common)
    for event in (files, run):
        event.then(desk.arrive, typed, trigger_mode="multiple", **common)
    parts["cancel"].click(AnalysisTurns.supersede, turns, queue=False, api_visibility="private")
    parts["table"].click(desk.show, typed, trigger_mode="always_last", **common)
    parts["save"].click(desk.save, typed, **common)
    exports = Exports(desk.folder)
    rows.click(exports.rows, opened, **common)
    parts["save_predictions"].click(exports.predictions, opened, **common)
    corrected.click(exports.corrected, opened, **common)
