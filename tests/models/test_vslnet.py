"""VSLBase and VSLNet."""

from dataclasses import replace

import pytest
import torch

from mutualsl.models import VSLBase, VSLBaseConfig, VSLNet, VSLNetConfig
from mutualsl.models.highlight import highlighted
from mutualsl.models.visual import VisualOutput
from mutualsl.spans import Span, iou
from tests import tiny
from tests.models.paper_sizes import PAPER, paper_batch
from tests.test_timeline import timeline


def test_labels_are_the_best_of_all_pairs():
    chance = torch.Generator().manual_seed(0)
    for duration, rows in ((10.0, 10), (9.3, 10), (300.0, 37)):
        axis = timeline([(0, 1)], duration=duration, row_second=duration / rows, rows=rows)
        index = torch.arange(rows)
        starts, ends = axis.rows_to_seconds(index, index)
        for _ in range(200):
            gold = Span(*sorted((duration * torch.rand(2, generator=chance)).tolist()))
            start, end = axis.best_rows(torch.tensor([gold]))
            assert start <= end
            every = [
                iou(Span(float(starts[i]), float(ends[j])), gold)
                for i in range(rows)
                for j in range(i, rows)
            ]
            found = iou(Span(float(starts[start]), float(ends[end])), gold)
            assert found == pytest.approx(max(every), abs=1e-5)


@pytest.mark.parametrize("gold", [(12.0, 15.0), (3.2, 3.3), (0.0, 10.0), (9.9, 10.0)])
def test_labels_are_rows_of_the_video_for_any_gold(gold):
    start, end = timeline([(0, 1)]).best_rows(torch.tensor([gold]))
    assert 0 <= start <= end < 10


def test_vslbase_has_no_gate_and_vslnet_has_one():
    base, net = tiny.system("vslbase"), tiny.system("vslnet")
    more = {n for n, _ in net.named_parameters()} - {n for n, _ in base.named_parameters()}
    assert more == {"highlight.weight", "highlight.bias"}
    assert isinstance(base, VSLBase) and isinstance(net, VSLNet)


def test_the_highlight_reaches_beyond_the_answer_and_stays_in_the_video():
    axis = timeline([(0, 1)], rows=10)
    like = torch.zeros(1, 12)
    around = highlighted(torch.tensor([3]), torch.tensor([6]), 0.25, axis, like)
    assert around[0].nonzero().flatten().tolist() == [2, 3, 4, 5, 6, 7]
    at_end = highlighted(torch.tensor([6]), torch.tensor([9]), 0.5, axis, like)
    assert at_end[0].nonzero().flatten().tolist() == [4, 5, 6, 7, 8, 9]


def test_the_highlight_loss_counts_the_answer_twice():
    model = tiny.system("vslnet", max_rows=40)
    batch = tiny.collator()([tiny.example(0)])  # 12 rows, gold 2 to 6 s: 2..5, and one on each side
    logits = torch.full((1, 12), 0.0)
    output = model(batch)._replace(per_row=logits)
    loss = model.losses(output, batch)["highlight"]
    assert loss.item() == pytest.approx(0.6931 * (2 * 6 + 6) / 12, abs=1e-3)
    sure = torch.full((1, 12), -50.0)
    sure[0, 1:7] = 50.0
    assert model.losses(output._replace(per_row=sure), batch)["highlight"].item() < 1e-6


def test_the_gate_without_its_loss_is_the_benchmarks_vslbase():
    model = tiny.system("vslnet", highlight_weight=0.0)
    batch = tiny.collator()([tiny.example(0)])
    output = model(batch)
    assert output.per_row is not None and model.losses(output, batch)["highlight"] == 0


def test_the_end_is_conditioned_on_the_start_and_not_the_reverse():
    model, batch = tiny.system("vslbase"), tiny.collator()([tiny.example(0)])
    before = model(batch).spans
    with torch.no_grad():
        model.predictor.start_lstm.weight_ih_l0.mul_(-2.0)
    after = model(batch).spans
    assert not torch.allclose(before.start, after.start)
    assert not torch.allclose(before.end, after.end)
    with torch.no_grad():
        model.predictor.end_lstm.weight_ih_l0.mul_(-2.0)
    assert torch.equal(model(batch).spans.start, after.start)


def test_the_predictor_may_be_the_encoders_layers():
    model, batch = tiny.system("vslnet", recurrent=False), tiny.collator()([tiny.example(0)])
    assert not any("lstm" in name for name, _ in model.named_parameters())
    assert model.losses(model(batch), batch)["span"].isfinite()


def test_a_long_video_is_averaged_and_answered_in_seconds():
    model = tiny.system("vslnet", max_rows=10)
    example = tiny.example(0, seconds=25)
    batch = tiny.collator()([replace(example, gold=Span(5.0, 10.0))])
    with torch.no_grad():
        output = model(batch)
    assert output.spans.start.shape == (1, 10)
    start, end = output.timeline.best_rows(batch.gold)
    assert [t.item() for t in output.timeline.rows_to_seconds(start, end)] == [5.0, 10.0]
    spans = output.spans
    sure = VisualOutput(
        type(spans)(spans.start.index_fill(1, start, 99.0), spans.end.index_fill(1, end, 99.0)),
        output.timeline,
    )
    assert model.decode(sure, batch)[0].visual.span == Span(5.0, 10.0)


@pytest.mark.parametrize(
    ("model_class", "config_class", "parameters"),
    [(VSLBase, VSLBaseConfig, 0), (VSLNet, VSLNetConfig, 129)],
)
def test_paper_sizes(model_class, config_class, parameters):
    model = model_class(config_class(**PAPER)).eval()
    encoder = 4 * (2 * 128 + 7 * 128 + 128 * 129) + 2 * 2 * 128 + 5 * 128 * 129
    expected = (
        2 * (1024 * 128 + 128) + 800 * 128 + encoder
        + 3 * 128 + 512 * 128 + 128 + 128 + 256 * 128 + 128  # attention, fusion
        + 2 * 4 * (2 * 128 * 128 + 2 * 128) + 2 * (256 * 128 + 128 + 129)
    )  # fmt: skip
    assert sum(p.numel() for p in model.parameters()) == expected + parameters
    with torch.no_grad():
        spans = model(paper_batch(seconds=900)).spans
    assert spans.start.shape == spans.end.shape == (1, 800)
