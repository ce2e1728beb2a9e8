import math
import random
from dataclasses import replace

import pytest
import torch

from mutualsl.data import Example, VideoInput
from mutualsl.data.ceilings import best_iou, cue_ceiling, row_ceiling, row_edges
from mutualsl.data.synthetic import make_script, questions_of
from mutualsl.spans import Span, iou
from mutualsl.subtitles import Cue
from tests.test_timeline import timeline

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


def labels_miou(examples):
    """Mean IoU (percent) of what the textual predictor is taught: gold to cues and back."""
    values = []
    for example in examples:
        edges = [(cue.start_second, cue.end_second) for cue in example.video.cues]
        axis, gold = timeline(edges), torch.tensor([example.gold])
        values.append(float(axis.cue_iou(*axis.gold_cues(gold), gold)))
    return 100 * math.fsum(values) / len(values)


@pytest.mark.parametrize(("kind", "least"), [("spoken", 99.9), ("both", 67.5), ("shown", 41.0)])
def test_labels_of_rendered_transcripts_are_nearly_the_best_spans_of_cues(kind, least):
    """100, 67.8 and 41.3 of 100, 70.1 and 47.8: what is shown is told somewhat before or after."""
    examples = []
    for script in (make_script("train", 0, index) for index in range(30)):
        video = VideoInput(
            video_id=script.video_id, duration_second=script.duration_second, cues=script.cues
        )
        examples += [
            Example(video=video, question="?", gold=Span(row["start"], row["end"]))
            for row in questions_of(script)
            if row["kind"] == kind
        ]
    found, best = labels_miou(examples), cue_ceiling(examples)
    assert least <= found <= best + 1e-3 and found >= best - 7.0


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


def test_gold_that_ends_after_its_video_is_cut_as_metrics_cut_it():
    whole = VideoInput(video_id="w", duration_second=10.0, cues=(Cue(8.0, 10.0, "end"),))
    late = ask(8.0, 20.0, whole)
    assert cue_ceiling([late]) == row_ceiling([late]) == pytest.approx(100)
    outlasting = replace(
        whole, cues=(Cue(0.0, 5.0, "a"), Cue(8.0, 20.0, "b"), Cue(11.0, 12.0, "c"))
    )
    assert cue_ceiling([ask(8.0, 20.0, outlasting)]) == pytest.approx(100)
