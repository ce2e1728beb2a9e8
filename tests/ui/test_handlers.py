from types import SimpleNamespace

import pytest

from mutualsl.subtitles import Cue, write_subtitles
from mutualsl.ui import ask_tab
from mutualsl.ui.blocks import Page
from mutualsl.ui.changes import Changes
from mutualsl.ui.clip_saving import Clips
from mutualsl.ui.handlers import Desk
from mutualsl.ui.limits import MAX_QUESTIONS
from mutualsl.ui.reader import Reader
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import OUTPUTS, Loaded, filled, filling, view
from mutualsl.ui.what_if import WhatIf
from tests.video.conftest import make_tracks

QUESTION = "how do i open the jar"


@pytest.fixture
def desk(shelf, tmp_path):
    return Desk(shelf, Reader(shelf, (), tmp_path))


@pytest.fixture
def track(tmp_path):
    """A subtitle file."""
    path = tmp_path / "track.srt"
    write_subtitles([Cue(1, 2, "open the jar"), Cue(3, 4, "close the box")], path)
    return str(path)


@pytest.fixture
def loaded(desk, track):
    """Subtitles alone, as the page has read them."""
    *_, last = desk.load(None, track, None, "one", Turns())
    return shown(last, "loaded")


def shown(view, name):
    return view[OUTPUTS.index(name)]


def test_a_video_whose_first_track_is_empty_is_shown_with_the_next_one(desk, tmp_path):
    tracks = [("eng", "", [(1.0, 2.0, line)]) for line in (" ", "open the jar")]
    video = make_tracks(tmp_path / "two.mkv", *tracks)
    *_, last = desk.load(str(video), None, None, "one", Turns())
    choice = shown(last, "track")
    assert choice["value"] == 2 and len(choice["choices"]) == 2 and choice["visible"]
    assert "text track 1 inside the video is not used" in shown(last, "status")


def test_too_many_questions_at_once_are_refused_and_none_is_asked(desk, loaded):
    questions = "\n".join([QUESTION] * (MAX_QUESTIONS + 1))
    (only,) = desk.ask(questions, loaded, None, None, "one", Turns())
    assert f"ask at most {MAX_QUESTIONS} at once" in shown(only, "status")


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        ("", "empty"),
        (f"{QUESTION}\n{'why ' * 251}", "1,004 characters"),
        ("\n".join([QUESTION] * (MAX_QUESTIONS + 1)), "at once"),
    ],
)
def test_a_question_that_is_refused_leaves_the_one_before_it_to_be_asked_again(
    desk, loaded, refused, why
):
    turns = Turns()
    *_, answered = desk.ask(QUESTION, loaded, None, None, "one", turns)
    loaded = shown(answered, "loaded")
    (said,) = desk.ask(refused, loaded, None, None, "one", turns)
    assert "is-failed" in shown(said, "status") and why in shown(said, "status")
    *_, moved = Changes(desk.shelf).shift(0.5, loaded, turns)
    assert answers(desk.ask_again(shown(moved, "loaded"), turns)) == [QUESTION]


def test_a_question_that_is_refused_is_said_also_after_a_stop(desk, loaded):
    turns = Turns()
    desk.stop(loaded, turns)
    (said,) = desk.ask("", loaded, None, None, "one", turns)
    (settled,) = desk.settle(loaded, turns)
    assert shown(settled, "status") == shown(said, "status")


def test_a_question_that_is_refused_while_files_are_read_is_said_when_they_are(desk, track):
    turns = Turns()
    list(desk.ask(QUESTION, None, None, None, "one", turns))
    reading = desk.load(None, track, None, "one", turns)
    next(reading)
    (said,) = desk.ask("", None, None, track, "one", turns)
    list(desk.settle(None, turns))
    *_, read = reading
    *_, answered = desk.ask_again(shown(read, "loaded"), turns)
    loaded = shown(answered, "loaded")
    (settled,) = desk.settle(loaded, turns)
    assert answers([answered]) == [QUESTION]
    assert shown(settled, "status") == shown(said, "status")
    list(desk.ask(QUESTION, loaded, None, track, "one", turns))
    (after,) = desk.settle(loaded, turns)
    assert isinstance(shown(after, "status"), dict)  # an update without a change


