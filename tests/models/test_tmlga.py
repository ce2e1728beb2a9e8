import pytest
import torch

from mutualsl.models import TMLGA, TMLGAConfig
from mutualsl.models.losses import SpanLogits
from mutualsl.models.tmlga import soft_label
from mutualsl.spans import Span
from tests import tiny
from tests.models.paper_sizes import PAPER, paper_batch


def test_soft_labels_sum_to_one_everywhere_and_stay_in_the_video():
    mask = torch.arange(6)[None, :] < torch.tensor([5, 5, 5, 1])[:, None]
    labels = soft_label(torch.tensor([2, 0, 4, 0]), mask)
    torch.testing.assert_close(labels.sum(1), torch.ones(4))
    third = 1 / 3
    expected = [
        [0, 0.25, 0.5, 0.25, 0, 0],
        [2 * third, third, 0, 0, 0, 0],
        [0, 0, 0, third, 2 * third, 0],
        [1, 0, 0, 0, 0, 0],
    ]
    torch.testing.assert_close(labels, torch.tensor(expected))


def test_attention_outside_the_answer_costs_and_inside_it_does_not():
    model, batch = tiny.system("tmlga"), tiny.collator()([tiny.example(0)])
    output = model(batch)
    start, end = (int(i) for i in output.timeline.gold_rows(batch.gold))
    inside = torch.zeros(1, 12)
    inside[0, start : end + 1] = 1 / (end + 1 - start)
    attention = [inside, inside.roll(6 - start, 1) * 0 + 1 / 12, torch.eye(12)[11:]]
    losses = [
        model.losses(output._replace(per_row=a), batch)["attention"].item() for a in attention
    ]
    assert losses[0] == pytest.approx(0.0, abs=1e-4)
    assert losses[0] < losses[1] < losses[2] < 20.0


def test_the_span_loss_is_a_divergence_and_zero_for_the_soft_label_itself():
    model, batch = tiny.system("tmlga"), tiny.collator()([tiny.example(0)])
    output = model(batch)
    start, end = output.timeline.gold_rows(batch.gold)
    perfect = type(output.spans)(*(
        soft_label(row, batch.row_mask).clamp_min(1e-12).log() for row in (start, end)
    ))  # fmt: skip
    assert model.losses(output._replace(spans=perfect), batch)["span"].item() < 1e-5
    assert model.losses(output, batch)["span"].item() > 1.0


def test_attention_is_a_distribution_over_the_rows_of_each_video():
    model = tiny.system("tmlga")
    batch = tiny.collator()([tiny.example(0), tiny.example(1, seconds=5)])
    attention = model(batch).per_row
    torch.testing.assert_close(attention.sum(1), torch.ones(2))
    assert not attention[1, 5:].any()


def spans_of(starts, ends, **changes):
    """Candidates of a video of 12 s whose rows have these logits, the others 0."""
    model, batch = tiny.system("tmlga", **changes), tiny.collator()([tiny.example(0)])
    logits = torch.zeros(2, 1, 12)
    for edge, given in zip(logits, (starts, ends), strict=True):
        edge[0, list(given)] = torch.tensor(list(given.values()))
    output = model(batch)._replace(spans=SpanLogits(*logits))
    return model.decode(output, batch)[0].visual


def test_start_and_end_are_chosen_together_or_each_for_itself():
    starts, ends = {2: 3.0, 8: 4.0}, {3: 4.0, 9: 1.0}
    assert spans_of(starts, ends).span == Span(2.0, 4.0)
    alone = spans_of(starts, ends, constrained=False)
    assert alone.span == Span(8.0, 9.0)  # the end of row 3 would be before it
    assert Span(2.0, 4.0) in [candidate.span for candidate in alone.candidates]
    in_order = {2: 4.0, 8: 3.0}
    one, other = (spans_of(in_order, ends, constrained=c) for c in (True, False))
    assert one.span == other.span == Span(2.0, 4.0) and one.candidates == other.candidates


def test_spans_lie_in_the_video_best_first_when_edges_are_chosen_alone():
    chance = torch.Generator().manual_seed(0)
    inverted = 0
    for _ in range(50):
        starts, ends = 3.0 * torch.randn(2, 12, generator=chance)
        inverted += bool(starts.argmax() > ends.argmax())
        found = spans_of(
            dict(enumerate(starts.tolist())), dict(enumerate(ends.tolist())), constrained=False
        )
        assert found.span.start_second == starts.argmax() and found.span == found.candidates[0].span
        assert found.span.end_second == max(starts.argmax(), ends.argmax()) + 1
        scores = [candidate.score for candidate in found.candidates]
        assert scores == sorted(scores, reverse=True) and 0 <= scores[-1] <= scores[0] <= 1
        for candidate in found.candidates:
            assert 0 <= candidate.span.start_second < candidate.span.end_second <= 12
    assert 10 < inverted < 40


def test_paper_sizes():
    model = TMLGA(TMLGAConfig(**PAPER)).eval()
    gru = 3 * 256 * (300 + 256) * 2 + 2 * 2 * 3 * 256 * (512 + 256)
    linear = 1025 * 300 + 513 * 512 + 1025 * 512 + 2 * 513
    assert sum(p.numel() for p in model.parameters()) == gru + linear
    with torch.no_grad():
        spans = model(paper_batch(seconds=300)).spans
    assert spans.start.shape == spans.end.shape == (1, 300)
