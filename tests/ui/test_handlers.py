import pytest

from mutualsl.subtitles import Cue, write_subtitles
from mutualsl.ui.handlers import Desk
from mutualsl.ui.limits import MAX_QUESTIONS
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import OUTPUTS, Loaded
from tests.video.conftest import make_tracks


@pytest.fixture
def desk(shelf, tmp_path):
    return Desk(shelf, (), tmp_path)


@pytest.fixture
def loaded(desk, tmp_path):
    """Subtitles alone, as the page has read them."""
    track = tmp_path / "track.srt"
    write_subtitles([Cue(1, 2, "open the jar"), Cue(3, 4, "close the box")], track)
    *_, last = desk.load(None, str(track), None, "one", Turns())
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
    questions = "\n".join(["how do i open the jar"] * (MAX_QUESTIONS + 1))
    *_, last = desk.ask(questions, loaded, None, None, "one", Turns())
    assert f"ask at most {MAX_QUESTIONS} at once" in shown(last, "status")
    assert shown(last, "loaded") != loaded


def test_a_question_that_is_being_answered_is_asked_again_of_another_model(desk, loaded):
    turns = Turns()
    question = "how do i open the jar"
    first = desk.ask(question, loaded, None, None, "one", turns)
    next(first), next(first)
    assert turns.waiting == question
    *_, answered, _ = desk.switch("two", "one", loaded, None, None, turns)
    assert [answer.model["name"] for answer in shown(answered, "loaded").answers] == ["two"]
    assert list(first) == [] and turns.waiting is None


def test_a_question_is_answered_by_the_model_that_stays_where_the_other_fails(desk, loaded):
    turns = Turns()
    question = "how do i open the jar"
    first = desk.ask(question, loaded, None, None, "one", turns)
    next(first), next(first)
    *views, last = desk.switch("broken", "one", loaded, None, None, turns)
    kept = next(shown(v, "loaded") for v in views if isinstance(shown(v, "loaded"), Loaded))
    assert [(a.question, a.model["name"]) for a in kept.answers] == [(question, "one")]
    assert "fetch or train it again" in shown(last, "status")
    assert list(first) == [] and turns.waiting is None


def test_a_model_that_fails_while_the_files_are_read_loses_neither_them_nor_the_question(
    desk, tmp_path
):
    track = tmp_path / "track.srt"
    write_subtitles([Cue(1, 2, "open the jar")], track)
    turns = Turns()
    reading = desk.ask("how do i open the jar", None, None, str(track), "one", turns)
    next(reading), next(reading), next(reading)
    views = list(desk.switch("broken", "one", None, None, str(track), turns))
    kept = [shown(v, "loaded") for v in views if isinstance(shown(v, "loaded"), Loaded)]
    assert [len(each.answers) for each in kept] == [0, 1] and kept[-1].model == "one"
    assert "fetch or train it again" in shown(views[-1], "status")


def test_as_many_as_allowed_are_asked(desk, loaded):
    questions = "\n".join(["how do i open the jar"] * MAX_QUESTIONS)
    views = list(desk.ask(questions, loaded, None, None, "one", Turns()))
    kept = [shown(view, "loaded") for view in views if hasattr(shown(view, "loaded"), "answers")]
    assert [len(each.answers) for each in kept] == list(range(1, MAX_QUESTIONS + 1))
