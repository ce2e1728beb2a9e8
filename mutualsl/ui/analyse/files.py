"""What a visitor takes away: all rows with their notes, and the corrected spans as data."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutualsl.atomic import write_whole
from mutualsl.errors import DataError, MutualSLError
from mutualsl.evaluation.analysis import write_csv
from mutualsl.ui import status
from mutualsl.ui.analyse.notes import Note
from mutualsl.ui.analyse.opened import Opened
from mutualsl.ui.analyse.views import view
from mutualsl.ui.made_files import new_file
from mutualsl.ui.parts import View
from mutualsl.ui.player import save_link


@dataclass(frozen=True, slots=True)
class Exports:
    """Makes files for visitors in `folder`, each with a link that saves it."""

    folder: Path

    def rows(self, opened: Opened | None) -> View:
        """All rows are wanted as CSV."""
        return self._made(opened, "questions.csv", write_rows)

    def predictions(self, opened: Opened | None) -> View:
        """What a run answered is wanted."""
        return self._made(opened, "predictions.jsonl", write_predictions)

    def corrected(self, opened: Opened | None) -> View:
        """The corrected spans are wanted as data."""
        return self._made(opened, "corrected.jsonl", write_corrected)

    def _made(
        self, opened: Opened | None, name: str, write: Callable[[Opened, Path], None]
    ) -> View:
        if opened is None:
            return view()
        stem = Path(opened.name).stem if opened.source is None else opened.name.replace(" / ", "-")
        try:
            path = new_file(self.folder, f"{stem} {name}")
            write(opened, path)
        except (MutualSLError, OSError) as error:
            return view(files=status.failed(error))
        return view(files=save_link(path))


def write_rows(opened: Opened, path: Path) -> None:
    """A CSV of every question with tags, note and corrected span, and with B where compared."""
    kept = opened.notebook.all()
    notes = [kept.get(note_id, Note()) for note_id in opened.note_ids]
    write_csv(opened.analysis, path, [_columns(note) for note in notes], opened.compared)


def write_predictions(opened: Opened, path: Path) -> None:
    """What a run answered, as `mutualsl evaluate` writes it; a file is with its owner already."""
    assert opened.source is not None
    path.write_text("".join(opened.source.lines), encoding="utf-8")


def write_corrected(opened: Opened, path: Path) -> None:
    """The questions with a corrected span, in the data set layout `jsonl`.

    Raises `DataError` when there are none.
    """
    kept = opened.notebook.all()
    rows = []
    for result, note_id in zip(opened.analysis.results, opened.note_ids, strict=True):
        span = kept.get(note_id, Note()).span
        if span is not None:
            row = {
                "sample_id": result.sample_id,
                "video_id": result.video_id,
                "question": result.question,
                "start": span.start_second,
                "end": span.end_second,
                "duration": result.duration_second,
            }
            rows.append(json.dumps(row, ensure_ascii=False) + "\n")
    if not rows:
        raise DataError("no span has been corrected yet; open a question and give it one")
    write_whole(path, "".join(rows))


def _columns(note: Note) -> dict[str, Any]:
    start, end = note.span or (None, None)
    return {
        "tags": ", ".join(note.tags),
        "note": note.text,
        "corrected_start": start,
        "corrected_end": end,
    }
