"""What the tab does, without a browser."""

import json
import threading

import pytest

from mutualsl.evaluation.evaluate import answers, evaluate
from mutualsl.ui.analyse import handlers
from mutualsl.ui.analyse.catalogue import read_catalogue
from mutualsl.ui.analyse.files import Exports, write_corrected
from mutualsl.ui.analyse.handlers import STOPPED
from mutualsl.ui.analyse.notebook import NOTES_FILE
from mutualsl.ui.analyse.notes import Note
from mutualsl.ui.analyse.opened import open_file
from mutualsl.ui.analyse.turns import AnalysisTurns
from tests.evaluation.rows import random_rows, write
from tests.ui.analyse.desk import (
    CHOICE,
    NO_FORM,
    FakeLocalizer,
    arrived,
    click,
    desk,
    ran,
    seen,
    typed,
)
from tests.ui.analyse.values import opened, write_data


def test_a_file_is_opened_and_taken_away(tmp_path):
    path = write(tmp_path / "mine.jsonl", random_rows(20))
    own, turns = desk(tmp_path), AnalysisTurns()
    shown = arrived(own, own.open(str(path), None, None, {}, turns), turns)
    assert len(shown["opened"].analysis.results) == 20 and "20" in shown["overview"]
    gone = arrived(own, own.open(None, None, shown["opened"], {}, turns), turns)
    assert gone["opened"] is None and gone["table"] == ""


def test_a_broken_file_leaves_what_is_open(tmp_path):
    path = tmp_path / "mine.jsonl"
    path.write_text("{}\n")
    own, turns = desk(tmp_path), AnalysisTurns()
    shown = arrived(own, own.open(str(path), None, opened(), {}, turns), turns)
    assert "line 1" in shown["status"] and 'role="alert"' in shown["status"]
    assert "opened" not in shown


def test_without_data_sets_nothing_on_the_server_is_read(tmp_path):
    shown = seen(desk(tmp_path).run(CHOICE, "fake", None, AnalysisTurns()))
    assert "no data sets" in shown["status"] and "opened" not in shown


@pytest.mark.parametrize("name", ["../..", "/etc"])
def test_with_them_only_what_is_listed(tmp_path, name):
    root = write_data(tmp_path / "root" / "mine").parent
    shown = seen(desk(tmp_path, root).run(name, "fake", None, AnalysisTurns()))
    assert "nknown data set" in shown["status"] and "opened" not in shown
    assert str(root) not in shown["status"]


@pytest.mark.parametrize("name", [None, ""])
def test_without_a_choice_one_is_asked_for(tmp_path, name):
    root = write_data(tmp_path / "root" / "mine").parent
    shown = seen(desk(tmp_path, root).run(name, "fake", None, AnalysisTurns()))
    assert shown.keys() == {"status"} and "Choose a data set first" in shown["status"]


def test_a_run_stays_when_the_other_file_does_not_fit(tmp_path):
    root = write_data(tmp_path / "root" / "mine").parent
    other = write(tmp_path / "other.jsonl", random_rows(19))
    own = desk(tmp_path, root)
    shown = ran(own, "second", str(other))
    assert len(shown["opened"].analysis.results) == 3 and shown["opened"].compared is None
    assert "mine / test is open, answered by second" in shown["status"]
    assert "not compared: Not the same questions" in shown["status"]
    assert shown["file"] is None and shown["save_predictions"]["visible"]
    assert own.shelf.wanted == {"second"}


def test_a_run_is_saved_as_evaluate_writes_it(tmp_path):
    root = write_data(tmp_path / "root" / "mine").parent
    own = desk(tmp_path, root)
    shown = ran(own)["opened"]
    link = seen([Exports(own.folder).predictions(shown)])["files"]
    assert 'download="mine-test predictions.jsonl"' in link
    (saved,) = own.folder.glob("*/mine-test predictions.jsonl")
    examples = shown.source.choice.dataset.load(root / "mine", "test")
    evaluate(FakeLocalizer(), examples, root / "mine", tmp_path / "out")
    assert saved.read_bytes() == (tmp_path / "out" / "predictions.jsonl").read_bytes()
    again = seen(own.compare(str(saved), shown, AnalysisTurns()))["opened"]
    assert again.compared.changes == [0.0] * 3


