import math
import random

import pytest

from mutualsl.data import Example, VideoInput
from mutualsl.data.ceilings import best_iou, cue_ceiling, row_ceiling, row_edges
from mutualsl.spans import Span, iou
from mutualsl.subtitles import Cue

CUES = (Cue(0.0, 2.0, "a"), Cue(2.5, 6.0, "b"), Cue(4.0, 9.0, "c"))
VIDEO = VideoInput(video_id="v", duration_second=9.5, cues=CUES)


def ask(start_second, end_second, video=VIDEO):
    return Example(video=video, question="?", gold=Span(start_second, end_second))


def test_gold_on_cue_edges_can_be_hit():
    assert cue_ceiling([ask(2.5, 9.0), ask(0.0, 2.0)]) == pytest.approx(100)


def test_gold_between_edges_costs_what_it_costs():
    # best is 2.5 to 6: 2.5 of 3.5 s; rows reach 3 to 6: 2.5 of 3 s
    assert cue_ceiling([ask(3.0, 5.5)]) == pytest.approx(100 * 2.5 / 3.5)
    assert row_ceiling([ask(3.0, 5.5)]) == pytest.approx(100 * 2.5 / 3)


def test_the_last_row_ends_with_the_video():
    assert row_ceiling([ask(8.0, 9.5)]) == pytest.approx(100)


def test_videos_without_subtitles_are_left_out_of_the_cue_ceiling():
    silent = VideoInput(video_id="w", duration_second=5.0)
    assert cue_ceiling([ask(1.0, 2.0, silent)]) is None
    assert cue_ceiling([ask(1.0, 2.0, silent), ask(0.0, 2.0)]) == pytest.approx(100)
    assert row_ceiling([Example(video=VIDEO, question="?")]) is None


@pytest.mark.parametrize("gold", [(0.1, 0.2), (1.0, 8.0), (2.2, 2.4), (5.0, 9.4), (20.0, 30.0)])
def test_the_nearest_edges_are_the_best_of_all(gold):
    starts, ends = [0.0, 2.5, 4.0, 7.0], [2.0, 6.0, 6.5, 9.0]
    every = max(iou(Span(s, e), Span(*gold)) for s in starts for e in ends)
    assert best_iou(Span(*gold), (starts, ends)) == pytest.approx(every)


def test_the_rows_next_to_gold_are_as_good_as_all_rows():
    chance = random.Random(0)
    for _ in range(2000):
        duration = chance.choice([0.0, 0.4, 1.0, 5.0, chance.uniform(0, 12)])
        edges = [chance.choice([chance.uniform(-2, 14), chance.randrange(-2, 14)]) for _ in "ab"]
        gold = Span(*sorted(edges))
        starts = range(math.ceil(duration))
        every = (starts, [min(start + 1.0, duration) for start in starts])
        video = VideoInput(video_id="v", duration_second=duration)
        assert best_iou(gold, row_edges(video, gold)) == best_iou(gold, every)


def test_the_rows_of_a_video_of_any_length_are_not_listed():
    for duration in (2e8, 1e300):
        video = VideoInput(video_id="v", duration_second=duration)
        assert row_ceiling([ask(3.0, 5.5, video)]) == pytest.approx(100 * 2.5 / 3)
