import pytest
import torch

from mutualsl.models.rows import at_most, averaged
from tests.test_timeline import timeline


def test_rows_are_means_of_the_rows_they_stand_for():
    axis = timeline([(0, 1)], duration=7.0, rows=7)
    rows, shorter = at_most(3, torch.arange(7.0)[None, :, None], axis)
    assert rows.flatten().tolist() == [0.5, 3.0, 5.5]  # edges 0, 2, 5, 7: the last row is in
    assert shorter.row_count.item() == 3 and shorter.row_second.item() == pytest.approx(7 / 3)


def test_a_video_that_is_short_enough_is_left_alone():
    axis = timeline([(0, 1)], duration=6.5, rows=7)
    rows = torch.randn(1, 7, 2)
    same, unchanged = at_most(9, rows, axis)
    assert same is rows and unchanged is axis


def test_more_rows_than_there_were_repeat_them():
    axis = timeline([(0, 1)], duration=3.0, rows=3)
    rows, longer = averaged(torch.tensor([[[1.0], [2.0], [3.0]]]), axis, torch.tensor([6]))
    # Rows round(m / 2), halves to the even side.
    assert rows.flatten().tolist() == [1, 1, 2, 3, 3, 3]
    assert longer.row_second.item() == 0.5


def test_padding_has_no_part_in_it():
    axis = timeline([(0, 1)], duration=4.0, rows=4)
    rows = torch.cat([torch.arange(4.0), torch.full((3,), 99.0)])[None, :, None]
    assert at_most(2, rows, axis)[0].flatten().tolist() == [0.5, 2.5]


def test_two_thousand_seconds_keep_a_span_within_one_row():
    axis = timeline([(0, 1)], duration=2000.0, rows=2000)
    _, shorter = at_most(1024, torch.zeros(1, 2000, 1), axis)
    gold = torch.tensor([[700.3, 911.8]])
    start, end = shorter.rows_to_seconds(*shorter.best_rows(gold))
    step = 2000 / 1024
    assert (start - 700.3).abs() <= step and (end - 911.8).abs() <= step