def test_why_no_file_could_be_read_stays_also_where_a_question_is_refused_meanwhile(desk, tmp_path):
    (tmp_path / "empty.srt").touch()
    turns = Turns()
    reading = desk.load(None, str(tmp_path / "empty.srt"), None, "one", turns)
    next(reading)
    list(desk.ask("", None, None, str(tmp_path / "empty.srt"), "one", turns))
    list(desk.settle(None, turns))
    assert any("empty.srt" in str(shown(view, "status")) for view in reading)
    (settled,) = desk.settle(None, turns)
    assert isinstance(shown(settled, "status"), dict)  # an update without a change


def test_a_question_that_is_being_answered_is_asked_again_of_another_model(desk, loaded):
    turns = Turns()
    first = desk.ask(QUESTION, loaded, None, None, "one", turns)
    next(first)
    assert turns.waiting == QUESTION
    *_, answered = desk.switch("two", "one", loaded, None, None, turns)
    assert [answer.model["name"] for answer in shown(answered, "loaded").answers] == ["two"]
    assert list(first) == [] and turns.waiting is None


def test_a_question_is_answered_by_the_model_that_stays_where_the_other_fails(desk, loaded):
    turns = Turns()
    first = desk.ask(QUESTION, loaded, None, None, "one", turns)
    next(first)
    *_, last = desk.switch("broken", "one", loaded, None, None, turns)
    kept = shown(last, "loaded")
    assert [(a.question, a.model["name"]) for a in kept.answers] == [(QUESTION, "one")]
    assert "fetch or train it again" in shown(last, "status")
    assert list(first) == [] and turns.waiting is None


def test_a_model_that_fails_while_the_files_are_read_loses_neither_them_nor_the_question(
    desk, track
):
    turns = Turns()
    reading = desk.ask(QUESTION, None, None, track, "one", turns)
    next(reading), next(reading)
    views = list(desk.switch("broken", "one", None, None, track, turns))
    kept = [shown(v, "loaded") for v in views if isinstance(shown(v, "loaded"), Loaded)]
    assert [len(each.answers) for each in kept] == [0, 1] and kept[-1].model == "one"
    assert "fetch or train it again" in shown(views[-1], "status")


def test_a_model_chosen_while_a_video_joins_its_subtitles_reads_both(desk, loaded, track, tmp_path):
    video = make_tracks(tmp_path / "new.mkv")
    turns = Turns()
    reading = desk.load(str(video), track, loaded, "one", turns)
    next(reading)
    list(desk.ask(QUESTION, loaded, str(video), track, "one", turns))
    views = list(desk.switch("two", "one", loaded, str(video), track, turns))
    assert list(reading) == [] and answers(views) == [QUESTION]
    kept = shown(views[-1], "loaded")
    assert (kept.model, kept.encoded.path) == ("two", video)


def answers(views):
    """Questions that were answered, as the page shows them at the end."""
    kept = [shown(view, "loaded") for view in views if isinstance(shown(view, "loaded"), Loaded)]
    return [answer.question for answer in kept[-1].answers] if kept else []


def test_a_question_asked_before_any_file_is_answered_when_one_is_read(desk, loaded, track):
    turns = Turns()
    (said,) = desk.ask(QUESTION, None, None, None, "one", turns)
    assert "Load a video first" in shown(said, "status")
    assert answers(desk.settle(None, turns)) == []
    list(desk.load(None, track, None, "one", turns))
    assert answers(desk.ask_again(loaded, turns)) == [QUESTION]
    assert answers(desk.settle(loaded, turns)) == []


