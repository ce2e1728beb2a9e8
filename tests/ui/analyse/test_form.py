"""What is typed about a question is kept for that question, whatever happens meanwhile."""

import pytest

from mutualsl.spans import Span
from mutualsl.ui.analyse import handlers
from mutualsl.ui.analyse.files import Exports
from mutualsl.ui.analyse.notebook import NOTES_FILE
from mutualsl.ui.analyse.notes import Note
from mutualsl.ui.analyse.turns import AnalysisTurns
from tests.ui.analyse.desk import CHOICE, NO_FORM, arrived, click, desk, ran, seen, typed
from tests.ui.analyse.values import opened, write_data


@pytest.fixture
def own(tmp_path):
    return desk(tmp_path, write_data(tmp_path / "root" / "mine").parent)


def in_view(own, place, before, turns, form=NO_FORM):
    return seen(own.show(click(place), before, turns, *form))["opened"]


def test_a_form_sent_after_the_next_question_came_into_view_is_kept_for_its_own(own):
    turns = AnalysisTurns()
    first = in_view(own, 0, opened(), turns)
    second = in_view(own, 1, first, turns, typed(first, "odd"))
    late = typed(first, "odd", "and more", "1", "3")  # the page still shows the first
    saved = seen([own.save(second, turns, *late)])
    noted = Note(("odd",), "and more", Span(1.0, 3.0))
    assert first.notebook.all() == {"a": noted}
    assert (saved["opened"].place, saved["opened"].note) == (1, Note())
    assert not {"tags", "note", "start", "end"} & saved.keys() and "Saved" in saved["said"]
    third = seen(own.show(click(2), saved["opened"], turns, *typed(first, "even")))
    assert first.notebook.all() == {"a": Note(("even",))}
    assert third["opened"].place == 2 and third["tags"] == ""
    assert third["mark"] == third["opened"].mark


def test_a_form_of_other_predictions_says_nothing(own):
    turns, other = AnalysisTurns(), in_view(own, 0, opened(), AnalysisTurns())
    mine = in_view(own, 1, opened(), turns)
    assert "Open a question first" in seen([own.save(mine, turns, *typed(other, "odd"))])["said"]
    in_view(own, 2, mine, turns, typed(other, "odd"))
    for mark in ("", "1", f"{mine.key} 3", f"{mine.key} -1", f"{mine.key} x"):
        own.keep(mine, turns, mark, "odd", "", "", "")
    assert mine.notebook.all() == other.notebook.all() == {}


def test_saving_writes_back_only_what_reading_has_changed(own):
    view = in_view(own, 0, opened(), AnalysisTurns())
    saved = seen(
        [own.save(view, AnalysisTurns(), *typed(view, " odd,,odd", "a note", "0:01", "3"))]
    )
    assert (saved["tags"], saved["start"]) == ("odd", "1")
    assert not {"note", "end", "mark", "form"} & saved.keys()


def test_what_is_typed_while_a_model_answers_is_kept(own):
    turns = AnalysisTurns()
    before = in_view(own, 0, ran(own)["opened"], turns)
    running = own.run(CHOICE, "fake", None, turns)
    views = [next(running)]
    own.keep(before, turns, *typed(before, "typed before"))
    views += running
    late = typed(before, "typed before", "typed meanwhile")
    shown = arrived(own, views, turns, before, late)
    assert shown["opened"] is not before and not shown["form"]["visible"]
    assert shown["opened"].notebook.all() == {"s0": Note(("typed before",), "typed meanwhile")}
    assert "typed meanwhile" in shown["notes"]
    assert seen(own.arrive(shown["opened"], turns, *late)) == {}  # once is enough


def test_what_is_taken_back_while_a_model_answers_is_forgotten(own):
    turns = AnalysisTurns()
    before = in_view(own, 0, ran(own)["opened"], turns)
    own.keep(before, turns, *typed(before, "odd"))
    shown = arrived(own, own.run(CHOICE, "fake", None, turns), turns, before, typed(before))
    assert shown["opened"].notebook.all() == {}


