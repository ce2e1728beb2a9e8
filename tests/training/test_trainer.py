import json

import torch

from mutualsl.training.sampling import Source
from mutualsl.training.trainer import TrainConfig, train
from tests import tiny

CONFIG = TrainConfig(epochs=3, max_tokens=400, new_lr=3e-3, frozen_layers=1)


def start(out, config=CONFIG, model=None):
    model = model or tiny.model(dropout=0.1)
    examples = [tiny.example(i) for i in range(12)]
    saved = []
    source = Source(name="tiny", examples=examples, per_epoch=12, drop_subtitles=0.3)
    train(model, tiny.collator(), [source], {"tiny": examples[:6]}, config, out, saved.append)
    return model, saved


def test_losses_fall_and_everything_is_logged(tmp_path):
    _, saved = start(tmp_path)
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [record["epoch"] for record in log] == [0, 1, 2]
    assert log[-1]["visual"] + log[-1]["textual"] < log[0]["visual"] + log[0]["textual"]
    for name in ("visual_mutual", "textual_mutual", "weight_textual_to_visual"):
        assert name in log[0]
    assert saved and set(saved[0]["tiny"]) == {"visual", "textual", "mIoU"}


def test_frozen_layers_do_not_move(tmp_path):
    before = tiny.model(dropout=0.1)
    after, _ = start(tmp_path)
    moved = {
        name
        for (name, a), b in zip(before.named_parameters(), after.parameters(), strict=True)
        if not torch.equal(a, b)
    }
    assert not any(".embeddings." in name or ".layer.0." in name for name in moved)
    assert any(".layer.1." in name for name in moved)
    assert any(name.startswith("visual_predictor") for name in moved)


def test_a_stopped_run_goes_on_where_it_was(tmp_path):
    whole, _ = start(tmp_path / "whole")

    class Stop(Exception):
        pass

    count = 0

    def stop_in_second_epoch(*_):
        nonlocal count
        count += 1
        if count > 4:
            raise Stop

    stopped = tiny.model(dropout=0.1)
    hook = stopped.register_forward_hook(stop_in_second_epoch)
    try:
        start(tmp_path / "stopped", model=stopped)
    except Stop:
        pass
    else:
        raise AssertionError("the run was meant to be stopped")
    hook.remove()
    resumed, _ = start(tmp_path / "stopped")
    for (name, a), b in zip(whole.named_parameters(), resumed.parameters(), strict=True):
        torch.testing.assert_close(a, b, msg=name)