def test_a_question_asked_before_any_file_outlives_a_switch_to_another_model(desk, loaded, track):
    turns = Turns()
    list(desk.ask(QUESTION, None, None, None, "one", turns))
    views = list(desk.switch("two", "one", None, None, None, turns))
    assert answers(views) == [] and turns.waiting == QUESTION
    *_, read = desk.load(None, track, None, "two", turns)
    answered = list(desk.ask_again(shown(read, "loaded"), turns))
    assert answers(answered) == [QUESTION] and shown(answered[-1], "loaded").model == "two"


@pytest.mark.parametrize("read_to_the_end", [False, True])
def test_a_question_asked_before_any_file_outlives_a_switch_while_one_is_read(
    desk, track, read_to_the_end
):
    turns = Turns()
    list(desk.ask(QUESTION, None, None, None, "one", turns))
    reading = desk.load(None, track, None, "one", turns)
    next(reading)
    read = list(reading)[-1] if read_to_the_end else None
    switching = desk.switch("two", "one", read and shown(read, "loaded"), None, track, turns)
    next(switching)  # before the page can ask again of what was read
    assert list(desk.ask_again(read and shown(read, "loaded"), turns)) == [view()]
    views = list(switching)
    assert answers(views) == [QUESTION] and shown(views[-1], "loaded").model == "two"
    assert turns.waiting is None


def test_a_question_about_the_subtitles_is_asked_again_with_the_video_by_another_model(
    desk, track, loaded, short_video
):
    turns = Turns()
    *_, answered = desk.ask(QUESTION, loaded, None, track, "one", turns)
    reading = desk.load(str(short_video), track, shown(answered, "loaded"), "one", turns)
    next(reading)  # the page is empty from now on
    views = list(desk.switch("two", "one", None, str(short_video), track, turns))
    assert answers(views) == [QUESTION] and shown(views[-1], "loaded").model == "two"


def test_a_question_is_asked_again_of_changed_subtitles_by_another_model(desk, loaded, track):
    turns, changes = Turns(), Changes(desk.shelf)
    *_, answered = desk.ask(QUESTION, loaded, None, track, "one", turns)
    *_, shifted = changes.shift(1.0, shown(answered, "loaded"), turns)
    views = list(desk.switch("two", "one", shown(shifted, "loaded"), None, track, turns))
    assert answers(views) == [QUESTION]
    assert shown(views[-1], "loaded").what_if.offset_second == 1.0


@pytest.mark.parametrize(("wanted", "taken"), [("two", "two"), ("broken", "one")])
def test_a_model_chosen_just_before_something_else_came_in_is_taken_after_it(
    desk, loaded, track, wanted, taken
):
    turns, changes = Turns(), Changes(desk.shelf)
    *_, answered = desk.ask(QUESTION, loaded, None, track, "one", turns)
    list(desk.settle(shown(answered, "loaded"), turns))
    turns.drawn()
    choosing = desk.switch(wanted, "one", shown(answered, "loaded"), None, track, turns)
    next(choosing)
    *_, shifted = changes.shift(1.0, shown(answered, "loaded"), turns)
    assert list(choosing) == [] and turns.model == wanted
    list(desk.settle(shown(shifted, "loaded"), turns))
    views = list(desk.settle(shown(shifted, "loaded"), turns))
    last = shown(views[-1], "loaded") if taken == "two" else shown(shifted, "loaded")
    assert (last.model, last.what_if.offset_second, turns.model) == (taken, 1.0, None)
    said = "".join(str(shown([*view], "status")) for view in views)
    assert ("broken" in said) == (wanted == "broken")


def test_a_change_that_fails_asks_nothing_again(desk, loaded, track):
    turns, changes = Turns(), Changes(desk.shelf)
    *_, answered = desk.ask(QUESTION, loaded, None, track, "one", turns)
    loaded = shown(answered, "loaded")
    views = list(changes.shift(-60.0, loaded, turns))
    assert "is-failed" in shown(views[-2], "status")
    assert answers(desk.ask_again(loaded, turns)) == []


