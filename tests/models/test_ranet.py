import pytest
import torch

from mutualsl.errors import DataError
from mutualsl.models import RaNet, RaNetConfig
from mutualsl.models.losses import SpanLogits
from mutualsl.models.ranet_blocks import CrissCross, GraphBlock, PairConvolution, choices
from mutualsl.models.visual import VisualOutput
from mutualsl.spans import Span, iou
from tests import tiny
from tests.models.paper_sizes import PAPER


@pytest.mark.parametrize(("clips", "count"), [(64, 1104), (128, 2548)])
def test_the_map_has_as_many_choices_as_the_paper(clips, count):
    chosen = choices(clips)
    assert chosen.sum() == count and torch.equal(chosen, chosen.triu())
    assert chosen.diagonal().all() and chosen[0].any()


def test_long_choices_begin_at_multiples_of_their_step():
    first, last = choices(64).nonzero(as_tuple=True)
    for i, j in zip(first.tolist(), last.tolist(), strict=True):
        step = 1 if j - i <= 15 else 2 if j - i <= 31 else 4
        assert i % step == 0


def test_criss_cross_attention_is_that_of_each_cell():
    torch.manual_seed(0)
    block = CrissCross(16).double()
    block.scale.data.fill_(0.7)
    cells = torch.randn(2, 16, 5, 5, dtype=torch.float64)
    query, key, value = block.query(cells), block.key(cells), block.value(cells)
    found = block(cells)
    for i in range(5):
        for j in range(5):
            seen = [(i, g) for g in range(5)] + [(g, j) for g in range(5) if g != i]
            fits = torch.stack([(query[:, :, i, j] * key[:, :, a, b]).sum(1) for a, b in seen])
            values = torch.stack([value[:, :, a, b] for a, b in seen])
            mixture = (fits.softmax(0).unsqueeze(2) * values).sum(0)
            torch.testing.assert_close(found[:, :, i, j], 0.7 * mixture + cells[:, :, i, j])


def test_criss_cross_attention_is_at_first_not_there():
    cells = torch.randn(1, 16, 4, 4)
    assert torch.equal(CrissCross(16)(cells), cells)


def test_a_pair_convolution_is_one_of_joined_clips():
    torch.manual_seed(0)
    block, clips, mask = PairConvolution(6), torch.randn(2, 6, 4), choices(20)[:4, :4].float()
    joined = torch.cat([
        clips.unsqueeze(3).expand(-1, -1, -1, 4), clips.unsqueeze(2).expand(-1, -1, 4, -1),
    ], dim=1)  # fmt: skip
    expected = torch.nn.functional.conv2d(
        joined * mask, block.of_pair.weight.unsqueeze(3), block.of_pair.bias
    )
    torch.testing.assert_close(block(clips, mask), expected)


def test_a_clip_is_the_most_similar_to_itself():
    torch.manual_seed(0)
    clips = torch.randn(2, 8, 6)
    edges = GraphBlock(8, groups=2, neighbours=3)._edges(clips)
    assert edges.shape == (2, 16, 6, 3)
    torch.testing.assert_close(edges[:, :8, :, 0], clips)
    torch.testing.assert_close(edges[:, 8:, :, 2], clips)


def test_choices_are_worth_their_iou_above_the_lower_bound():
    model, batch = tiny.system("ranet"), tiny.collator()([tiny.example(0)])  # 12 s, 8 clips
    output = model(batch)
    worth = model.worth(output.timeline, batch.gold)[0]
    for (i, j), found in zip(model.chosen.nonzero().tolist(), worth.tolist(), strict=True):
        overlap = iou(Span(1.5 * i, 1.5 * (j + 1)), Span(2.0, 6.0))
        assert found == pytest.approx(max(0.0, 2 * overlap - 1), abs=1e-5)


def test_the_answer_is_the_best_cell_in_seconds():
    model, batch = tiny.system("ranet"), tiny.collator()([tiny.example(0)])
    output = model(batch)
    pair = torch.where(model.chosen, 0.0, -1e30)[None].clone()
    pair[0, 2, 5] = 4.0
    spans = SpanLogits(output.spans.start, output.spans.end, pair)
    head = model.decode(VisualOutput(spans, output.timeline), batch)[0].visual
    assert head.span == Span(3.0, 9.0) and len(head.candidates) > 1


def test_paper_sizes():
    """Blocks on the meta device: one map of 128 x 128 choices is 33 MB, and there are a dozen."""
    with torch.device("meta"):
        model = RaNet(RaNetConfig(**PAPER))
        clips = model.graph(model.pool(model.rows(torch.empty(2, 1024, 256)).relu()))
        assert clips.shape == (2, 512, 128)
        mask = torch.empty(128, 128)
        words, of_words = torch.empty(2, 12, 512), torch.empty(2, 12, dtype=torch.bool)
        cells = model.interact(clips, words, of_words, mask)
        for block in model.relate:
            cells = block(cells, mask)
        assert cells.shape == (2, 512, 128, 128) and model.score(cells).shape[1] == 1
    graph = 512 * 128 + 128 + 128 * 4 * 3 + 128 + 128 * 512 + 512
    graph += 1024 * 128 + 128 + 128 * 4 * 5 + 128 + 128 * 512 + 512
    lstm = 2 * 4 * 256 * (300 + 256 + 2) + 2 * 2 * 4 * 256 * (512 + 256 + 2)
    interact = 3 * (513 * 512 + 1025 * 512)
    relate = 9 * (512 * 128 + 128 * 128 + 640 * 512) + 2 * (129 * 16) + 129 * 128 + 1
    expected = 1025 * 512 + 1025 * 300 + graph + lstm + interact + relate + 513
    assert sum(p.numel() for p in model.parameters()) == expected


@pytest.mark.parametrize("changes", [{"bins": 20}, {"bins": 0}, {"clips": 0}, {"bins": 8 * 10**9}])
def test_rows_that_cannot_be_divided_into_clips_are_refused(changes):
    with pytest.raises(DataError, match="cannot be divided into"):
        tiny.system("ranet", **changes)
