"""What happens in the tab `Analyse`: thin, and without any state of a visitor.

Everything of a visitor lives in `gr.State` and comes in as an argument; only notes on data below
`--data-root` are kept on the server, for all its visitors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from mutualsl.errors import MutualSLError
from mutualsl.ui import status
from mutualsl.ui.analyse.catalogue import Catalogue
from mutualsl.ui.analyse.files import made_file, write_corrected, write_predictions, write_rows
from mutualsl.ui.analyse.in_view import come_into_view, latest
from mutualsl.ui.analyse.notebook import SessionNotes
from mutualsl.ui.analyse.notes import Note, read_note
from mutualsl.ui.analyse.opened import Opened, open_file, run
from mutualsl.ui.analyse.overview import notes
from mutualsl.ui.analyse.views import (
    EMPTY,
    busy,
    compared,
    emptied,
    filled_form,
    idle,
    in_view,
    opened_anew,
    view,
)
from mutualsl.ui.line import MACHINE, RUNS, Line
from mutualsl.ui.parts import View
from mutualsl.ui.progress import Report
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.turns import Turns
from mutualsl.ui.watching import Steps, watched

BOTH = "Give Predictions too: the file to compare with is shown beside them."
STOPPED = "Stopped. What had been answered so far was not kept."


@dataclass(frozen=True, slots=True)
class AnalysisDesk:
    """What all visitors share: the models, the data sets if there are any, and made files."""

    shelf: Shelf
    catalogue: Catalogue | None
    folder: Path

    def open(
        self,
        file: str | None,
        other: str | None,
        opened: Opened | None,
        notebooks: dict[str, SessionNotes],
        turns: Turns,
    ) -> Iterator[View]:
        """A predictions file was given or taken away."""
        turns.other = other
        if file is not None:

            def made(report: Report) -> Opened:
                return open_file(file, other, notebooks, report)

            yield from self._open(turns, made, "predictions", file)
        elif opened is None or opened.source is None:
            turns.supersede()
            turns.latest = None
            yield view(**emptied(), **idle())

    def run(self, name: str | None, model: str, other: str | None, turns: Turns) -> Iterator[View]:
        """A model is to answer every question of a split."""
        turns.other = other
        catalogue = self.catalogue
        if catalogue is None:
            yield view(status=status.notice("This server has no data sets; give a file."))
            return
        if not name:
            yield view(status=status.notice("Choose a data set first."))
            return

        def made(report: Report) -> Opened:
            choice, localizer = catalogue.find(name), self.shelf.get(model)
            return run(localizer, model, choice, catalogue.root, other, report)

        yield from self._open(turns, made, "evaluate", str(catalogue.root), line=RUNS)

    def compare(self, other: str | None, opened: Opened | None, turns: Turns) -> Iterator[View]:
        """A second file was given or taken away; what is being opened is compared with it then."""
        turns.other = other
        if turns.opening:
            yield view()
            return
        if opened is None:
            text = EMPTY if other is None else BOTH
            yield view(status=status.notice(text))
            return

        def beside(report: Report) -> dict[str, Any]:
            return compared(replace(opened.beside(other, report), place=None))

        changes = yield from turns.read(watched(beside, "predictions", other, view=view))
        if changes is None:
            return
        found, now = changes["opened"], latest(turns, opened)  # another question may be in view
        turns.latest = now = replace(now, compared=found.compared, apart=found.apart)
        yield view(**(changes | {"opened": now} | in_view(now)))

    def show(
        self,
        event: gr.EventData,
        opened: Opened | None,
        tags: str,
        text: str,
        start: str,
        end: str,
        turns: Turns,
    ) -> Iterator[View]:
        """A question was clicked, or stepped to; what was typed so far is kept first."""
        place = int(event.place)
        opened = latest(turns, opened) if opened is not None else None
        if opened is None or not 0 <= place < len(opened.analysis.results):
            yield view()
            return
        try:
            kept = _keep(opened, (tags, text, start, end))
            shown = replace(opened, place=place)
            note = opened.notebook.all().get(shown.note_id, Note())
            changes = {} if kept is None else {"notes": notes(opened)}
        except MutualSLError as error:
            yield view(said=_refused(error))
            return
        said = status.notice("The note on the last question was saved.") if changes else ""
        shown = replace(shown, note=note)
        changes |= {"said": said, **filled_form(note)}
        steps = come_into_view(self.shelf, self.folder, opened, shown, changes, turns)
        yield from turns.answer(steps)

    def keep(self, opened: Opened | None, tags: str, text: str, start: str, end: str) -> None:
        """Other predictions are on their way: what was typed so far is kept first.

        Of what cannot be kept, half a span say, the words are, beside the span of before.
        """
        if opened is None:
            return
        *_, start_before, end_before = opened.note.fields()
        for edges in ((start, end), (start_before, end_before)):
            with suppress(MutualSLError):
                _keep(opened, (tags, text, *edges))
                return

    def save(
        self, opened: Opened | None, tags: str, text: str, start: str, end: str, turns: Turns
    ) -> View:
        """The form is to be kept."""
        opened = latest(turns, opened) if opened is not None else None
        if opened is None or opened.place is None:
            return view(said=status.notice("Open a question first."))
        try:
            kept = _keep(opened, (tags, text, start, end))
            listed = notes(opened)
        except MutualSLError as error:
            return view(said=_refused(error))
        note = opened.note if kept is None else kept
        turns.latest = opened = replace(opened, note=note)
        return view(
            **filled_form(note),
            **in_view(opened),
            opened=opened,
            notes=listed,
            said=status.notice("Saved."),
        )

    def save_rows(self, opened: Opened | None) -> View:
        """All rows are wanted as CSV."""
        return made_file(self.folder, opened, "questions.csv", write_rows)

    def save_predictions(self, opened: Opened | None) -> View:
        """What a run answered is wanted."""
        return made_file(self.folder, opened, "predictions.jsonl", write_predictions)

    def save_corrected(self, opened: Opened | None) -> View:
        """The corrected spans are wanted as data."""
        return made_file(self.folder, opened, "corrected.jsonl", write_corrected)

    def _open(
        self,
        turns: Turns,
        make: Callable[[Report], Opened],
        stage: str,
        path: str,
        line: Line = MACHINE,
    ) -> Iterator[View]:
        """Long work that ends with new predictions; the page says so when it was stopped."""
        ended, other = False, turns.other

        def steps() -> Steps[dict[str, Any] | None]:
            nonlocal ended
            found = yield from watched(
                lambda report: opened_anew(make(report)), stage, path, other, view=view, line=line
            )
            ended = True
            return found

        turns.opening += 1
        try:
            yield view(**busy())
            changes = yield from turns.read(steps())
        finally:
            turns.opening -= 1
        if changes is not None:
            turns.supersede()  # what comes into view is of the predictions before
            turns.latest = changes["opened"]
            yield view(**changes, **idle())
            if turns.other != other:  # given or taken away meanwhile
                yield from self.compare(turns.other, changes["opened"], turns)
        elif ended:
            yield view(**idle())
        elif not turns.reading:
            yield view(status=status.notice(STOPPED), **idle())
        stays = turns.latest if changes is None and not turns.opening else None
        if stays is not None and turns.other != other:
            yield from self.compare(turns.other, stays, turns)


def _keep(opened: Opened, form: tuple[str | None, ...]) -> Note | None:
    """Keep what was typed about the question in view; `None` where nothing has changed.

    Raises `MutualSLError` for what cannot be kept.
    """
    tags, text, start, end = form
    if opened.place is None or tags is None or text is None or start is None or end is None:
        return None  # no question is in view, or its form is not drawn yet
    note = read_note(tags, text, start, end, opened.result.duration_second)
    if note == opened.note:
        return None
    opened.notebook.put(opened.note_id, note)
    return note


def _refused(error: MutualSLError) -> str:
    return status.failed(MutualSLError(f"not saved: {error}"))
