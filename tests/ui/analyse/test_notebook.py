import errno
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from mutualsl.errors import DataError
from mutualsl.spans import Span
from mutualsl.ui.analyse.notebook import NOTES_FILE, SessionNotes, SharedNotes
from mutualsl.ui.analyse.notes import Note

NOTE = Note(("odd", 'with "quotes"'), "two\nlines", Span(1.25, 2.5))


def shared(root, split="test", split_set="", data="mine"):
    return SharedNotes(root / NOTES_FILE, data, split_set, split)


@pytest.mark.parametrize("make", [shared, lambda root: SessionNotes()])
def test_a_note_is_kept_changed_and_forgotten(tmp_path, make):
    notebook = make(tmp_path)
    assert notebook.all() == {}
    notebook.put("a", NOTE)
    notebook.put("b", Note(("other",)))
    assert notebook.all() == {"a": NOTE, "b": Note(("other",))}
    notebook.put("a", Note(text="new"))
    notebook.put("b", Note())
    assert notebook.all() == {"a": Note(text="new")}


def test_it_outlives_the_server_and_belongs_to_one_split(tmp_path):
    shared(tmp_path).put("a", NOTE)
    assert shared(tmp_path).all() == {"a": NOTE}
    for other in ({"split": "val"}, {"split_set": "disjoint"}, {"data": "other"}):
        assert shared(tmp_path, **other).all() == {}


def test_many_visitors_at_once(tmp_path):
    def write(number):
        shared(tmp_path).put(str(number % 20), Note((str(number),)))
        return len(shared(tmp_path).all())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(80)))
    kept = shared(tmp_path).all()
    assert len(kept) == 20
    assert all(int(note.tags[0]) % 20 == int(name) for name, note in kept.items())


def test_what_cannot_be_kept_is_said(tmp_path):
    (tmp_path / ".mutualsl").write_text("a file where the folder should be")
    assert shared(tmp_path).all() == {}
    with pytest.raises(DataError, match="notes cannot be kept") as caught:
        shared(tmp_path).put("a", NOTE)
    assert str(tmp_path) not in str(caught.value)
    (tmp_path / "root" / ".mutualsl").mkdir(parents=True)
    (tmp_path / "root" / NOTES_FILE).write_bytes(b"no database " * 100)
    with pytest.raises(DataError, match=r"notes cannot be read \(file is not a database\)"):
        shared(tmp_path / "root").all()


@pytest.mark.parametrize(
    ("column", "value"),
    [("tags", "["), ("tags", "5"), ("tags", b"\xff"), ("start_second", "soon")],
)
def test_a_note_that_is_damaged_is_said(tmp_path, column, value):
    shared(tmp_path).put("a", NOTE)
    with closing(sqlite3.connect(tmp_path / NOTES_FILE)) as other, other:
        other.execute(f"UPDATE notes SET {column} = ?", (value,))
    with pytest.raises(DataError, match=r"notes cannot be read \(.+\); .* must be whole"):
        shared(tmp_path).all()


def test_notes_in_a_folder_that_may_not_be_read_are_not_taken_for_none(tmp_path, monkeypatch):
    def refused(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    with monkeypatch.context() as change:
        change.setattr(Path, "is_file", refused)
        with pytest.raises(DataError, match=r"be read \(Permission denied\)") as caught:
            shared(tmp_path).all()
    assert str(tmp_path) not in str(caught.value)


def test_reading_waits_for_nobody_and_writes_nothing(tmp_path):
    shared(tmp_path).put("a", NOTE)
    with closing(sqlite3.connect(tmp_path / NOTES_FILE)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM notes")
        assert shared(tmp_path).all() == {"a": NOTE}
    (tmp_path / NOTES_FILE).write_bytes(b"")  # as another visitor's first note begins
    assert shared(tmp_path).all() == {} and (tmp_path / NOTES_FILE).stat().st_size == 0