def test_a_file_to_compare_with_alone_is_not_enough(tmp_path):
    own = desk(tmp_path)
    assert (
        "Give Predictions too" in seen(own.compare("other.jsonl", None, AnalysisTurns()))["status"]
    )
    assert "Give a predictions.jsonl" in seen(own.compare(None, None, AnalysisTurns()))["status"]


def test_a_run_answers_every_question_and_its_notes_stay(tmp_path):
    root = write_data(tmp_path / "root" / "mine").parent
    own = desk(tmp_path, root)
    shown = ran(own)["opened"]
    assert [r.sample_id for r in shown.analysis.results] == ["s0", "s1", "s2"]
    view = seen(own.show(click(1), shown, AnalysisTurns(), *NO_FORM))
    assert view["opened"].place == 1 and "open the jar" in view["transcript"]
    own.save(view["opened"], AnalysisTurns(), *typed(view["opened"], "odd", "", "1", "3"))
    assert (root / NOTES_FILE).is_file()
    again = ran(own)["opened"]
    assert again.notebook.all()["s1"].tags == ("odd",)


def test_curves_are_of_the_question_in_view_and_of_no_other(tmp_path):
    root = write_data(tmp_path / "root" / "mine").parent
    own = desk(tmp_path, root)
    run = ran(own)["opened"]
    assert own.shelf.localizer.asked == 3
    first = seen(own.show(click(1), run, AnalysisTurns(), *NO_FORM))
    assert first["opened"].heads.textual is not None and "likely start" in first["timeline"]
    assert own.shelf.localizer.asked == 4
    views = own.show(click(2), first["opened"], AnalysisTurns(), *NO_FORM)
    at_once = seen([next(views)])
    assert at_once["opened"].heads is None and "likely start" not in at_once["timeline"]
    assert "likely start" in seen(views)["timeline"]
    again = seen(own.show(click(1), first["opened"], AnalysisTurns(), *NO_FORM))
    assert "likely start" in again["timeline"] and own.shelf.localizer.asked == 5
    file = seen(own.show(click(1), opened(), AnalysisTurns(), *NO_FORM))
    assert file["opened"].heads is None and own.shelf.localizer.asked == 5


def test_cancelling_frees_the_worker_and_says_so(tmp_path):
    root = write_data(tmp_path / "root" / "mine", count=50).parent
    own, turns = desk(tmp_path, root), AnalysisTurns()
    own.shelf.localizer.go_on.clear()
    views = own.run(CHOICE, "fake", None, turns)
    first = [next(views), next(views)]
    assert own.shelf.localizer.started.wait(10)
    turns.supersede()
    rest = list(views)
    own.shelf.localizer.go_on.set()
    shown = seen([*first, *rest])
    assert STOPPED in shown["status"] and "opened" not in shown
    assert shown["run"]["interactive"] and not shown["cancel"]["visible"]
    for thread in threading.enumerate():
        if thread.daemon and "_run" in thread.name:
            thread.join(5)
    assert own.shelf.localizer.asked <= 1


def test_a_bad_note_keeps_the_question_and_what_was_typed(tmp_path):
    own = desk(tmp_path)
    view = seen(own.show(click(0), opened(), AnalysisTurns(), *NO_FORM))["opened"]
    form = typed(view, "odd", "text", "9", "3")
    for refused in (
        [own.save(view, AnalysisTurns(), *form)],
        own.show(click(1), view, AnalysisTurns(), *form),
    ):
        shown = seen(refused)
        assert shown.keys() == {"said"} and "Not saved: " in shown["said"]
    assert view.notebook.all() == {}


