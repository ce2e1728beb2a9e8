"""Examples are read once for each model, other files every time."""

import pytest

from mutualsl.spans import Span
from mutualsl.subtitles import Cue, write_subtitles
from mutualsl.ui.examples import DemoVideo
from mutualsl.ui.reader import Reader, files_of


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
