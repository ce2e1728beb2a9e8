"""Pictures that nobody asks for are not decoded; those that are stay the same to the last bit."""

from itertools import accumulate, cycle, islice
from types import SimpleNamespace

import numpy as np
import pytest

from mutualsl.video.worker.decoding import Decoder
from mutualsl.video.worker.frames import TOLERANCE_SECOND
from mutualsl.video.worker.opening import open_video
from mutualsl.video.worker.skipping import AHEAD_PACKETS, at_every, with_following
from tests.video.conftest import make_odd

COUNT = 150
STEPS = {"even": [0.04], "uneven": [0.01, 0.15, 0.02, 0.04, 0.3]}


def picture(number):
    """Noise that moves, which H.264 predicts from both sides."""
    noise = np.random.default_rng(0).integers(0, 255, (48, 64 + 2 * COUNT), np.uint8)
    moved = noise[:, 2 * number : 2 * number + 64]
    return np.repeat(moved[..., None], 3, axis=2)


def at_instants(path, step_second, wanted):
    """The pictures shown at the multiples of a step, and how many were decoded for that."""
    with open_video(path) as source:
        decoder = Decoder(source, source.video, lambda second: None, wanted)
        pictures, found = 0, []
        for _, end_second, frame in decoder.shown():
            pictures += 1
            while len(found) * step_second < end_second - TOLERANCE_SECOND:
                found.append(frame.to_ndarray())
    return pictures, np.stack(found)


@pytest.mark.parametrize("step_second", [0.125, 1.0])
@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_what_is_asked_for_is_the_same(tmp_path, suffix, steps, step_second):
    times = [0, *accumulate(islice(cycle(STEPS[steps]), COUNT - 1))]
    path = make_odd(tmp_path / f"a{suffix}", [picture(n) for n in range(COUNT)], times)
    all_count, everything = at_instants(path, step_second, None)
    count, found = at_instants(path, step_second, at_every(step_second))
    assert all_count == COUNT and count < 0.85 * COUNT
    np.testing.assert_array_equal(found, everything)


def test_pictures_of_either_step_are_asked_for():
    wanted = at_every(0.5, 5.2)
    assert wanted(0.98, 1.02) and wanted(5.18, 5.22)
    assert not wanted(1.02, 1.06) and not wanted(1.44, 1.48)
    assert wanted(1.501, 1.54)  # rounded up from 1.5 by the container


def packet(dts, pts, *, is_discard=False):
    return SimpleNamespace(dts=dts, pts=pts, is_discard=is_discard)


END = packet(None, None)


@pytest.mark.parametrize(
    ("packets", "following"),
    [
        # I P B b b P P, shown as I b B b P P P
        (
            [(0, 1), (1, 5), (2, 3), (3, 2), (4, 4), (5, 6), (6, 7), (7, 8)],
            [2, 6, 4, 3, 5, 7, None, None],
        ),
        ([(0, 0), (10, 10), (20, 20)], [10, 20, None]),
        ([(0, 0), (10, 10), (None, 20), (30, 30), (40, 40)], [10, None, None, 40, None]),
    ],
)
def test_the_picture_shown_next(packets, following):
    given = [packet(*times) for times in packets]
    found = list(with_following([*given, END]))
    assert [each for each, _ in found] == [*given, END]
    assert [time for _, time in found] == [*following, None]


def test_a_picture_that_is_thrown_away_is_not_the_next_one():
    given = [packet(0, 0), packet(1, 1, is_discard=True), packet(2, 2)]
    assert [time for _, time in with_following([*given, END])] == [2, 2, None, None]


def test_no_more_packets_wait_than_pictures_are_reordered_by():
    taken = []
    endless = (taken.append(n) or packet(-1, n if n else 10**9) for n in range(10**6))
    assert next(with_following(endless))[1] is None
    assert len(taken) == AHEAD_PACKETS + 1
