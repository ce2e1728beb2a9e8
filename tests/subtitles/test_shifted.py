import pytest

from mutualsl.errors import SubtitleError
from mutualsl.subtitles import Cue, Subtitles, fitted, shifted

TRACK = Subtitles(cues=(Cue(1.0, 3.0, "one"), Cue(5.0, 8.0, "two")), silent=(Cue(3.0, 4.0, ""),))


def times(track):
    return [(cue.start_second, cue.end_second) for cue in track.cues]


def test_later_and_earlier():
    assert times(shifted(TRACK, 2.5, 100.0)) == [(3.5, 5.5), (7.5, 10.5)]
    assert times(shifted(TRACK, -2.0, 100.0)) == [(0.0, 1.0), (3.0, 6.0)]
    assert times(shifted(TRACK, 0.0, None)) == times(TRACK)
    assert shifted(TRACK, 1.0, 100.0).silent == (Cue(4.0, 5.0, ""),)


def test_what_leaves_the_video_is_cut_or_left_out():
    assert times(shifted(TRACK, -3.0, 100.0)) == [(2.0, 5.0)]
    assert [end for _, end in times(shifted(TRACK, 3.0, 10.0))] == [6.0, 10.0]


def test_what_was_cut_off_comes_back():
    late = [Cue(start, start + 8.0, f"line {start:g}") for start in (10.0, 50.0, 60.0, 70.0)]
    track = fitted(Subtitles(cues=tuple(late)), 64.0)
    assert times(track) == [(10, 18), (50, 58), (60, 64)]
    assert times(shifted(track, -10.0, 64.0)) == [(0, 8), (40, 48), (50, 58), (60, 64)]
    assert times(shifted(track.without({0, 3}), -10.0, 64.0)) == [(40, 48), (50, 58)]
    assert times(shifted(shifted(track, 5.0, 64.0), -5.0, 64.0)) == times(track)
    assert times(fitted(track, 100.0)) == [(10, 18), (50, 58), (60, 68), (70, 78)]


def test_what_is_said_of_cut_lines_is_true_after_each_change():
    track = fitted(Subtitles(cues=(Cue(10.0, 18.0, "one"), Cue(70.0, 78.0, "two"))), 64.0)
    for offset, said in ((-5.0, {"past_end": 1}), (-10.0, {"clipped": 1}), (-20.0, {})):
        report = shifted(track, offset, 64.0).report
        assert {repair.kind: repair.count for repair in report} == said


def test_a_line_that_lies_past_the_end_is_still_a_line():
    track = fitted(Subtitles(cues=(Cue(10.0, 18.0, "one"), Cue(70.0, 78.0, "two"))), 64.0)
    assert times(shifted(track.without({0}), -10.0, 64.0)) == [(60, 64)]
    assert track.without({0, 1}) is None


@pytest.mark.parametrize("offset", [-30.0, 30.0])
def test_nothing_left_is_an_error(offset):
    with pytest.raises(SubtitleError):
        shifted(TRACK, offset, 20.0)