def test_a_step_keeps_what_was_typed(tmp_path):
    own = desk(tmp_path)
    first = seen(own.show(click(0), opened(), AnalysisTurns(), *NO_FORM))["opened"]
    shown = seen(own.show(click(1), first, AnalysisTurns(), *typed(first, "odd")))
    assert shown["opened"].place == 1 and shown["tags"] == "" and "saved" in shown["said"]
    assert first.notebook.all() == {"a": Note(("odd",))}
    back = seen(own.show(click(0), shown["opened"], AnalysisTurns(), *NO_FORM))
    assert back["tags"] == "odd"
    cleared = seen([own.save(back["opened"], AnalysisTurns(), *typed(back["opened"]))])
    assert first.notebook.all() == {} and cleared["opened"].note == Note()


@pytest.mark.parametrize("place", [-1, 3])
def test_a_question_that_is_not_there(tmp_path, place):
    assert seen(desk(tmp_path).show(click(place), opened(), AnalysisTurns(), *NO_FORM)) == {}


def test_files_to_take_away(tmp_path):
    exports = Exports(tmp_path)
    assert "no span has been corrected" in seen([exports.corrected(opened())])["files"].lower()
    link = seen([exports.rows(opened(name="a/b {x}.jsonl"))])["files"]
    assert 'download="b &#123;x&#125; questions.csv"' in link


def test_questions_are_answered_a_few_at_a_time(tmp_path, monkeypatch):
    path = write_data(tmp_path / "mine") / "test.jsonl"
    row = json.loads(path.read_text().splitlines()[0])
    path.write_text("".join(json.dumps(row | {"sample_id": str(n)}) + "\n" for n in range(20)))
    choice = read_catalogue(tmp_path).find("mine / test")
    localizer = FakeLocalizer()
    examples = choice.dataset.load(choice.folder, "test")
    steps = answers(
        localizer, examples, choice.folder, "confident", progress=lambda stage, fraction: None
    )
    next(steps)
    assert localizer.asked == 8
    assert len(list(steps)) == 19


def test_a_second_file_is_compared_and_taken_away(tmp_path):
    path = write(tmp_path / "mine.jsonl", random_rows(20))
    mine = open_file(str(path), None, {}, lambda stage, fraction: None)
    own = desk(tmp_path)
    shown = seen(own.compare(str(path), mine, AnalysisTurns()))
    assert shown["opened"].compared is not None and "B - A" in shown["overview"]
    alone = seen(own.compare(None, shown["opened"], AnalysisTurns()))
    assert alone["opened"].compared is None
    other = write(tmp_path / "other.jsonl", random_rows(19))
    refused = seen(own.compare(str(other), mine, AnalysisTurns()))
    assert "same questions" in refused["status"] and "opened" not in refused
    assert handlers.STOPPED not in refused["status"]


def test_a_file_to_compare_with_waits_for_what_is_being_opened(tmp_path):
    root = write_data(tmp_path / "root" / "mine").parent
    own, turns = desk(tmp_path, root), AnalysisTurns()
    finished = ran(own)["opened"]
    other = tmp_path / "other.jsonl"
    other.write_text("".join(finished.source.lines))
    running = own.run(CHOICE, "fake", None, turns)
    steps = [next(running)]
    assert seen(own.compare(str(other), None, turns)) == {}
    shown = arrived(own, [*steps, *running], turns)
    assert shown["opened"].compared is not None and not turns.opening
    assert shown["run"]["interactive"] and not shown["cancel"]["visible"]


def test_a_form_that_is_not_drawn_yet_says_nothing(tmp_path):
    path = write(tmp_path / "mine.jsonl", random_rows(20))
    mine = open_file(str(path), None, {}, lambda stage, fraction: None)
    mine.notebook.put(mine.analysis.results[0].sample_id, Note(("kept",)))
    own, turns = desk(tmp_path), AnalysisTurns()
    first = seen(own.show(click(0), mine, turns, *NO_FORM))["opened"]
    assert seen(own.show(click(1), first, turns, *NO_FORM))["opened"].place == 1
    assert list(mine.notebook.all().values()) == [Note(("kept",))]


