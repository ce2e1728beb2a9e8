import math

import numpy as np
import pytest
import torch

from mutualsl.timeline import Timeline


def timeline(cues, duration=10.0, row_second=1.0, rows=10):
    times = torch.tensor(cues, dtype=torch.float32)
    return Timeline(
        duration_second=torch.tensor([duration]),
        row_second=torch.tensor([row_second]),
        row_count=torch.tensor([rows]),
        cue_start_second=times[None, :, 0],
        cue_end_second=times[None, :, 1],
        cue_mask=torch.ones(1, len(cues), dtype=torch.bool),
    )


def one(value):
    return torch.tensor([value])


def test_gold_to_rows_and_back_is_exact_for_whole_seconds():
    axis = timeline([(0, 1)])
    for start in range(9):
        for end in range(start + 1, 11):
            rows = axis.gold_rows(torch.tensor([[float(start), float(end)]]))
            assert [t.item() for t in axis.rows_to_seconds(*rows)] == [start, end]


def test_resampled_rows_keep_a_gold_span_within_one_row():
    step = 2000 / 1024
    axis = timeline([(0, 1)], duration=2000.0, row_second=step, rows=1024)
    rows = axis.gold_rows(torch.tensor([[700.3, 911.8]]))
    start, end = (t.item() for t in axis.rows_to_seconds(*rows))
    assert abs(start - 700.3) <= step and abs(end - 911.8) <= step


def golds(duration):
    """Whole-second gold spans as long as MedVidQA's, whose median is 48 s and mean 58 s."""
    chance = np.random.default_rng(0)
    lengths = np.exp(np.log(48) + 0.615 * chance.standard_normal(4000)).round().clip(1, duration)
    starts = np.floor(chance.random(4000) * (duration - lengths + 1))
    return torch.from_numpy(np.stack([starts, starts + lengths], axis=1)).float()


@pytest.mark.parametrize("duration", [1100, 1500, 2000])
def test_what_targets_lose_on_1024_averaged_rows(duration):
    """Mean IoU is 0.974, 0.967 and 0.954 for Eq. 10, and 0.987, 0.983 and 0.975 for VSLNet's."""
    axis = timeline([(0, 1)], float(duration), rows=duration).divided(one(1024))
    gold = golds(duration)
    for rows, least in ((axis.gold_rows(gold), 0.95), (axis.best_rows(gold), 0.97)):
        assert axis.row_iou(*rows, gold).mean() >= least


@pytest.mark.parametrize(("duration", "rows"), [(60.0, 57), (9.2, 10), (280.0, 300)])
def test_rows_that_are_divided_cover_what_they_covered(duration, rows):
    """Also where sound outlasts the pictures, or a data set's video ends with its last line."""
    axis = timeline([(0, 1)], duration, rows=rows).divided(one(128))
    start, end = axis.rows_to_seconds(one(64), one(127))
    assert float(start) == pytest.approx(rows / 2, abs=1e-4)
    assert float(end) == pytest.approx(min(rows, duration), abs=1e-4)


def test_rows_never_leave_the_video():
    axis = timeline([(0, 1)], duration=9.5)
    assert axis.end_second_to_row(one(99.0)).item() == 9
    assert axis.rows_to_seconds(one(9), one(9))[1].item() == 9.5


def test_nearest_cue_first_on_equal_starts_last_on_equal_ends():
    axis = timeline([(1, 3), (3, 5), (3, 5), (6, 7)])
    assert axis.start_second_to_cue(one(2.9)).item() == 1
    assert axis.start_second_to_cue(one(2.0)).item() == 0  # a tie between 1 and 3
    assert axis.end_second_to_cue(one(5.2)).item() == 2


def tracks():
    """Time axes of cues that overlap and leave gaps, whose starts and ends are sorted."""
    chance = np.random.default_rng(0)
    for row_second in (1.0, 1.7):
        for mean_gap in (0.4, 3.0, 20.0):
            starts = chance.exponential(mean_gap, 12).cumsum()
            ends = np.sort(starts + chance.exponential(4.0, 12))
            rows = math.ceil((ends[-1] + 5.0) / row_second)
            yield timeline(np.stack([starts, ends], 1), rows * row_second, row_second, rows)


def test_tables_are_monotone_for_sorted_cues():
    for axis in tracks():
        rows, cues = torch.arange(int(axis.row_count)), torch.arange(12)
        for table in (*axis.rows_to_cues(rows, rows), *axis.cues_to_rows(cues, cues)):
            assert (table.diff() >= 0).all() and table[0] < table[-1]


def test_a_round_trip_moves_an_edge_no_farther_than_its_nearest_cue_is_away():
    """So by half the gap between two cues at most, in whole rows."""
    moved = 0
    for axis in tracks():
        rows, step = torch.arange(int(axis.row_count)), float(axis.row_second)
        first, last = axis.rows_to_cues(rows, rows)
        starts, ends = axis.cues_to_rows(first, first)[0], axis.cues_to_rows(last, last)[1]
        for found, second, edges in (
            (starts, rows * step, axis.cue_start_second),
            (ends, (rows + 1) * step, axis.cue_end_second),
        ):
            away_second = (edges - second[:, None]).abs().amin(dim=1)
            assert ((found - rows).abs() <= (away_second / step - 1e-3).ceil()).all()
            moved += int((found != rows).sum())
    assert moved


def test_gold_cues_are_never_inverted():
    axis = timeline([(0, 9), (4, 5)])
    start, end = axis.gold_cues(torch.tensor([[4.0, 9.0]]))
    assert start.item() == 1 and end.item() == 1


def test_a_cue_span_ends_with_its_latest_cue():
    axis = timeline([(0, 8), (2, 4), (5, 6)])
    assert [t.item() for t in axis.cues_to_seconds(one(0), one(2))] == [0.0, 8.0]
    assert axis.cue_iou(one(2), one(0), torch.tensor([[0.0, 8.0]])).item() == 0.0


def test_padding_is_never_chosen():
    axis = timeline([(5, 6), (0, 0), (0, 0)])
    axis = Timeline(
        **{
            **{f: getattr(axis, f) for f in Timeline.__dataclass_fields__},
            "cue_mask": torch.tensor([[True, False, False]]),
        }
    )
    assert axis.start_second_to_cue(one(0.0)).item() == 0
    assert axis.end_second_to_cue(one(0.0)).item() == 0


def test_probabilities_of_edges_go_where_the_edges_go():
    axis = timeline([(0, 2), (2.2, 5), (4.8, 9.6)], duration=10.0)
    rows = torch.ones(1, 10, dtype=torch.bool)
    starts, ends = torch.tensor([[0.7, 0.2, 0.1]]), torch.tensor([[0.5, 0.3, 0.2]])
    first, last = axis.cue_edges_to_rows(starts, ends, rows)
    for cue in range(3):
        start, end = axis.cues_to_rows(one(cue), one(cue))
        assert first[0, start] == starts[0, cue] and last[0, end] == ends[0, cue]
    assert first.count_nonzero() == last.count_nonzero() == 3
    rows_sure = torch.softmax(torch.randn(2, 1, 10), dim=-1)
    first, last = axis.row_edges_to_cues(*rows_sure)
    for sums in (first, last):
        torch.testing.assert_close(sums.sum(), torch.tensor(1.0))
    expected = torch.zeros(2, 1, 3)
    for row in range(10):
        start, end = axis.rows_to_cues(one(row), one(row))
        expected[0, 0, start] += rows_sure[0, 0, row]
        expected[1, 0, end] += rows_sure[1, 0, row]
    torch.testing.assert_close(torch.stack([first, last]), expected)
