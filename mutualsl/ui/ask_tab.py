"""The tab `Ask`: give a video, ask, see where both predictors place the answer."""

from __future__ import annotations

from typing import Any

import gradio as gr

from mutualsl.ui import cards, status
from mutualsl.ui.changes import Changes
from mutualsl.ui.clip_saving import Clips
from mutualsl.ui.examples import example_cards
from mutualsl.ui.handlers import Desk
from mutualsl.ui.last_file import last_file
from mutualsl.ui.limits import MAX_OFFSET_SECOND
from mutualsl.ui.parts import markup
from mutualsl.ui.player import player
from mutualsl.ui.timeline_view import timeline
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import INPUTS, OUTPUTS
from mutualsl.ui.what_if import GIVEN

Parts = dict[str, Any]  # component by its name in OUTPUTS, and a few that no handler changes

_TRIGGER_EXAMPLE = """
element.addEventListener('click', (event) => {
  const chip = event.target.closest('[data-example]');
  if (chip) trigger('click', {example: chip.dataset.example, question: chip.dataset.question});
});
"""
_TRIGGER_SAVE = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-save]');
  if (button) trigger('click', {start: button.dataset.start, end: button.dataset.end});
});
"""
_TRIGGER_ANSWER = """
element.addEventListener('click', (event) => {
  const chip = event.target.closest('[data-answer]');
  if (chip) trigger('click', {answer: chip.dataset.answer});
  const earlier = event.target.closest('[data-earlier]');
  if (earlier) trigger('select', {earlier: earlier.dataset.earlier});
});
"""

_TRIGGER_LEAVE_OUT = """
element.addEventListener('click', (event) => {
  const line = event.target.closest('.tr-out');
  if (line) trigger('click', {cue: line.dataset.cue});
  if (event.target.closest('[data-bring-back]')) trigger('click', {cue: -1});
});
"""


def build(desk: Desk, clips: Clips) -> gr.Radio:
    """Lay out the tab and connect it; style.css places the parts in a grid by their ids.

    Returns the choice of a model.
    """
    parts: Parts = {"loaded": gr.State(None)}
    with gr.Column(elem_id="panel"):
        _inputs(parts)
        _models(desk, parts)
    parts["player"] = markup("player", player(None, None))
    with gr.Column(elem_id="timeline-frame"):
        parts["timeline"] = markup("timeline", timeline(None))
    parts["results"] = markup("results", cards.results(None), js_on_load=_TRIGGER_SAVE)
    with gr.Column(elem_id="more"):  # what is not always there
        parts["clip"] = markup("clip")
        parts["history"] = markup("history", js_on_load=_TRIGGER_ANSWER)
        parts["transcript"] = markup("transcript", js_on_load=_TRIGGER_LEAVE_OUT)
        parts["evidence"] = markup("evidence")
    examples = _examples(desk)
    _connect(desk, clips, parts, examples)
    choice: gr.Radio = parts["model_choice"]
    return choice


def _examples(desk: Desk) -> gr.HTML | None:
    if not desk.reader.examples:
        return None
    return markup("examples", example_cards(desk.reader.examples), js_on_load=_TRIGGER_EXAMPLE)


def _models(desk: Desk, parts: Parts) -> None:
    """Which model answers; there is nothing to choose where there is one."""
    names = desk.shelf.names
    parts["model"] = gr.State(names[0])
    parts["model_choice"] = gr.Radio(
        names, value=names[0], label="Model", elem_id="model-choice", visible=len(names) > 1
    )


def _inputs(parts: Parts) -> None:
    with gr.Row(elem_id="files"):
        parts["video_file"] = last_file("Video", "video-file")
        parts["subtitle_file"] = last_file("Subtitles", "subtitle-file")
    with gr.Row(elem_id="status-line"):
        parts["status"] = markup("status", status.notice())
        parts["cancel"] = gr.Button("Cancel", elem_id="cancel")  # seen while something runs
    parts["question"] = gr.Textbox(
        label="Question, or several (Shift + Enter begins the next)",
        placeholder="How do I …?",
        elem_id="question",
        lines=1,
        max_lines=4,
        autofocus=True,
    )
    parts["ask"] = gr.Button("Ask", variant="primary", elem_id="ask")
    parts["offset"] = gr.Slider(
        -MAX_OFFSET_SECOND,
        MAX_OFFSET_SECOND,
        0.0,
        step=0.1,
        label="Subtitles later by (seconds)",
        elem_id="offset",
        visible=False,
    )
    parts["given"] = gr.Radio(
        list(GIVEN), value=GIVEN[0], label="Ask with", elem_id="given", visible=False
    )
    parts["track"] = gr.Dropdown(
        [], label="Subtitle track inside the video", elem_id="track", visible=False
    )


def _connect(desk: Desk, clips: Clips, parts: Parts, examples: gr.HTML | None) -> None:
    """Wire events to handlers; whatever starts a new video stops what is running for the old."""
    common: dict[str, Any] = {
        "outputs": [parts[name] for name in OUTPUTS],
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_limit": None,  # whoever works stands in the machine's line
        "trigger_mode": "multiple",  # turns decide what goes on, not what came first
    }
    video, subtitles = files = [parts["video_file"], parts["subtitle_file"]]
    question, loaded, choice = parts["question"], parts["loaded"], parts["model_choice"]
    writing = {**common, "outputs": [parts[name] for name in (*OUTPUTS, *INPUTS)]}
    turns, changes = gr.State(Turns()), Changes(desk.shelf)

    at_once: dict[str, Any] = {
        "queue": False,
        "api_visibility": "private",
        "trigger_mode": "multiple",
    }

    def settle(event: Any, with_files: bool = False) -> None:
        """Put right what several events have said; files that came meanwhile are read."""
        settled = event.then(desk.settle, [loaded, turns], **common)
        drawn = settled.then(Turns.drawn, turns, **at_once)
        if with_files:
            drawn.then(desk.load_late, [*files, loaded, choice, turns], **common)

    def start(
        triggers: list[Any], handler: Any, inputs: list[Any], how: dict[str, Any] = common
    ) -> Any:
        """Stop what is running, also while the queue is full, and begin something new."""
        gr.on(triggers, Turns.supersede, turns, **at_once)
        return gr.on(triggers, handler, [*inputs, turns], **how)

    asked = [question, loaded, *files, choice, turns]
    asking = gr.on([parts["ask"].click, question.submit], desk.ask, asked, **common)
    settle(asking, with_files=True)
    files_given = [each for file in files for each in (file.upload, file.clear)]
    changed = start(files_given, desk.load, [*files, loaded, choice])
    gr.on(files_given, desk.clear_unused, files, subtitles, **at_once)
    changed_again = start([parts["history"].select], changes.bring_back, [loaded], writing)
    what_ifs = (
        start([parts["offset"].release], changes.shift, [parts["offset"], loaded]),
        start([parts["given"].input], changes.give, [parts["given"], loaded]),
        start([parts["track"].input], changes.choose_track, [parts["track"], loaded]),
        start([parts["transcript"].click], changes.leave_out, [loaded]),
    )
    for new_input in (changed_again, *what_ifs):
        settle(new_input.then(desk.ask_again, [loaded, turns], **common))
    settle(changed.then(desk.ask_again, [loaded, turns], **common), with_files=True)
    if examples is not None:
        tried = start([examples.click], desk.try_example, [loaded, choice], writing)
        settle(tried, with_files=True)
    chosen = start([choice.input], desk.switch, [choice, parts["model"], loaded, *files])
    settle(chosen, with_files=True)
    parts["cancel"].click(desk.stop, [loaded, turns], **common)
    parts["results"].click(clips.save, [loaded, turns], **common)
    parts["history"].click(desk.show_again, [loaded, turns], **writing)
