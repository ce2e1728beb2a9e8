"""Changes of what is asked about: each adds to the one before, also where that is on its way."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from mutualsl.subtitles import Cue, write_subtitles
from mutualsl.ui import loading
from mutualsl.ui.changes import Changes
from mutualsl.ui.loading import prepare
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import OUTPUTS
from tests.video.conftest import make_tracks


@pytest.fixture
def changes(shelf):
    return Changes(shelf)


@pytest.fixture
def loaded(shelf, tmp_path):
    """Three lines, without a video."""
    track = tmp_path / "track.srt"
    write_subtitles([Cue(n, n + 1, f"open jar {n}") for n in range(3)], track)
    return prepare(shelf, tmp_path, "one", None, str(track), lambda stage, fraction: None)


def without(changes, place, loaded, turns):
    return changes.leave_out(SimpleNamespace(cue=str(place)), loaded, turns)


def shown(views, name="loaded"):
    *_, last = views
    return last[OUTPUTS.index(name)]


def test_two_lines_that_are_left_out_at_once_are_both_left_out(changes, loaded):
    turns = Turns()
    first = without(changes, 2, loaded, turns)
    next(first)
    other = shown(without(changes, 0, loaded, turns))
    assert other.what_if.left_out == {0, 2} and other.encoded.subtitles.cues[0].start_second == 1
    assert list(first) == []
    both = shown(changes.shift(0.5, other, turns)).what_if
    assert (both.left_out, both.offset_second) == ({0, 2}, 0.5)
    assert shown(without(changes, -1, other, turns)).what_if.left_out == frozenset()


def test_a_change_that_fails_is_not_in_the_next_one(changes, loaded):
    turns = Turns()
    said = [str(view[0]) for view in changes.shift(-60.0, loaded, turns)]
    assert "-60 s" in next(text for text in said if "is-failed" in text)
    assert shown(without(changes, 1, loaded, turns)).what_if.offset_second == 0.0


def test_a_line_of_a_longer_transcript_means_nothing(changes, loaded):
    assert shown(without(changes, 99, loaded, Turns())).what_if.left_out == frozenset()


def test_the_time_axis_of_subtitles_alone_grows_with_them(changes, loaded):
    later = shown(changes.shift(30.0, loaded, Turns())).encoded
    assert later.duration_second == later.subtitles.end_second == 33.0
    assert shown(changes.shift(0.0, loaded, Turns())).encoded.duration_second == 3.0


def test_a_change_of_another_video_is_forgotten(changes, loaded):
    turns = Turns()
    next(without(changes, 2, loaded, turns))
    turns.stop("Stopped.")
    assert shown(without(changes, 0, loaded, turns)).what_if.left_out == {0}


@pytest.mark.parametrize(("limit", "most"), [("MAX_CUES", 1), ("MAX_TRANSCRIPT_CHARACTERS", 20)])
def test_another_track_has_the_limits_of_the_first(
    changes, shelf, tmp_path, monkeypatch, limit, most
):
    short = ("eng", "", [(0.5, 1.5, "open the jar")])
    long = ("ger", "", [(0.5, 1.5, "open the jar"), (2.0, 3.0, "close the box")])
    video = make_tracks(tmp_path / "two.mkv", short, long)
    monkeypatch.setattr(loading, limit, most)
    first = prepare(shelf, tmp_path, "one", str(video), None, lambda stage, fraction: None)
    said = [str(view[0]) for view in changes.choose_track(2, first, Turns())]
    assert any("is-failed" in text and f"here they may have {most}" in text for text in said)


def test_of_a_file_that_is_gone_a_visitor_reads_its_name(changes, shelf, tmp_path):
    tracks = [("eng", "", [(0.5, 1.5, line)]) for line in ("open the jar", "close the box")]
    video = make_tracks(tmp_path / "two.mkv", *tracks)
    first = prepare(shelf, tmp_path, "one", str(video), None, lambda stage, fraction: None)
    video.unlink()
    said = [str(view[0]) for view in changes.choose_track(2, first, Turns())]
    (failed,) = (text for text in said if "is-failed" in text)
    assert "wo.mkv is not a file" in failed and str(tmp_path) not in failed


def test_a_track_that_is_on_its_way_is_in_the_next_change(changes, shelf, tmp_path):
    tracks = [("eng", "", [(0.5, 1.5, line)]) for line in ("open the jar", "close the box")]
    video = make_tracks(tmp_path / "two.mkv", *tracks)
    first = prepare(shelf, tmp_path, "one", str(video), None, lambda stage, fraction: None)
    turns = Turns()
    choosing = changes.choose_track(2, first, turns)
    next(choosing)
    moved = shown(changes.shift(0.5, first, turns))
    assert list(choosing) == []
    assert (moved.whole.subtitles.track_number, moved.what_if.offset_second) == (2, 0.5)
    answered = replace(moved, answers=("an answer",))  # it is not read, and forgotten, once more
    assert shown(changes.shift(0.2, answered, turns)).whole is moved.whole
