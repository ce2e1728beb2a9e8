"""Examples are read once for each model, other files every time; their subtitles are theirs."""

import shutil
from types import SimpleNamespace

import pytest

from mutualsl.spans import Span
from mutualsl.subtitles import Cue, write_subtitles
from mutualsl.ui.examples import DemoVideo
from mutualsl.ui.handlers import Desk
from mutualsl.ui.reader import Reader, files_of
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import OUTPUTS, Loaded, view
from tests.video.conftest import make_tracks


@pytest.fixture
def example(short_video, tmp_path):
    track = tmp_path / "track.srt"
    write_subtitles([Cue(1, 2, "open the jar")], track)
    return DemoVideo(short_video, track, ("where is the jar",), (Span(1.0, 2.0),), 1.5)


@pytest.fixture
def reader(shelf, example, tmp_path):
    return Reader(shelf, [example], tmp_path)


def quiet(stage, fraction):
    pass


def test_an_example_is_read_once_for_each_model(reader, example):
    files = files_of(example)
    assert reader.kept("one", *files) is None
    read = reader.read("one", *files, quiet)
    assert reader.read("one", *files, quiet) is reader.kept("one", *files) is read
    assert read.gold == {"where is the jar": Span(1.0, 2.0)}
    assert reader.kept("two", *files) is None
    assert reader.read("two", *files, quiet).model == "two"


def test_a_visitors_files_are_not_kept(reader, example):
    video, track = files_of(example)
    for files in ((video, None), (None, track)):
        assert reader.read("one", *files, quiet) is not reader.read("one", *files, quiet)
        assert reader.kept("one", *files) is None


def test_examples_are_read_ahead_for_the_first_model(reader, example):
    reader._read_all()
    assert reader.kept("one", *files_of(example)) is not None


def test_an_example_that_cannot_be_read_is_left_to_who_clicks_it(reader, example):
    example.subtitles.write_text("no subtitles at all")
    reader._read_all()
    assert reader.kept("one", *files_of(example)) is None


@pytest.fixture
def desk(shelf, reader, tmp_path):
    (tmp_path / "copy").mkdir()
    return Desk(shelf, reader)


def shown(views, name):
    *_, last = views
    return last[OUTPUTS.index(name)]


def test_subtitles_of_an_example_are_not_used_for_another_video(desk, example, tmp_path):
    track = str(shutil.copy(example.subtitles, tmp_path / "copy"))  # as the page has it
    own = str(make_tracks(tmp_path / "own.mkv", ("eng", "", [(1.0, 2.0, "close the box")])))
    turns = Turns()
    read = list(desk.load(own, track, None, "one", turns))
    assert "track.srt belongs to an example and is not used" in shown(read, "status")
    loaded = shown(read, "loaded")
    assert loaded.encoded.subtitles.track_number == 1
    assert desk.clear_unused(own, track) is None
    list(desk.settle(loaded, turns)), turns.drawn()
    for shows in (track, None):  # before and after the box is empty
        assert list(desk.load_late(own, shows, loaded, "one", turns)) == [view()]
    asked = desk.ask("open the jar", None, own, track, "one", Turns())
    assert shown(asked, "loaded").encoded.subtitles.track_number == 1


@pytest.mark.parametrize("with_video", [True, False])
def test_subtitles_of_an_example_are_used_with_its_video_and_alone(
    desk, example, tmp_path, with_video
):
    video, track = (str(shutil.copy(file, tmp_path / "copy")) for file in files_of(example))
    files = (video if with_video else None, track)
    read = list(desk.load(*files, None, "one", Turns()))
    assert shown(read, "loaded").encoded.subtitles.format == "srt"
    assert "belongs to an example" not in shown(read, "status")
    assert desk.clear_unused(*files) is not None


@pytest.mark.parametrize("before", ["nothing", "another video"])
def test_an_example_is_not_displaced_by_a_question_that_was_asked_before(
    desk, example, tmp_path, before
):
    """The two events arrive in the wrong order; the page of the question has no example yet."""
    own = None if before == "nothing" else str(make_tracks(tmp_path / "own.mkv"))
    turns, clicked = Turns(), SimpleNamespace(example="0", question="0")
    trying = desk.try_example(clicked, None, "one", turns)
    next(trying)
    late = desk.ask("open the jar", None, own, None, "one", turns)
    assert list(late) == [view()]
    assert asked(trying) == list(example.questions)
    assert asked(desk.ask("open the jar", None, own, None, "one", turns)) == (
        ["open the jar"] if own else []
    )


def test_a_question_about_an_example_on_its_way_waits_for_it(desk, example, tmp_path):
    video, track = (str(shutil.copy(file, tmp_path / "copy")) for file in files_of(example))
    turns, clicked = Turns(), SimpleNamespace(example="0", question="0")
    trying = desk.try_example(clicked, None, "one", turns)
    next(trying)
    list(desk.ask("open the jar", None, video, track, "one", turns))
    assert asked(trying) == ["open the jar"]


def asked(views):
    """The questions that have an answer at the end."""
    kept = [each for view in views if isinstance(each := view[OUTPUTS.index("loaded")], Loaded)]
    return [answer.question for answer in kept[-1].answers] if kept else []
