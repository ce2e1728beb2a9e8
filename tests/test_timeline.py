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


def test_rows_never_leave_the_video():
    axis = timeline([(0, 1)], duration=9.5)
    assert axis.end_second_to_row(one(99.0)).item() == 9
    assert axis.rows_to_seconds(one(9), one(9))[1].item() == 9.5


def test_nearest_cue_first_on_equal_starts_last_on_equal_ends():
    axis = timeline([(1, 3), (3, 5), (3, 5), (6, 7)])
    assert axis.start_second_to_cue(one(2.9)).item() == 1
    assert axis.start_second_to_cue(one(2.0)).item() == 0  # a tie between 1 and 3
    assert axis.end_second_to_cue(one(5.2)).item() == 2


def test_tables_are_monotone_for_sorted_cues():
    axis = timeline([(0.5, 2), (2.2, 3), (4, 6.5), (7, 9)])
    seconds = torch.arange(0, 100) / 10
    starts = [axis.start_second_to_cue(s[None]).item() for s in seconds]
    ends = [axis.end_second_to_cue(s[None]).item() for s in seconds]
    assert starts == sorted(starts) and ends == sorted(ends)


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