def test_a_question_about_another_video_does_not_wait_for_the_next(desk, track, short_video):
    turns = Turns()
    *_, read = desk.load(str(short_video), None, None, "one", turns)
    first = desk.ask(QUESTION, shown(read, "loaded"), str(short_video), None, "one", turns)
    next(first)
    list(desk.load(None, track, shown(read, "loaded"), "one", turns))
    assert list(first) == [] and turns.waiting is None


def test_a_question_that_did_not_know_of_the_file_just_read_is_answered(desk, loaded, track):
    turns = Turns()
    asked = desk.ask(QUESTION, None, None, None, "one", turns)  # the page of a moment ago
    list(desk.load(None, track, None, "one", turns))
    assert answers(desk.ask_again(loaded, turns)) == []
    list(asked)
    assert (
        answers(desk.settle(loaded, turns)) == []
    )  # of the file, whose question may be on its way
    assert answers(desk.settle(loaded, turns)) == [QUESTION]


def test_a_file_given_before_the_one_before_it_was_taken_away_is_read(desk, track):
    """The two events of replacing a file arrive in the wrong order."""
    turns = Turns()
    for files in ((None, track), (None, None)):
        list(desk.load(*files, None, "one", turns))
        (nothing,) = desk.load_late(None, track, None, "one", turns)  # one is still on its way
        assert isinstance(shown(nothing, "loaded"), dict)
    list(desk.settle(None, turns)), list(desk.settle(None, turns))
    steps = desk.load_late(None, track, None, "one", turns)
    views = [next(steps)]
    list(desk.ask(QUESTION, None, None, track, "one", turns))  # meanwhile, and it waits
    views += steps
    assert answers(views) == [QUESTION] and turns.waiting is None
    (again,) = desk.load_late(None, track, shown(views[-1], "loaded"), "one", turns)
    assert isinstance(shown(again, "loaded"), dict)  # it has been read


def test_files_are_read_late_also_after_what_kept_them_from_being_read(desk, tmp_path):
    """An earlier event leaves it to the last one, while a question or a switch goes on."""
    with Page() as page:
        ask_tab.build(desk, Clips(tmp_path))
    ends = [event for event in page.fns.values() if event.fn == desk.load_late]
    begins = set()
    for event in ends:
        while event.trigger_after is not None:
            event = page.fns[event.trigger_after]
        begins.add(event.fn)
    assert begins == {desk.load, desk.ask, desk.switch}  # there are no examples


def test_a_file_read_after_it_was_taken_away_is_not_kept(desk, track):
    turns = Turns()
    for files in ((None, None), (None, track)):
        *_, last = desk.load(*files, None, "one", turns)
    for _ in range(2):
        list(desk.settle(shown(last, "loaded"), turns))
    *_, empty = desk.load_late(None, None, shown(last, "loaded"), "one", turns)
    assert shown(empty, "loaded") is None


def test_what_an_event_writes_into_the_boxes_is_not_its_last_step():
    """Gradio sends the last step again when an event ends; a visitor may have gone on by then."""
    untouched = filled(view())

    def one_step():
        yield view(status="reading")

    first, last = filling(one_step(), question=QUESTION, video_file="example.mp4")
    assert QUESTION in first and "example.mp4" in first and last == untouched


def test_an_earlier_answer_does_not_write_its_question_twice(desk, loaded):
    *_, last = desk.ask(QUESTION, loaded, None, None, "one", Turns())
    clicked = SimpleNamespace(answer="0")
    steps = list(desk.show_again(clicked, shown(last, "loaded"), Turns()))
    assert QUESTION in steps[0] and steps[-1] == filled(view())


@pytest.fixture
def gone_back(desk, loaded):
    """Two questions were asked; the answer to the first is on the page again."""
    turns = Turns()
    *_, last = desk.ask(f"{QUESTION}\nanother", loaded, None, None, "one", turns)
    list(desk.show_again(SimpleNamespace(answer="0"), shown(last, "loaded"), turns))
    return shown(last, "loaded"), turns


