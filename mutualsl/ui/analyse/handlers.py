"""What happens in the tab `Analyse`: thin, and without any state of a visitor.

Everything of a visitor lives in `gr.State` and comes in as an argument; only notes on data below
`--data-root` are kept on the server, for all its visitors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from mutualsl.errors import MutualSLError
from mutualsl.ui import status
from mutualsl.ui.analyse.catalogue import Catalogue
from mutualsl.ui.analyse.form import Form, corrected, keep, keep_words, not_saved, with_note
from mutualsl.ui.analyse.in_view import come_into_view, latest
from mutualsl.ui.analyse.notebook import SessionNotes
from mutualsl.ui.analyse.opened import Opened, open_file, run
from mutualsl.ui.analyse.overview import notes
from mutualsl.ui.analyse.turns import AnalysisTurns
from mutualsl.ui.analyse.views import (
    EMPTY,
    busy,
    compared,
    emptied,
    idle,
    in_view,
    noted,
    opened_anew,
    view,
)
from mutualsl.ui.line import MACHINE, RUNS, Line
from mutualsl.ui.parts import View
from mutualsl.ui.progress import Report
from mutualsl.ui.shelf import Shelf
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
        turns: AnalysisTurns,
    ) -> Iterator[View]:
        """A predictions file was given or taken away."""
        turns.other = other
        if file is not None:

            def made(report: Report) -> Opened:
                return open_file(file, other, notebooks, report)

            yield from self._open(turns, made, "predictions", file)
        elif opened is None or opened.source is None:
            turns.supersede()
            turns.arrived = (emptied(), other)
            yield view()

    def run(
        self, name: str | None, model: str, other: str | None, turns: AnalysisTurns
    ) -> Iterator[View]:
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

    def compare(
        self, other: str | None, opened: Opened | None, turns: AnalysisTurns
    ) -> Iterator[View]:
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
        turns: AnalysisTurns,
        *fields: str | None,
    ) -> Iterator[View]:
        """A question was clicked, or stepped to; what was typed so far is kept first."""
        place = int(event.place)
        opened = latest(turns, opened) if opened is not None else None
        if opened is None or not 0 <= place < len(opened.analysis.results):
            yield view()
            return
        try:
            kept = keep(opened, Form(*fields))
        except MutualSLError as error:
            yield view(said=not_saved(error))
            return
        shown, changes = with_note(replace(opened, place=place), kept is not None)
        steps = come_into_view(self.shelf, self.folder, opened, shown, changes, turns)
        yield from turns.answer(steps)

    def keep(self, opened: Opened | None, turns: AnalysisTurns, *fields: str | None) -> None:
        """Other predictions are on their way: what was typed so far is kept first."""
        if opened is not None:
            kept = keep_words(latest(turns, opened), Form(*fields))
            turns.latest = turns.latest if kept is None else kept

    def arrive(
        self, opened: Opened | None, turns: AnalysisTurns, *fields: str | None
    ) -> Iterator[View]:
        """What was being opened is shown, if it is there; then what was typed so far is kept.

        Notes come last: to keep or to read them may take long, or fail.
        """
        arrived, turns.arrived = turns.arrived, None
        if arrived is None:
            yield view()
            return
        (changes, other), before = arrived, opened and latest(turns, opened)
        turns.supersede()  # what comes into view is of the predictions before
        turns.latest = opened = changes["opened"]
        yield view(**changes, **idle())
        if before is not None:
            keep_words(before, Form(*fields))
        now = turns.latest
        if opened is None or now is None or now.key != opened.key:  # others have arrived meanwhile
            return
        yield view(**noted(now))
        if turns.other != other:  # given or taken away meanwhile
            yield from self.compare(turns.other, now, turns)

    def save(self, opened: Opened | None, turns: AnalysisTurns, *fields: str | None) -> View:
        """The form is to be kept."""
        opened, form = latest(turns, opened) if opened is not None else None, Form(*fields)
        if opened is None or opened.marked(form.mark) is None:
            return view(said=status.notice("Open a question first."))
        try:
            opened = keep(opened, form) or opened
            listed = notes(opened)
        except MutualSLError as error:
            return view(said=not_saved(error))
        turns.latest = opened
        return view(
            **corrected(opened, form),
            **in_view(opened),
            opened=opened,
            notes=listed,
            said=status.notice("Saved."),
        )

    def _open(
        self,
        turns: AnalysisTurns,
        make: Callable[[Report], Opened],
        stage: str,
        path: str,
        line: Line = MACHINE,
    ) -> Iterator[View]:
        """Long work that ends with new predictions, for `arrive` to show.

        The page says so when it was stopped.
        """
        ended, other = False, turns.other

        def steps() -> Steps[dict[str, Any] | None]:
            nonlocal ended
            found = yield from watched(
                lambda report: opened_anew(make(report)), stage, path, other, view=view, line=line
            )
            ended = True
            return found

        turns.opening += 1
        turns.arrived = None
        try:
            yield view(**busy())
            changes = yield from turns.read(steps())
        finally:
            turns.opening -= 1
        if changes is not None:
            turns.arrived = (changes, other)
        elif ended:
            yield view(**idle())
        elif not turns.reading:
            yield view(status=status.notice(STOPPED), **idle())
        stays = turns.latest if changes is None and not turns.opening else None
        if stays is not None and turns.other != other:
            yield from self.compare(turns.other, stays, turns)
