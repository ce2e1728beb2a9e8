"""What a visitor has opened: predictions of a file or of a run, and the question in view."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from mutualsl.data import Example
from mutualsl.encoded import EncodedVideo
from mutualsl.errors import DataError, MutualSLError
from mutualsl.evaluation.analysis import Analysis, analyse
from mutualsl.evaluation.compare import Compared, compare
from mutualsl.evaluation.evaluate import answers, row_line
from mutualsl.evaluation.predictions import QuestionResult, from_row, read_predictions, to_row
from mutualsl.prediction import HeadPredictions
from mutualsl.telling import listening
from mutualsl.ui.analyse.catalogue import Choice
from mutualsl.ui.analyse.notebook import NOTES_FILE, Notebook, SessionNotes, SharedNotes
from mutualsl.ui.analyse.notes import Note
from mutualsl.ui.limits import MAX_PREDICTIONS_BYTES
from mutualsl.ui.progress import Report
from mutualsl.ui.status import sentence
from mutualsl.ui.text import file_name

if TYPE_CHECKING:
    from mutualsl.inference import AnswerLocalizer


@dataclass(frozen=True, slots=True)
class Source:
    """The data that predictions were made from, each question where its prediction is."""

    choice: Choice
    examples: Sequence[Example]
    model: str  # its name on the shelf
    lines: Sequence[str]  # of predictions.jsonl


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """Predictions, analysed; a value that lives in the visitor's `gr.State`."""

    name: str
    key: str = field(default_factory=lambda: uuid4().hex)  # no other predictions have it
    analysis: Analysis
    notebook: Notebook
    source: Source | None = None  # None for an upload
    compared: Compared | None = None
    apart: str = ""  # why it is not compared with the other file that was given
    place: int | None = None  # of the question in view
    note: Note = Note()  # on that question, as it was when it came into view
    encoded: EncodedVideo | None = None  # its video, where the data has one or has subtitles
    playing: Path | None = None  # a file that browsers can play
    heads: HeadPredictions | None = None  # the question in view asked once more, with its curves

    @property
    def result(self) -> QuestionResult:
        """The question in view."""
        assert self.place is not None
        return self.analysis.results[self.place]

    @property
    def note_ids(self) -> list[str]:
        """By what name the note on each question is kept: its `sample_id`, if no other has it."""
        ids = [result.sample_id for result in self.analysis.results]
        count, taken = Counter(ids), Counter[str]()
        for place, own in enumerate(ids):
            taken[own] += 1
            if count[own] > 1 and taken[own] > 1:
                ids[place] = f"{own}, number {taken[own]} of {count[own]}"
        return ids

    @property
    def note_id(self) -> str:
        """That of the question in view."""
        assert self.place is not None
        return self.note_ids[self.place]

    @property
    def mark(self) -> str:
        """Of the question in view: its form carries it."""
        return f"{self.key} {self.place}"

    def marked(self, mark: str | None) -> int | None:
        """The place of the question with that mark; `None` where it is none of these."""
        key, _, place = (mark or "").partition(" ")
        known = key == self.key and place.isdecimal() and int(place) < len(self.analysis.results)
        return int(place) if known else None

    def beside(self, path: str | None, report: Report) -> Opened:
        """Compared with another predictions file, or with none."""
        if path is None:
            return replace(self, compared=None, apart="")
        other = read_file(path)
        report("compare", 0.0)
        return replace(self, compared=compare(self.analysis.results, other), apart="")

    def beside_if_it_fits(self, path: str | None, report: Report) -> Opened:
        """As `beside`, but alone with the reason where that fails: new predictions took long."""
        try:
            return self.beside(path, report)
        except (MutualSLError, OSError) as error:
            return replace(self, compared=None, apart=sentence(error, path))


def open_file(
    path: str, other: str | None, notebooks: dict[str, SessionNotes], report: Report
) -> Opened:
    """An uploaded predictions file, compared with a second one if there is one that fits.

    `notebooks` has the visitor's notes by content of a file. Raises `DataError` naming file and
    line of what is wrong.
    """
    analysis = analyse(read_file(path))
    content = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    notebook = notebooks.setdefault(content, SessionNotes())
    opened = Opened(name=file_name(path), analysis=analysis, notebook=notebook)
    return opened.beside_if_it_fits(other, report)


def run(
    localizer: AnswerLocalizer,
    model: str,
    choice: Choice,
    root: Path,
    other: str | None,
    report: Report,
) -> Opened:
    """A model's own predictions for a split; `report` is called often, to be stopped."""
    report("evaluate", 0.0)
    folder, part = choice.folder, choice.part
    examples = choice.dataset.load(folder, part.split, part.split_set)
    if not examples:
        raise DataError(f"{choice.name} holds no questions; choose another split")
    asked: list[Example] = []
    results: list[QuestionResult] = []
    lines: list[str] = []

    def alive(stage: str, fraction: float) -> None:
        report("evaluate", len(results) / len(examples))

    with listening(partial(alive, "evaluate")):
        given = answers(localizer, examples, folder, "confident", choice.dataset, alive)
        for example, answer in given:
            asked.append(example)
            row = to_row(example, answer)
            lines.append(row_line(row))
            results.append(from_row(row, f"question {len(asked)}"))
            alive("evaluate", 0.0)
    notes = SharedNotes(root / NOTES_FILE, folder.name, part.split_set or "", part.split)
    opened = Opened(
        name=choice.name,
        analysis=analyse(results),
        notebook=notes,
        source=Source(choice, asked, model, lines),
    )
    return opened.beside_if_it_fits(other, report)


def read_file(path: str) -> list[QuestionResult]:
    """The rows of an uploaded file; raises `DataError` naming file and line."""
    size = Path(path).stat().st_size
    if size > MAX_PREDICTIONS_BYTES:
        raise DataError(
            f"{path}: {size / 1e6:.0f} MB are too many at once; "
            f"at most {MAX_PREDICTIONS_BYTES / 1e6:.0f} MB, so split the file"
        )
    return read_predictions(path)
