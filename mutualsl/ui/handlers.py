"""What happens when a visitor does something: thin, and without any state of their own.

Everything of a visitor lives in `gr.State` and comes in as an argument. Handlers yield one value
for each part of the page, made by `view`, so each says only what it changes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import gradio as gr

from mutualsl.answer import Answer
from mutualsl.errors import QuestionError
from mutualsl.spans import Span
from mutualsl.ui import limits, status
from mutualsl.ui.examples import DemoVideo, known_answers
from mutualsl.ui.loading import prepare
from mutualsl.ui.made_files import new_file
from mutualsl.ui.parts import View
from mutualsl.ui.player import save_link
from mutualsl.ui.progress import Report
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.switching import switch_model
from mutualsl.ui.text import clock
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import (
    Loaded,
    as_it_is,
    emptied,
    locked,
    ready,
    shown,
    unasked,
    unlocked,
    view,
)
from mutualsl.ui.watching import Steps, watched
from mutualsl.video import export_clip


@dataclass(frozen=True, slots=True)
class Desk:
    """What all visitors share: the models, the examples, and a folder for files that are made."""

    shelf: Shelf
    examples: tuple[DemoVideo, ...]
    folder: Path

    def load(
        self,
        video: str | None,
        subtitles: str | None,
        before: Loaded | None,
        model: str,
        turns: Turns,
    ) -> Iterator[View]:
        """A file was given or taken away: read what is there now.

        A question that was asked is asked again, unless it was about another video.
        """
        turns.begin()
        if video is None and subtitles is None:
            turns.stop()
            turns.asked = False
            yield view(**emptied(), status=status.notice(), ask=unlocked())
            return
        if before is not None and before.encoded.path not in (None, video and Path(video)):
            turns.asked = False
        yield from turns.read(self._load(video, subtitles, model))

    def ask(
        self,
        question: str,
        loaded: Loaded | None,
        video: str | None,
        subtitles: str | None,
        model: str,
        turns: Turns,
    ) -> Iterator[View]:
        """A question was asked; it waits if its video is still on the way."""
        turns.begin()
        nothing = loaded is None and video is None and subtitles is None
        turns.asked = bool(question.strip()) or not nothing
        if turns.reading:
            turns.wait(question)
            yield view()
        elif loaded is not None:
            yield from self._ask_now(loaded, question, turns)
        elif nothing:
            turns.wait(question)
            text = "Load a video first; your question is kept and answered then."
            yield view(status=status.notice(text))
        else:
            yield from self._load_and_answer(video, subtitles, question, model, turns)

    def ask_again(self, question: str, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """Answer the question that waited for its video, or for a change of it."""
        if loaded is None or not turns.asked or turns.reading or turns.stopped:
            yield view()
            return
        change_failed = bool(loaded.answers) and turns.waiting is None  # its reason is shown
        yield from [view()] if change_failed else self._ask_now(loaded, question, turns)

    def settle(self, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """What an event has said is on the page: put right what several have said at once.

        A question whose video came in just when it was asked still waits; it is answered.
        """
        changes = {}
        if turns.settle():
            changes = {"ask": unlocked(), **(emptied() if loaded is None else as_it_is(loaded))}
        yield view(**changes)
        if loaded is not None and (waiting := turns.late) is not None:
            yield from self._ask_now(loaded, waiting, turns)

    def try_example(
        self, event: gr.EventData, loaded: Loaded | None, model: str, turns: Turns
    ) -> Iterator[View]:
        """An example's question was clicked: load its video unless it is the one shown, and ask."""
        turns.begin()
        example = self.examples[int(event.example)]
        question = example.questions[int(event.question)]
        if loaded is not None and loaded.encoded.path == example.video:
            yield view(question=question)
            yield from self._ask_now(loaded, question, turns)
            return
        video = str(example.video)
        subtitles = str(example.subtitles) if example.subtitles else None
        yield view(
            video_file=video,
            subtitle_file=subtitles,
            question=question,
            ask=locked(),
        )
        yield from self._load_and_answer(video, subtitles, question, model, turns)

    def switch(
        self,
        wanted: str,
        model: str,
        loaded: Loaded | None,
        video: str | None,
        subtitles: str | None,
        turns: Turns,
    ) -> Iterator[View]:
        """Another model was chosen: what was asked last is asked again, beside the old answer.

        Where that model cannot be used, what was on its way goes on with the one there was.
        """
        turns.begin()
        taken = yield from turns.read(
            switch_model(self.shelf, wanted, model, loaded), turns.waiting
        )
        if taken is None:
            return
        used, again, problem = taken
        waiting = turns.waiting
        if again is not None:
            if not waiting and problem is None and again.answers:
                waiting = again.answers[-1].question
            if waiting:
                yield from self._ask_now(again, waiting, turns, problem)
        elif waiting:
            yield from self._load_and_answer(video, subtitles, waiting, used, turns, problem)
        elif video is not None or subtitles is not None:
            there = yield from turns.read(self._load(video, subtitles, used))
            if there is not None and problem is not None:
                yield view(status=problem)

    def stop(self, loaded: Loaded | None, turns: Turns) -> View:
        """Cancel was pressed; what runs ends first, so that it cannot write over this."""
        turns.stop()
        deadline = time.monotonic() + limits.STOP_SECOND
        while turns.busy and time.monotonic() < deadline:
            time.sleep(0.02)
        changes = {} if loaded is None else {"model_choice": loaded.model}
        return view(status=status.stopped(reading=loaded is None), ask=unlocked(), **changes)

    def show_again(self, event: gr.EventData, loaded: Loaded | None) -> Iterator[View]:
        """An earlier answer was clicked."""
        place = int(event.answer)
        if loaded is not None and 0 <= place < len(loaded.answers):
            question = loaded.answers[place].question
            yield view(question=question, clip="", **shown(loaded, place))
        else:
            yield view()

    def save_clip(self, event: gr.EventData, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """Cut a span out of the visitor's video, frame-accurately, and offer it as a file."""
        if loaded is None or loaded.encoded.path is None:
            yield view(status=status.notice("Load a video first."))
            return
        span = Span(float(event.start), float(event.end))
        yield from turns.beside(self._save_clip(loaded, loaded.encoded.path, span))

    def _save_clip(self, loaded: Loaded, source: Path, span: Span) -> Steps[None]:
        times = "-".join(clock(second).replace(":", "m", 1).replace(":", "m") for second in span)
        name = f"{Path(loaded.encoded.name).stem} {times}s.mp4"

        def cut(report: Report) -> Path:
            out = new_file(self.folder, name)
            return export_clip(source, span, out, lambda fraction: report("clip", fraction))

        made = yield from watched(cut, "clip", str(source))
        if made is not None:
            yield view(status=ready(loaded), clip=save_link(made))

    def _load(self, video: str | None, subtitles: str | None, model: str) -> Steps[Loaded | None]:
        yield view(**emptied(), ask=locked())
        work = partial(prepare, self.shelf, self.folder, model, video, subtitles)
        loaded = yield from watched(work, "video", video, subtitles)
        if loaded is None:
            yield view(ask=unlocked())
        else:
            loaded = replace(loaded, gold=known_answers(self.examples, loaded.encoded.path))
            yield view(**unasked(loaded), ask=unlocked(), model=model)
        return loaded

    def _load_and_answer(
        self,
        video: str | None,
        subtitles: str | None,
        question: str,
        model: str,
        turns: Turns,
        problem: str | None = None,
    ) -> Steps[None]:
        loaded = yield from turns.read(self._load(video, subtitles, model), question)
        if loaded is not None:
            yield from self._ask_now(loaded, turns.waiting or question, turns, problem)

    def _ask_now(
        self, loaded: Loaded, question: str, turns: Turns, problem: str | None = None
    ) -> Steps[None]:
        yield from turns.answer(self._answer(loaded, question, problem), question)

    def _answer(self, loaded: Loaded, question: str, problem: str | None) -> Steps[None]:
        """Each line of `question` is one; the last answer stays on the page.

        `problem` is a status line of before, which the visitor has yet to read.
        """
        lines = [line for line in question.splitlines() if line.strip()]
        if len(lines) > limits.MAX_QUESTIONS:
            text = f"these are {len(lines)} questions; ask at most {limits.MAX_QUESTIONS} at once"
            yield view(status=status.failed(QuestionError(text)), ask=unlocked())
            return
        yield view(ask=locked(), clip="")
        for line in lines or [question]:
            answer = yield from watched(partial(self._ask, loaded, line), "question")
            if answer is None:
                problem = None
                break
            answers = (*loaded.answers, answer)[-limits.MAX_HISTORY :]
            loaded = replace(loaded, answers=answers)
            yield view(loaded=loaded, **shown(loaded, len(answers) - 1))
        yield view(ask=unlocked())
        if problem is not None:
            yield view(status=problem)

    def _ask(self, loaded: Loaded, question: str, report: Report) -> Answer:
        return self.shelf.get(loaded.model).ask(loaded.encoded, question)