def test_a_change_after_going_back_asks_what_is_on_the_page(desk, gone_back):
    loaded, turns = gone_back
    *_, moved = Changes(desk.shelf).shift(0.5, loaded, turns)
    assert answers(desk.ask_again(shown(moved, "loaded"), turns)) == [QUESTION]


def test_another_model_after_going_back_is_asked_what_is_on_the_page(desk, gone_back):
    loaded, turns = gone_back
    views = list(desk.switch("two", "one", loaded, None, None, turns))
    assert shown(views[-1], "loaded").answers[-1].model["name"] == "two"
    assert answers(views)[-1] == QUESTION


def test_going_back_while_a_question_is_answered_leaves_that_to_be_asked_again(desk, gone_back):
    loaded, turns = gone_back
    asking = desk.ask("a third", loaded, None, None, "one", turns)
    next(asking)
    list(desk.show_again(SimpleNamespace(answer="1"), loaded, turns))
    *_, last = asking
    *_, moved = Changes(desk.shelf).shift(0.5, shown(last, "loaded"), turns)
    assert answers(desk.ask_again(shown(moved, "loaded"), turns)) == ["a third"]


def test_a_subtitle_file_that_is_used_in_place_of_a_track_is_noted(desk, track, tmp_path):
    video = str(make_tracks(tmp_path / "own.mkv", ("eng", "", [(1.0, 2.0, "close the box")])))
    said = [shown(list(desk.load(video, file, None, "one", Turns()))[-1], "status")
            for file in (track, None)]  # fmt: skip
    assert ["in place of the text track inside the video" in text for text in said] == [True, False]


def test_what_several_events_have_mixed_up_is_put_right_when_the_last_has_settled(
    desk, loaded, track
):
    turns = Turns()
    *_, read = desk.load(None, track, None, "one", turns)
    *_, answered = desk.ask(QUESTION, loaded, None, track, "one", turns)
    loaded = shown(answered, "loaded")
    (early,) = desk.settle(loaded, turns)
    (late,) = desk.settle(loaded, turns)
    assert isinstance(shown(early, "results"), dict)  # an update without a change
    assert shown(late, "results") == shown(answered, "results") != shown(read, "results")
    assert shown(late, "timeline") == shown(answered, "timeline")
    turns.drawn(), turns.drawn()
    list(desk.ask(QUESTION, loaded, None, track, "one", turns))
    (alone,) = desk.settle(loaded, turns)
    assert isinstance(shown(alone, "results"), dict)


def test_a_question_asked_while_the_page_is_put_right_is_put_right_as_well(desk, loaded, track):
    turns = Turns()
    list(desk.load(None, track, None, "one", turns))
    list(desk.load(None, track, None, "one", turns))
    list(desk.settle(loaded, turns)), turns.drawn()
    list(desk.settle(loaded, turns))  # it repaints, and the browser has not drawn that yet
    *_, answered = desk.ask(QUESTION, loaded, None, track, "one", turns)
    turns.drawn()
    (again,) = desk.settle(shown(answered, "loaded"), turns)
    assert shown(again, "results") == shown(answered, "results")


def test_what_a_visitor_may_be_changing_is_put_right_only_where_events_say_different_things(
    desk, loaded, track
):
    turns, changes = Turns(), Changes(desk.shelf)
    list(desk.load(None, track, None, "one", turns))
    list(desk.load(None, track, None, "one", turns))
    *_, answered = desk.ask(QUESTION, loaded, None, track, "one", turns)
    loaded = shown(answered, "loaded")
    *_, late = [list(desk.settle(loaded, turns)).pop() for _ in range(3)]
    assert isinstance(shown(late, "results"), str)
    assert shown(late, "offset")["visible"] and "value" not in shown(late, "offset")
    turns.drawn()  # one of the three; the others are on their way
    *_, moved = changes.shift(1.5, loaded, turns)
    again, *_ = desk.settle(shown(moved, "loaded"), turns)  # and the question is asked again
    assert shown(again, "offset")["value"] == 1.5