def test_notes_of_questions_with_one_id_are_kept_apart(tmp_path):
    rows = [{**row, "sample_id": "same"} for row in random_rows(3)]
    path = write(tmp_path / "mine.jsonl", rows)
    mine = open_file(str(path), None, {}, lambda stage, fraction: None)
    assert len(set(mine.note_ids)) == 3 and mine.note_ids[0] == "same"
    assert {result.sample_id for result in mine.analysis.results} == {"same"}
    own, turns = desk(tmp_path), AnalysisTurns()
    second = seen(own.show(click(1), mine, turns, *NO_FORM))["opened"]
    form = typed(second, "about it", "", "1", "2")
    own.save(second, turns, *form)
    assert seen(own.show(click(2), second, turns, *form))["tags"] == ""
    write_corrected(mine, tmp_path / "train.jsonl")
    (line,) = (tmp_path / "train.jsonl").read_text().splitlines()
    assert json.loads(line)["sample_id"] == "same"


def test_a_file_to_compare_with_is_compared_with_what_stays(tmp_path):
    path = write(tmp_path / "mine.jsonl", random_rows(20))
    own, turns = desk(tmp_path), AnalysisTurns()
    mine = arrived(own, own.open(str(path), None, None, {}, turns), turns)["opened"]
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{}")
    opening = own.open(str(broken), None, mine, {}, turns)
    steps = [next(opening)]
    assert seen(own.compare(str(path), mine, turns)) == {}
    assert seen([*steps, *opening])["opened"].compared is not None


def test_a_question_opened_while_files_are_compared_stays_in_view(tmp_path, monkeypatch):
    compared, another_is_open = handlers.compared, threading.Event()

    def late(found):
        another_is_open.wait(10)
        return compared(found)

    monkeypatch.setattr(handlers, "compared", late)
    path = write(tmp_path / "mine.jsonl", random_rows(20))
    mine = open_file(str(path), None, {}, lambda stage, fraction: None)
    own, turns = desk(tmp_path), AnalysisTurns()
    first = seen(own.show(click(0), mine, turns, *NO_FORM))["opened"]
    comparing = own.compare(str(path), first, turns)
    steps = [next(comparing)]
    list(own.show(click(1), first, turns, *NO_FORM))
    another_is_open.set()
    both = seen([*steps, *comparing])["opened"]
    assert (both.place, both.compared is not None) == (1, True)
    form = typed(both, "about the second")
    shown = seen(own.show(click(2), both, turns, *form))["opened"]
    ids = [result.sample_id for result in mine.analysis.results]
    assert mine.notebook.all() == {ids[1]: Note(("about the second",))}
    assert shown.compared is not None


@pytest.fixture
def run_of_three(tmp_path):
    """A desk that has answered a small data set, and what is open."""
    own = desk(tmp_path, write_data(tmp_path / "root" / "mine").parent)
    return own, ran(own)["opened"]


def test_a_note_saved_while_its_video_is_read_stays_saved(run_of_three):
    own, shown = run_of_three
    own.shelf.localizer.go_on.clear()
    turns = AnalysisTurns()
    opening = own.show(click(0), shown, turns, *NO_FORM)
    views = [next(opening), next(opening)]
    now = seen(views)["opened"]
    saved = seen([own.save(now, turns, *typed(now, "odd"))])
    assert saved["opened"].note == Note(("odd",))
    own.shelf.localizer.go_on.set()
    last = seen([*views, *opening])["opened"]
    assert last.note == Note(("odd",)) and last.encoded is not None and last.heads is not None
    cleared = seen([own.save(last, turns, *typed(last))])["opened"]
    assert cleared.note == Note() and cleared.notebook.all() == {}


def test_what_was_coming_into_view_of_the_predictions_before_does_not(run_of_three, tmp_path):
    own, shown = run_of_three
    own.shelf.localizer.go_on.clear()
    turns = AnalysisTurns()
    opened_anew = own.open(
        str(write(tmp_path / "b.jsonl", random_rows(20))), None, shown, {}, turns
    )
    views = [next(opened_anew)]
    opening = own.show(click(0), shown, turns, *NO_FORM)
    next(opening), next(opening)
    views += opened_anew
    shown = arrived(own, views, turns)
    own.shelf.localizer.go_on.set()
    assert list(opening) == []
    assert len(shown["opened"].analysis.results) == 20
