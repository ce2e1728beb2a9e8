import pytest
import torch

from mutualsl.models import losses
from mutualsl.models.boxes import TextualPredictor, cue_features
from mutualsl.models.layers import BLOCK, in_blocks
from mutualsl.models.losses import SpanLogits, span_cross_entropy
from tests.test_timeline import timeline


def random_scores():
    torch.manual_seed(0)
    return SpanLogits(torch.randn(2, 5), torch.randn(2, 5), torch.randn(2, 5, 5))


def by_hand(scores, question):
    """Probability of every start <= end, one by one."""
    start, end, pair = (part[question] for part in scores)
    raw = {(i, j): float(start[i] + end[j] + pair[i, j]) for i in range(5) for j in range(i, 5)}
    total = sum(torch.tensor(value).exp() for value in raw.values())
    return {span: float(torch.tensor(value).exp() / total) for span, value in raw.items()}


def test_spans_share_the_probability():
    scores = random_scores()
    log_probs = scores.log_probs()
    for question in range(2):
        expected = by_hand(scores, question)
        found = scores.joint_log_probs()[question].exp()
        for (i, j), mass in expected.items():
            assert found[i, j].item() == pytest.approx(mass, rel=1e-4)
        assert found.tril(-1).sum() == 0
        starts = [sum(m for (i, _), m in expected.items() if i == k) for k in range(5)]
        assert log_probs.start[question].exp().tolist() == pytest.approx(starts, rel=1e-4)
        best = max(expected, key=expected.__getitem__)
        assert tuple(int(index[question]) for index in scores.best()) == best


def test_the_loss_is_that_of_the_whole_span():
    scores = random_scores()
    loss = span_cross_entropy(scores, torch.tensor([1, 0]), torch.tensor([3, 0]))
    expected = [by_hand(scores, 0)[1, 3], by_hand(scores, 1)[0, 0]]
    assert loss.neg().exp().tolist() == pytest.approx(expected, rel=1e-4)


def test_what_is_done_in_parts_is_what_is_done_at_once(monkeypatch):
    scores = random_scores().of_one(0, 5)
    whole = scores.ranked()
    monkeypatch.setattr(losses, "SORTED_AT_ONCE", 7)
    for part, expected in zip(scores.ranked()[1:], whole[1:], strict=True):
        assert torch.equal(part, expected)


def test_ranked_spans_fall_and_begin_with_the_best():
    scores = random_scores().of_one(1, 4)
    _, starts, ends, log_probs = scores.ranked()
    assert len(starts) == 10 and (starts <= ends).all()
    assert log_probs.tolist() == sorted(log_probs.tolist(), reverse=True)
    assert log_probs.exp().sum().item() == pytest.approx(1.0, rel=1e-4)
    assert [starts[0].item(), ends[0].item()] == [index.item() for index in scores.best()]


def test_a_question_without_cues_has_finite_scores():
    scores = SpanLogits(torch.full((1, 3), -1e30), torch.full((1, 3), -1e30), torch.zeros(1, 3, 3))
    assert span_cross_entropy(scores, torch.tensor([0]), torch.tensor([0])).isfinite().all()


def test_a_span_scores_the_sum_of_its_cues_and_its_length():
    torch.manual_seed(0)
    predictor = TextualPredictor(3, dropout=0.0).eval()
    torch.nn.init.zeros_(predictor.start_edge.weight)
    torch.nn.init.zeros_(predictor.start_edge.bias)
    cues, axis = torch.randn(1, 4, 3), timeline([(0, 1), (1, 3), (3, 6), (6, 10)])
    inside = predictor.inside(cues)[0, :, 0]
    pair = predictor(cues, axis).pair[0]
    assert pair[1, 2].item() == pytest.approx(inside[1:3].sum().item(), abs=1e-5)
    predictor.length.data = torch.tensor([0.0, 0.0, 1.0, 0.0])  # the logarithm of its share
    share = torch.tensor(5.0 / 10.0).log()
    changed = predictor(cues, axis).pair[0, 1, 2]
    assert (changed - pair[1, 2]).item() == pytest.approx(share.item(), abs=1e-5)


def test_cue_features_are_shared_words_pauses_and_length():
    axis = timeline([(1, 2), (2, 4), (7, 9)])
    shared = torch.tensor([[[0.0, 0.0], [1.0, 2.0], [0.25, 0.5]]])
    found = cue_features(axis, shared)
    assert torch.equal(found[..., :2], shared)
    expected = [[0, 0, 1], [0, 3, 2], [3, 0, 2]]
    times = found[0, :, 2:].expm1()
    torch.testing.assert_close(times, torch.tensor(expected, dtype=torch.float32))


@pytest.mark.parametrize("count", [1, 7, 2 * BLOCK + 3])
def test_where_nothing_learns_scores_are_the_same_with_less_memory(count):
    torch.manual_seed(0)
    logits = SpanLogits(*torch.randn(2, 1, count), torch.randn(1, count, count))
    learning = logits.joint_log_probs()
    with torch.no_grad():
        assert torch.equal(logits.joint_log_probs(), learning)
        edges = logits.log_probs()
        assert torch.equal(edges.start, learning.logsumexp(dim=2))
        torch.testing.assert_close(edges.end, learning.logsumexp(dim=1))


@pytest.mark.parametrize("count", [0, 3, BLOCK, 2 * BLOCK + 3])
def test_blocks_are_put_together_alike_where_something_learns_and_where_nothing_does(count):
    table = torch.randn(2, count, count)
    assert torch.equal(in_blocks(count, lambda part: table[:, part]), table)
    with torch.inference_mode():
        assert torch.equal(in_blocks(count, lambda part: table[:, part]), table)