def test_of_what_cannot_be_kept_the_words_are(own):
    turns = AnalysisTurns()
    view = in_view(own, 0, opened(), turns)
    own.keep(view, turns, *typed(view, "odd", "half a span", "3", ""))
    assert view.notebook.all() == {"a": Note(("odd",), "half a span")}
    own.save(view, turns, *typed(view, "odd", "", "3", "5"))
    own.keep(view, turns, *typed(view, "odd", "less of it", "3", ""))
    kept = {"a": Note(("odd",), "less of it", Span(3.0, 5.0))}
    assert view.notebook.all() == kept
    next_one = in_view(own, 1, view, turns)
    own.keep(next_one, turns, *typed(view, "odd", "less of it", "4", ""))  # not drawn yet
    own.keep(view, turns, *typed(view, "," * 9, "x" * 10_000_000))  # breaks nothing
    own.keep(None, turns, *typed(view, "odd"))
    assert view.notebook.all() == kept


@pytest.mark.parametrize("name", ["keep_words", "noted"])
def test_a_run_is_shown_before_anything_is_done_about_notes(own, monkeypatch, name):
    def fails(*arguments):
        raise AssertionError("nobody foresaw this")

    turns = AnalysisTurns()
    before = in_view(own, 0, ran(own)["opened"], turns)
    run = list(own.run(CHOICE, "fake", None, turns))
    monkeypatch.setattr(handlers, name, fails)
    arriving = own.arrive(before, turns, *typed(before, "odd"))
    shown = seen([*run, next(arriving)])
    assert shown["opened"].place is None and shown["notes"] == ""
    assert shown["run"]["interactive"] and not shown["cancel"]["visible"]
    with pytest.raises(AssertionError, match="nobody"):
        next(arriving)


def test_notes_are_not_shown_on_predictions_that_arrived_later(own):
    turns = AnalysisTurns()
    list(own.run(CHOICE, "fake", None, turns))
    arriving = own.arrive(None, turns, *NO_FORM)
    first = seen([next(arriving)])["opened"]
    later = arrived(own, own.run(CHOICE, "fake", None, turns), turns, first)
    assert "data-notes" in later["notes"] and list(arriving) == []
    assert turns.latest is later["opened"]


def test_a_run_is_opened_without_its_notes_where_they_are_damaged(own, tmp_path):
    notes = tmp_path / "root" / NOTES_FILE
    notes.parent.mkdir()
    notes.write_bytes(b"no database " * 100)
    shown = ran(own)
    assert len(shown["opened"].analysis.results) == 3 and shown["run"]["interactive"]
    assert "mine / test is open" in shown["status"]
    assert "Its notes are not shown: notes cannot be read (file is not" in shown["status"]
    turns = AnalysisTurns()
    first = seen(own.show(click(0), shown["opened"], turns, *NO_FORM))
    assert first["opened"].place == 0 and "Gold" in first["detail"]
    assert not first["form"]["visible"] and "Notes cannot be read" in first["said"]
    hidden = first["mark"], "", "", "", ""
    assert in_view(own, 1, first["opened"], turns, hidden).place == 1
    assert "otes cannot be read" in seen([Exports(own.folder).rows(first["opened"])])["files"]


def test_a_note_that_could_not_be_read_once_is_not_taken_back_by_the_form_that_was_hidden(own):
    turns, run = AnalysisTurns(), ran(own)["opened"]
    kept = {"s0": Note(("odd",), "of another visitor")}
    run.notebook.put("s0", kept["s0"])
    whole = run.notebook.file.read_bytes()
    run.notebook.file.write_bytes(b"no database " * 100)
    first = seen(own.show(click(0), run, turns, *NO_FORM))
    run.notebook.file.write_bytes(whole)
    hidden = first["mark"], "", "", "", ""
    second = in_view(own, 1, first["opened"], turns, hidden)
    third = in_view(own, 2, second, turns, hidden)  # the page still has the first in view
    assert third.place == 2 and run.notebook.all() == kept
    assert seen(own.show(click(0), third, turns, *NO_FORM))["tags"] == "odd"
