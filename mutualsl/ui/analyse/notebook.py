"""Where notes are kept: with a visitor, or with a data set, shared by all visitors of a server."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mutualsl.errors import DataError
from mutualsl.spans import Span
from mutualsl.ui.analyse.notes import Note

NOTES_FILE = Path(".mutualsl") / "notes.sqlite"
_WAIT_SECOND = 10.0  # for another visitor who is writing
_TABLE = """CREATE TABLE IF NOT EXISTS notes (
    data TEXT, split_set TEXT, split TEXT, sample_id TEXT,
    tags TEXT NOT NULL, note TEXT NOT NULL, start_second REAL, end_second REAL,
    PRIMARY KEY (data, split_set, split, sample_id)
)"""
_KEY = "data = ? AND split_set = ? AND split = ?"


class Notebook(Protocol):
    """The notes on one set of questions."""

    def all(self) -> dict[str, Note]:
        """Every note by `sample_id`."""

    def put(self, sample_id: str, note: Note) -> None:
        """Keep a note; an empty one is forgotten. Raises `DataError` when it cannot be kept."""


@dataclass(frozen=True, slots=True)
class SessionNotes:
    """Notes on an upload: a visitor's own, for as long as the page is open."""

    notes: dict[str, Note] = field(default_factory=dict)

    def all(self) -> dict[str, Note]:
        """Every note by `sample_id`."""
        return dict(self.notes)

    def put(self, sample_id: str, note: Note) -> None:
        """Keep a note."""
        if note:
            self.notes[sample_id] = note
        else:
            self.notes.pop(sample_id, None)


@dataclass(frozen=True, slots=True)
class SharedNotes:
    """Notes on a data set, in a file below `--data-root`: they outlive the server.

    Every call is one short transaction of its own; of two visitors who write about the same
    question the later one is kept.
    """

    file: Path
    data: str
    split_set: str
    split: str

    def all(self) -> dict[str, Note]:
        """Every note by `sample_id`; none is looked for where none was ever kept.

        Nothing is written, so that data may lie where nothing can be.
        """
        if not self.file.is_file() or self.file.stat().st_size == 0:  # being made just now
            return {}
        query = f"SELECT sample_id, tags, note, start_second, end_second FROM notes WHERE {_KEY}"
        with self._opened("rw") as database:
            rows = database.execute(query, self._key()).fetchall()
        return {
            sample_id: Note(tuple(json.loads(tags)), text, _span(start, end))
            for sample_id, tags, text, start, end in rows
        }

    def put(self, sample_id: str, note: Note) -> None:
        """Keep a note."""
        key = (*self._key(), sample_id)
        with self._opened("rwc") as database:
            # The one who writes from the beginning can wait; whoever reads first may not, as two of
            # them would wait for each other.
            database.execute("BEGIN IMMEDIATE")
            database.execute(_TABLE)
            if note:
                database.execute(
                    "INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (*key, json.dumps(note.tags), note.text, *(note.span or (None, None))),
                )
            else:
                database.execute(f"DELETE FROM notes WHERE {_KEY} AND sample_id = ?", key)

    def _key(self) -> tuple[str, str, str]:
        return self.data, self.split_set, self.split

    @contextmanager
    def _opened(self, mode: str) -> Iterator[sqlite3.Connection]:
        """To write with mode `rwc`; with `rw` to read, also what nobody may write to."""
        try:
            if mode == "rwc":
                self.file.parent.mkdir(exist_ok=True)
            place = f"{self.file.absolute().as_uri()}?mode={mode}"
            opened = sqlite3.connect(place, timeout=_WAIT_SECOND, uri=True)
            with closing(opened) as database, database:
                yield database
        except (OSError, sqlite3.Error) as error:
            why = error.strerror if isinstance(error, OSError) else error  # no path of the server
            raise DataError(
                f"notes cannot be kept with the data ({why}); its folder must be writable"
                if mode == "rwc"
                else f"notes cannot be read ({why}); {NOTES_FILE} beside the data must be whole, "
                "and in use by no other program"
            ) from error


def _span(start: float | None, end: float | None) -> Span | None:
    return None if start is None or end is None else Span(start, end)
