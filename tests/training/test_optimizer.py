import pytest
import torch

from mutualsl.training.config import TrainConfig
from mutualsl.training.optimizer import make_optimizer, make_schedule
from tests import tiny


def test_biases_may_learn_faster_and_are_never_decayed():
    model = tiny.system("tmlga")
    optimizer = make_optimizer(model, TrainConfig(new_lr=1e-4, bias_lr=2.0, weight_decay=0.1))
    found = {id(p): group for group in optimizer.param_groups for p in group["params"]}
    assert len(found) == len(list(model.parameters()))
    for name, parameter in model.named_parameters():
        group, bias = found[id(parameter)], name.endswith("bias")
        assert group["lr"] == pytest.approx(2e-4 if bias else 1e-4)
        assert group["weight_decay"] == (0.0 if bias else 0.1)


@pytest.mark.parametrize("decoupled", [True, False])
def test_decay_is_beside_the_gradient_or_part_of_it(decoupled):
    model = tiny.system("tmlga")
    config = TrainConfig(new_lr=0.1, weight_decay=0.5, decoupled_decay=decoupled)
    optimizer = make_optimizer(model, config)
    weight = model.rows.weight
    before = weight.detach().clone()
    weight.grad = torch.zeros_like(weight)
    optimizer.step()
    # Adam makes any gradient a step of the learning rate; decay alone shrinks by a share.
    expected = before * 0.95 if decoupled else before - 0.1 * before.sign()
    torch.testing.assert_close(weight.detach(), expected, atol=1e-3, rtol=1e-3)


def rates(config, steps=12):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = make_schedule(optimizer, steps, config)
    found = []
    for _ in range(steps):
        found.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return found


def test_the_learning_rate_falls_evenly_or_at_once():
    even = rates(TrainConfig(epochs=4, warmup_share=0.0))
    assert even[0] == 1.0 and even == sorted(even, reverse=True) and even[-1] < 0.1
    constant = rates(TrainConfig(epochs=4, warmup_share=0.0, drops=()))
    assert constant == [1.0] * 12
    falling = rates(TrainConfig(epochs=4, warmup_share=0.0, drops=(1, 3)))
    assert falling == pytest.approx([1.0] * 3 + [0.1] * 6 + [0.01] * 3)


def test_after_the_rise_a_cosine_is_slow_then_fast_then_slow():
    found = rates(TrainConfig(epochs=4, warmup_share=0.25, fall="cosine"), steps=16)
    assert found[:4] == [0.25, 0.5, 0.75, 1.0]
    assert found[4] == 1.0 and found[10] == pytest.approx(0.5)
    steps = [before - after for before, after in zip(found[4:], found[5:], strict=False)]
    assert all(step > 0 for step in steps)
    assert max(steps) == pytest.approx(steps[5]) and found[-1] < 0.02