def test_a_stop_has_the_last_word(desk, loaded, track):
    """What stopped ends with a view of its own, which may come after that of the stop."""
    turns = Turns()
    reading = desk.load(None, track, None, "one", turns)
    next(reading)
    reading.close()
    stopped = desk.stop(None, turns)
    (settled,) = desk.settle(None, turns)
    assert shown(settled, "status") == shown(stopped, "status")
    assert "Stopped" in shown(settled, "status") and shown(settled, "ask")["interactive"]
    list(desk.ask(QUESTION, loaded, None, track, "one", turns))
    assert isinstance(shown(next(desk.settle(loaded, turns)), "status"), dict)  # it is over


def test_a_question_that_is_being_answered_is_not_late(desk, loaded):
    turns = Turns()
    answering = desk.ask(QUESTION, loaded, None, None, "one", turns)
    next(answering)
    assert answers(desk.settle(loaded, turns)) == []
    assert answers(answering) == [QUESTION]


@pytest.mark.parametrize("nothing_there", [True, False])
def test_cancel_leaves_the_choice_of_a_model_as_it_answers(desk, loaded, nothing_there):
    """Without a video the next one is read for what is chosen; with one, its model stays."""
    view = desk.stop(None if nothing_there else loaded, Turns())
    assert (shown(view, "model_choice") == loaded.model) is not nothing_there


def test_as_many_as_allowed_are_asked(desk, loaded):
    questions = "\n".join(f"{QUESTION} {number}" for number in range(MAX_QUESTIONS))
    views = list(desk.ask(questions, loaded, None, None, "one", Turns()))
    kept = [shown(view, "loaded") for view in views if hasattr(shown(view, "loaded"), "answers")]
    assert [len(each.answers) for each in kept] == list(range(1, MAX_QUESTIONS + 1))


def test_a_question_asked_twice_is_listed_once(desk, loaded):
    questions = "\n".join([QUESTION, f"{QUESTION}?", QUESTION])
    assert answers(desk.ask(questions, loaded, None, None, "one", Turns())) == [
        f"{QUESTION}?",
        QUESTION,
    ]


@pytest.fixture
def moved(desk, loaded):
    """Asked as it was read, then again with the subtitles moved."""
    turns = Turns()
    *_, last = desk.ask(QUESTION, loaded, None, None, "one", turns)
    *_, last = Changes(desk.shelf).shift(0.5, shown(last, "loaded"), turns)
    *_, last = desk.ask_again(shown(last, "loaded"), turns)
    return shown(last, "loaded"), turns


def test_an_answer_of_before_a_change_is_brought_back_with_what_was_asked_about(desk, moved):
    changed, turns = moved
    assert [each.what_if for each in changed.asked()] == [WhatIf(), WhatIf(offset_second=0.5)]
    steps = Changes(desk.shelf).bring_back(SimpleNamespace(earlier="0"), changed, turns)
    first, _ = steps
    back = shown(first, "loaded")
    assert back.what_if == WhatIf() and back.encoded.subtitles == back.whole.subtitles
    assert back.encoded.input.cues == back.whole.input.cues != changed.encoded.input.cues
    assert [each.what_if for each in back.asked()] == [WhatIf(offset_second=0.5), WhatIf()]
    assert shown(first, "offset")["value"] == 0.0 and turns.waiting == QUESTION


@pytest.mark.parametrize("place", [-1, 1])
def test_an_answer_that_is_not_there_is_not_brought_back(desk, moved, place):
    changed, turns = moved
    (nothing,) = Changes(desk.shelf).bring_back(SimpleNamespace(earlier=place), changed, turns)
    assert nothing == filled(view())
