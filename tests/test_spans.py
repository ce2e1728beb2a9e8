import itertools

import pytest
import torch

from mutualsl.spans import (
    Span,
    batched_iou,
    best_span,
    clock,
    clock_range,
    iou,
    suppress_overlaps,
    top_pairs,
)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (Span(0, 10), Span(5, 15), 1 / 3),
        (Span(0, 10), Span(0, 10), 1.0),
        (Span(0, 5), Span(5, 10), 0.0),
        (Span(0, 1), Span(8, 9), 0.0),
        (Span(10, 0), Span(0, 10), 0.0),
        (Span(3, 3), Span(3, 3), 0.0),
    ],
)
def test_iou_alone_and_batched_agree_with_the_definition(a, b, expected):
    assert iou(a, b) == pytest.approx(expected)
    batched = batched_iou(torch.tensor([a[0]]), torch.tensor([a[1]]), torch.tensor([b]).float())
    assert batched.item() == pytest.approx(expected)


def brute_force(start, end):
    pairs = itertools.combinations_with_replacement(range(len(start)), 2)
    return max(pairs, key=lambda p: (start[p[0]] + end[p[1]]).item())


def test_best_span_equals_brute_force():
    torch.manual_seed(0)
    start, end = torch.randn(2, 50, 9).log_softmax(-1)
    found = torch.stack(best_span(start, end), dim=1).tolist()
    assert [tuple(pair) for pair in found] == [
        brute_force(s, e) for s, e in zip(start, end, strict=True)
    ]


def test_top_pairs_begin_with_the_best_and_fall():
    torch.manual_seed(1)
    start, end = torch.randn(2, 300).log_softmax(-1)
    pairs = top_pairs(start, end)
    assert pairs[0][:2] == brute_force(start, end)
    scores = [score for _, _, score in pairs]
    assert scores == sorted(scores, reverse=True)
    assert all(s <= e for s, e, _ in pairs)


def test_top_pairs_find_the_best_when_all_likely_starts_follow_all_likely_ends():
    size = 400
    start, end = torch.full((2, size), -20.0)
    start[300:], end[:100] = -1.0, -1.0
    pairs = top_pairs(start, end)
    assert pairs[0][2] == pytest.approx(-21.0)


def test_suppression_keeps_the_first_of_overlapping_spans():
    ranked = [(Span(0, 10), "a"), (Span(1, 10), "b"), (Span(20, 30), "c"), (Span(5, 16), "d")]
    assert [name for _, name in suppress_overlaps(ranked, 3)] == ["a", "c", "d"]


@pytest.mark.parametrize(
    ("second", "text"),
    [
        (0, "0:00.0"),
        (12.34, "0:12.3"),
        (12.25, "0:12.3"),  # as scripts round
        (59.96, "1:00.0"),
        (754.0, "12:34.0"),
        (3599.96, "1:00:00.0"),
        (3725.5, "1:02:05.5"),
    ],
)
def test_times(second, text):
    assert clock(second) == text


def test_a_span_has_an_en_dash():
    assert clock_range(Span(12.3, 20.1)) == "0:12.3 – 0:20.1"
