"""What happens when a visitor does something: thin, and without any state of their own.

Everything of a visitor lives in `gr.State` and comes in as an argument. Handlers yield one value
for each part of the page, made by `view`, so each says only what it changes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from mutualsl.ui import limits, status
from mutualsl.ui.parts import View
from mutualsl.ui.reader import Reader, files_of, is_copy
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.switching import switched
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import (
    Loaded,
    as_it_is,
    emptied,
    filled,
    filling,
    shown,
    unlocked,
    view,
    what_ifs,
)
from mutualsl.ui.watching import Steps
from mutualsl.ui.work import Work, refused


@dataclass(frozen=True, slots=True)
class Desk:
    """What all visitors share: the models, and the reader of files."""

    shelf: Shelf
    reader: Reader

    @property
    def work(self) -> Work:
        """Reading files and answering questions."""
        return Work(self.shelf, self.reader)

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
        yield from self._load(video, subtitles, before, model, turns)

    def load_late(
        self,
        video: str | None,
        subtitles: str | None,
        before: Loaded | None,
        model: str,
        turns: Turns,
    ) -> Iterator[View]:
        """All events have ended: read the files shown where the last event knew of others.

        A file taken away and another one given are two events, which may arrive in any order.
        """
        used, known = self.reader.used, turns.files
        if not turns.quiet or known is None or used(*known) == used(video, subtitles):
            yield view()
            return
        loaded = yield from self._load(video, subtitles, before, model, turns)
        if loaded is not None and turns.waiting is not None:
            yield from self.work.answer(loaded, turns.waiting, turns)

    def _load(
        self,
        video: str | None,
        subtitles: str | None,
        before: Loaded | None,
        model: str,
        turns: Turns,
    ) -> Steps[Loaded | None]:
        turns.files, turns.example = (video, subtitles), None
        if video is None and subtitles is None:
            turns.stop(status.notice())
            turns.asked = None
            yield view(**emptied(), status=turns.stopped, ask=unlocked())
            return None
        if before is not None and before.encoded.path not in (None, video and Path(video)):
            turns.asked = None
        return (yield from turns.read(self.work.load(video, subtitles, model), turns.asked))

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
        if turns.example is not None and (video is None or not is_copy(video, turns.example)):
            yield view()  # asked on a page without the example: before it was clicked
            return
        problem = refused(question)
        if problem is not None:  # what was asked before stays what is asked again
            turns.stopped, turns.refused = None, problem
            yield view(status=problem)
            return
        turns.asked = question
        if turns.reading:
            turns.wait(question)
            yield view()
        elif loaded is not None:
            yield from self.work.answer(loaded, question, turns)
        elif video is None and subtitles is None:
            turns.wait(question)
            text = "Load a video first; your question is kept and answered then."
            yield view(status=status.notice(text))
        else:
            turns.files = (video, subtitles)
            yield from self.work.load_and_answer(video, subtitles, question, model, turns)

    def ask_again(self, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """Answer the question that waited for its video, or for a change of it."""
        waiting = turns.waiting
        if loaded is None or waiting is None or turns.reading or turns.stopped is not None:
            yield view()
            return
        yield from self.work.answer(loaded, waiting, turns)

    def settle(self, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """What an event has said is on the page: put right what several have said at once.

        A question whose video came in just when it was asked still waits; it is answered. Why one
        was refused is said again: what ran has said other things since.
        """
        changes: dict[str, Any] = {}
        if turns.settle():
            changes = emptied() if loaded is None else as_it_is(loaded, turns.differ)
            changes["ask"] = unlocked()
        if turns.stopped is not None:
            changes |= {"status": turns.stopped, "ask": unlocked()}
        elif loaded is not None and turns.refused is not None:
            changes["status"] = turns.refused
        yield view(**changes)
        wanted = turns.model if turns.quiet and not turns.reading else None
        if loaded is not None and wanted == loaded.model:
            wanted = turns.model = None
        if loaded is not None and wanted is not None:  # something came in just when it was chosen
            yield from switched(self.work, wanted, loaded.model, loaded, turns)
        elif loaded is not None and (waiting := turns.late) is not None:
            yield from self.work.answer(loaded, waiting, turns, turns.refused)

    def try_example(
        self, event: gr.EventData, loaded: Loaded | None, model: str, turns: Turns
    ) -> Iterator[View]:
        """An example's question was clicked: load its video unless it is the one shown, and ask."""
        turns.begin()
        example = self.reader.examples[int(event.example)]
        question = example.questions[int(event.question)]
        inputs: dict[str, Any] = {"question": question}
        if loaded is not None and loaded.encoded.path == example.video:
            steps = self.work.answer(loaded, question, turns)
        else:
            video, subtitles = files_of(example)
            turns.files, turns.example = None, example.video
            inputs |= {"video_file": video, "subtitle_file": subtitles}
            steps = self.work.load_and_answer(video, subtitles, question, model, turns)
        try:
            yield from filling(steps, **inputs)
        finally:
            turns.example = None

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
        yield from switched(self.work, wanted, model, loaded, turns, video, subtitles)

    def clear_unused(self, video: str | None, subtitles: str | None) -> Any:
        """Empty the box of a subtitle file that is not used."""
        return gr.skip() if self.reader.used(video, subtitles) == (video, subtitles) else None

    def stop(self, loaded: Loaded | None, turns: Turns) -> View:
        """Cancel was pressed; what runs ends first, so that it cannot write over this."""
        turns.stop(status.stopped(reading=loaded is None))
        deadline = time.monotonic() + limits.STOP_SECOND
        while turns.busy and time.monotonic() < deadline:
            time.sleep(0.02)
        changes = {} if loaded is None else {"model_choice": loaded.model, **what_ifs(loaded)}
        return view(status=turns.stopped, ask=unlocked(), **changes)

    def show_again(
        self, event: gr.EventData, loaded: Loaded | None, turns: Turns
    ) -> Iterator[View]:
        """An earlier answer was clicked; what is changed from now on is asked of its question."""
        place = int(event.answer)
        if loaded is not None and 0 <= place < len(loaded.answers):
            question = loaded.answers[place].question
            if turns.waiting is None:  # else the answer on its way is shown next
                turns.asked = question
            yield filled(view(clip="", **shown(loaded, place)), question=question)
        yield filled(view())  # not the question once more: the visitor may be writing another
