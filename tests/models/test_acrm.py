import pytest
import torch

from mutualsl.models import ACRM, ACRMConfig
from mutualsl.models.acrm import FrameAttention
from tests import tiny
from tests.models.paper_sizes import PAPER, paper_batch


def test_attention_of_all_rows_is_that_of_each_row():
    torch.manual_seed(0)
    attention = FrameAttention(8)
    rows, words = torch.randn(3, 7, 8), torch.randn(3, 5, 8)
    mask = torch.arange(5)[None, :] < torch.tensor([5, 3, 1])[:, None]
    found = attention(rows, words, mask)
    for b in range(3):
        for k in range(7):
            scores = torch.stack([
                attention.score(torch.tanh(attention.of_word(word) + attention.of_row(rows[b, k])))
                for word in words[b, mask[b]]
            ])  # fmt: skip
            expected = (scores.softmax(0) * words[b, mask[b]]).sum(0)
            torch.testing.assert_close(found[b, k], expected)


def test_the_inside_loss_divides_by_one_less_than_the_rows_inside():
    model, batch = tiny.system("acrm"), tiny.collator()([tiny.example(0)])  # gold: rows 2 to 5
    even = torch.zeros(1, 12)
    loss = model.losses(model(batch)._replace(per_row=even), batch)["inside"]
    assert loss.item() == pytest.approx(4 / 3 * torch.tensor(12.0).log().item(), rel=1e-5)
    outside = even.clone()
    outside[0, 6:] = 9.0
    worse = model.losses(model(batch)._replace(per_row=outside), batch)["inside"]
    assert worse > loss


def test_paper_sizes():
    model = ACRM(ACRMConfig(**PAPER)).eval()
    lstm = 2 * 1024 * (1024 + 256 + 2) + 2 * 1024 * (300 + 256 + 2) + 2 * 1024 * (512 + 256)
    linear = 1025 * 300 + 513 * 512 + (2 * 512 * 512 + 512 + 513) + 513 * 512
    heads = 3 * (513 * 256 + 257)
    assert sum(p.numel() for p in model.parameters()) == lstm + linear + heads
    with torch.no_grad():
        output = model(paper_batch(seconds=300))
    assert output.spans.start.shape == output.per_row.shape == (1, 300)
