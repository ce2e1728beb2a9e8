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
_UNREAD = (
    f"notes cannot be read ({{why}}); {NOTES_FILE} beside the data must be whole, and in use by no "
    "other program"
)
_UNKEPT = "notes cannot be kept with the data ({why}); its folder must be writable"


class Notebook(Protocol):
    """The notes on one set of questions."""

    def all(self) -> dict[str, Note]:
        """Every note by `sample_id`. Raises `DataError` when they cannot be read."""

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
        query = f"SELECT sample_id, tags, note, start_second, end_second FROM notes WHERE {_KEY}"
        with _telling(_UNREAD):
            if not self.file.is_file() or self.file.stat().st_size == 0:  # being made just now
                return {}
            with self._opened("rw") as database:  # to read also what nobody may write to
                rows = database.execute(query, self._key()).fetchall()
            return {sample_id: _note(*fields) for sample_id, *fields in rows}

    def put(self, sample_id: str, note: Note) -> None:
        """Keep a note."""
        key = (*self._key(), sample_id)
        with _telling(_UNKEPT), self._opened("rwc") as database:
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
        """With mode `rwc` the file is made if it is not there."""
        if mode == "rwc":
            self.file.parent.mkdir(exist_ok=True)
        place = f"{self.file.absolute().as_uri()}?mode={mode}"
        opened = sqlite3.connect(place, timeout=_WAIT_SECOND, uri=True)
        with closing(opened) as database, database:
            yield database


@contextmanager
def _telling(what: str) -> Iterator[None]:
    """Whatever is wrong with the file, or with what it holds, is a `DataError` that says `what`."""
    try:
        yield
    except (OSError, sqlite3.Error, ValueError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) else error  # no path of the server
        raise DataError(what.format(why=why)) from error


def _note(tags: str, text: str, start: float | None, end: float | None) -> Note:
    """A note as it was kept; raises `ValueError` or `TypeError` for what `put` cannot have kept."""
    span = None if start is None or end is None else Span(float(start), float(end))
    return Note(tuple(map(str, json.loads(tags))), str(text), span)
