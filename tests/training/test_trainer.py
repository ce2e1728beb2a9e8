import copy
import json
import os
import time
from dataclasses import replace

import pytest
import torch
from accelerate import Accelerator
from torch import nn

from mutualsl.errors import DataError
from mutualsl.training import state
from mutualsl.training.config import Part, TrainConfig
from mutualsl.training.sampling import Source
from mutualsl.training.trainer import Trainer
from tests import tiny
from tests.training.processes import several

CONFIG = TrainConfig(
    epochs=3, max_tokens=80, new_lr=3e-3, frozen_layers=1, bf16=False, log_every=2, save_every=2
)


def source(examples, **changes):
    part = Part(dataset="tiny", per_epoch=len(examples), **changes)
    return Source(part=part, examples=examples)


def start(out, config=CONFIG, model=None, saved=None, deadline=None, validation=6):
    """Train a tiny model on a mix: some questions without video, some without subtitles."""
    saved = [] if saved is None else saved
    model = model or tiny.model(dropout=0.1)
    examples = [tiny.example(i) for i in range(12)]
    silent = [replace(e, video=e.video.without_subtitles()) for e in examples[:4]]
    text = [replace(e, video=e.video.without_video()) for e in examples[4:8]]
    sources = [
        source(examples, drop_subtitles=0.3),
        source(silent),
        source(text),
    ]
    Trainer(
        model, tiny.collator(), sources, {"tiny": examples[:validation]}, config, out,
        lambda best: saved.append(copy.deepcopy(best)), deadline,
    ).train()  # fmt: skip
    return model, saved


def log(out):
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


def interrupted(out, calls, config=CONFIG):
    """The same run, killed in its `calls`-th forward pass; what it had kept until then."""

    class Killed(Exception):
        pass

    count = 0

    def kill(*_):
        nonlocal count
        count += 1
        if count > calls:
            raise Killed

    model = tiny.model(dropout=0.1)
    hook = model.register_forward_hook(kill)
    saved = []
    with pytest.raises(Killed):
        start(out, config, model, saved)
    hook.remove()
    return saved


def same(one, other):
    for (name, a), b in zip(one.state_dict().items(), other.state_dict().values(), strict=True):
        assert torch.equal(a, b), name


def test_losses_fall_and_every_one_is_logged(tmp_path):
    _, saved = start(tmp_path)
    steps = [record for record in log(tmp_path) if "step" in record]
    epochs = [record for record in log(tmp_path) if "validation" in record]
    assert [record["epoch"] for record in epochs] == [0, 1, 2]
    assert set(epochs[0]["validation"]["tiny"]) == {"visual", "textual", "mIoU"}
    names = {"visual", "textual", "visual_mutual", "textual_mutual"}
    weights = {"weight_textual_to_visual", "weight_visual_to_textual"}
    assert names | weights | {"lr"} <= set(steps[0])
    counts = [record["step"] for record in steps]
    assert counts == sorted(set(counts)) and counts[0] == 2
    first = [r["visual"] + r["textual"] for r in steps if r["epoch"] == 0]
    last = [r["visual"] + r["textual"] for r in steps if r["epoch"] == 2]
    assert sum(last) / len(last) < sum(first) / len(first)
    assert saved


def names_of_moved(before, after):
    pairs = zip(before.named_parameters(), after.parameters(), strict=True)
    return {name for (name, a), b in pairs if not torch.equal(a, b)}


def test_frozen_layers_do_not_move(tmp_path):
    before = tiny.model(dropout=0.1)
    after, _ = start(tmp_path)
    moved = names_of_moved(before, after)
    assert not any(".embeddings." in name or ".layer.0." in name for name in moved)
    assert any(".layer.1." in name for name in moved)
    assert any(name.startswith("visual_predictor") for name in moved)


def test_a_stage_may_have_a_dropout_of_its_own(tmp_path):
    model, saved = start(tmp_path, replace(CONFIG, epochs=1, dropout=0.4))
    assert {getattr(module, name) for module, name in saved[-1].dropouts()} == {0.4}
    before, after = (
        [getattr(module, name) for module, name in each.dropouts()]
        for each in (tiny.model(dropout=0.1), model)
    )
    assert before == after  # the next stage may have another
    assert {m.p for m in saved[-1].text_encoder.modules() if isinstance(m, nn.Dropout)} == {0.1}


@pytest.mark.parametrize("calls", [1, 7, 15])
def test_a_killed_run_goes_on_bit_for_bit(tmp_path, calls):
    whole, kept = start(tmp_path / "whole")
    kept_before = interrupted(tmp_path / "killed", calls)
    resumed, kept_again = start(tmp_path / "killed")
    same(whole, resumed)
    same(kept[-1], [*kept_before, *kept_again][-1])

    def numbers(out):
        return [{k: v for k, v in r.items() if k != "validation_seconds"} for r in log(out)]

    assert numbers(tmp_path / "killed") == numbers(tmp_path / "whole")


def test_killed_while_saving_the_former_state_counts(tmp_path, monkeypatch):
    whole, _ = start(tmp_path / "whole")
    calls = 0
    replace_file = os.replace

    def die_at_third(*paths):
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OSError("disk full")
        replace_file(*paths)

    monkeypatch.setattr("mutualsl.training.state.os.replace", die_at_third)
    with pytest.raises(OSError, match="disk full"):
        start(tmp_path / "killed")
    monkeypatch.undo()
    resumed, _ = start(tmp_path / "killed")
    same(whole, resumed)
    assert len(list((tmp_path / "killed").glob("state-*"))) == 1


def test_a_log_that_is_gone_begins_again(tmp_path):
    interrupted(tmp_path, 7)
    (tmp_path / "log.jsonl").unlink()
    start(tmp_path)
    assert all("epoch" in line for line in log(tmp_path))


def test_a_state_of_another_model_is_said(tmp_path):
    """As one is that was saved by a version whose model had other parts."""
    interrupted(tmp_path, 7)
    with pytest.raises(DataError, match="this state cannot be loaded .*start again"):
        start(tmp_path, model=tiny.model(width=16))
    for folder in tmp_path.glob("state-*"):
        folder.rename(tmp_path / "gone")
    with pytest.raises(DataError, match="this state cannot be loaded"):
        start(tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"garbage"])
def test_no_damaged_part_of_a_state_is_passed_over(tmp_path, content):
    """Also not the random numbers, without which accelerate would go on another way."""
    interrupted(tmp_path, 7)
    (folder,) = tmp_path.glob("state-*")
    parts = sorted(path for path in folder.iterdir() if path.suffix in (".bin", ".pkl"))
    assert {"optimizer.bin", "random_states_0.pkl"} <= {path.name for path in parts}
    for path in parts:
        before = path.read_bytes()
        path.unlink() if content is None else path.write_bytes(content)
        with pytest.raises(DataError, match="this state cannot be loaded"):
            start(tmp_path)
        path.write_bytes(before)


def test_a_finished_run_is_not_trained_again(tmp_path):
    whole, _ = start(tmp_path)
    lines = (tmp_path / "log.jsonl").read_bytes()
    again, saved = start(tmp_path)
    same(whole, again)
    assert not saved and (tmp_path / "log.jsonl").read_bytes() == lines


def test_it_stops_when_validation_no_longer_improves(tmp_path):
    standing = replace(CONFIG, epochs=9, new_lr=0.0, text_lr=0.0, patience=2)
    start(tmp_path, standing)
    assert len([r for r in log(tmp_path) if "validation" in r]) == 3


def test_without_validation_the_last_weights_are_kept(tmp_path):
    _, saved = start(tmp_path, replace(CONFIG, patience=1), validation=0)
    assert len(saved) == CONFIG.epochs


def test_a_state_that_counts_is_not_written_over(tmp_path, monkeypatch):
    written = []
    save_state = Accelerator.save_state
    monkeypatch.setattr(
        Accelerator,
        "save_state",
        lambda self, folder, **how: written.append(folder) or save_state(self, folder, **how),
    )
    start(tmp_path, replace(CONFIG, save_every=1), deadline=time.monotonic())
    assert len(written) == 1  # for its time and because it was late


def test_it_stops_at_its_deadline_and_goes_on_as_if_it_had_not(tmp_path):
    whole, kept = start(tmp_path / "whole")
    model, saved = start(tmp_path / "short", deadline=time.monotonic())
    progress = state.read(tmp_path / "short")
    assert (progress.step, progress.done, len(saved)) == (1, False, 1)
    assert names_of_moved(tiny.model(dropout=0.1), model)
    seconds = progress.second
    resumed, again = start(tmp_path / "short")
    same(whole, resumed)
    same(kept[-1], again[-1])
    progress = state.read(tmp_path / "short")
    assert progress.done and progress.second > seconds > 0


def test_weights_of_a_finished_epoch_are_not_replaced_at_the_deadline(tmp_path):
    _, first = start(tmp_path, replace(CONFIG, epochs=1))
    progress = json.loads((tmp_path / state.FILE_NAME).read_text())
    (tmp_path / state.FILE_NAME).write_text(json.dumps(progress | {"done": False}))
    _, saved = start(tmp_path, deadline=time.monotonic())
    assert len(first) == 1 and not saved
    assert state.read(tmp_path).step == progress["step"] + 1


def test_accumulated_batches_step_like_one_large_batch(tmp_path):
    four = source([tiny.example(i) for i in range(4)])
    config = replace(CONFIG, epochs=1, clip=1e9, max_tokens=10**6)

    def parameters(accumulate, questions):
        model = tiny.model(dropout=0.0)
        settings = replace(config, accumulate=accumulate, max_questions=questions)
        out = tmp_path / f"{accumulate}-{questions}"
        Trainer(model, tiny.collator(), [four], {}, settings, out, lambda m: None).train()
        return torch.cat([p.detach().flatten() for p in model.parameters() if p.requires_grad])

    def share_alike(one, other):
        return ((one - other).abs() < 1e-4).float().mean().item()

    at_once = parameters(1, 4)
    assert share_alike(at_once, parameters(2, 2)) > 0.9  # all but gradients near zero
    assert share_alike(at_once, parameters(1, 2)) < 0.6


@pytest.mark.parametrize(("accumulate", "asked"), [(1, 5), (2, 6), (3, 6), (7, 7)])
def test_an_epoch_asks_every_question_and_makes_whole_steps(tmp_path, accumulate, asked):
    examples = [tiny.example(i) for i in range(5)]
    config = replace(CONFIG, epochs=1, max_questions=1, accumulate=accumulate, log_every=1)
    questions = []
    collator = tiny.collator()

    def collate(group):
        questions.extend(group)
        return collator(group)

    Trainer(tiny.model(), collate, [source(examples)], {}, config, tmp_path, lambda m: None).train()
    assert len(questions) == asked
    assert {e.video.video_id for e in questions} == {e.video.video_id for e in examples}
    assert state.read(tmp_path).step == asked // accumulate


@pytest.mark.parametrize(("pool_batches", "alone"), [(None, True), (4, False)])
def test_questions_of_one_video_are_a_batch_unless_drawn_from_pools(tmp_path, pool_batches, alone):
    examples = [tiny.example(i, cue_count=1 + i) for i in range(8) for _ in range(4)]
    config = replace(CONFIG, epochs=1, max_tokens=10**6, max_questions=4, pool_batches=pool_batches)
    groups, collator = [], tiny.collator()

    def collate(group):
        groups.append({e.video.video_id for e in group})
        return collator(group)

    Trainer(tiny.model(), collate, [source(examples)], {}, config, tmp_path, lambda m: None).train()
    assert len(groups) == 8 and all(len(group) == 1 for group in groups) == alone


def test_a_stage_goes_on_with_the_same_questions_and_processes_only(tmp_path):
    start(tmp_path, deadline=time.monotonic())
    path = tmp_path / state.FILE_NAME
    before = json.loads(path.read_text())
    assert before["processes"] == 1 and len(before["questions"]) == 16
    for change, said in (
        ({"processes": 2}, "begun with 2 processes, and there are 1"),
        ({"questions": "0" * 16}, "its training data .* is not what it began with"),
        ({"validation": "0" * 16}, "its validation data .* is not what it began with"),
    ):
        path.write_text(json.dumps(before | change))
        with pytest.raises(DataError, match=said):
            start(tmp_path)
    with pytest.raises(DataError, match="its validation data"):
        start(tmp_path, validation=5)
    older = {key: value for key, value in before.items() if key != "validation"}
    path.write_text(json.dumps({**older, "processes": 0, "questions": ""}))  # by older versions
    start(tmp_path)
    after = state.read(tmp_path)
    assert after.done
    assert (after.questions, after.validation) == (before["questions"], before["validation"])


def test_every_stage_computes_in_16_bits(tmp_path, monkeypatch):
    monkeypatch.setattr("mutualsl.training.trainer.fastest_dtype", lambda device: torch.bfloat16)
    model, fast = tiny.model(), []
    language_model = model.text_encoder.language_model
    language_model.register_forward_pre_hook(
        lambda module, given: fast.append(torch.is_autocast_enabled("cpu"))
    )
    for stage in ("first", "second"):
        start(tmp_path / stage, replace(CONFIG, epochs=1, bf16=True), model, validation=0)
        assert fast and all(fast), stage
        fast.clear()


TWO = """
import sys
from pathlib import Path
import torch
from accelerate import PartialState
from mutualsl.training.run_note import LONGEST_WAIT, begin
from mutualsl.training.visual import VisualTrainConfig
from tests.training.test_trainer import CONFIG, start
out = Path(sys.argv[1])
device = torch.device(sys.argv[2])
begin(VisualTrainConfig(), out / "noted", resume=False, device=device)  # as every run begins
model, _ = start(out)
state = PartialState()
assert state.num_processes == 2
group = torch.distributed.group.WORLD._get_backend(state.device)
assert group.options._timeout == LONGEST_WAIT
torch.save(model.state_dict(), out / f"process-{state.process_index}.pt")
"""


@pytest.mark.parametrize("by", ["device", "variable"])
def test_two_processes_train_one_model(tmp_path, by):
    script = tmp_path / "two.py"
    script.write_text(TWO)
    env = {"ACCELERATE_USE_CPU": "1"} if by == "variable" else {}
    several(2, script, tmp_path, "cpu" if by == "device" else "cuda", OMP_NUM_THREADS="1", **env)
    one, other = (torch.load(tmp_path / f"process-{i}.pt") for i in range(2))
    for name, value in one.items():
        assert torch.equal(value, other[name]), name
    alone = start(tmp_path / "alone")[0].state_dict()
    assert any(not torch.equal(value, alone[name]) for name, value in one.items())
    assert len([r for r in log(tmp_path) if "validation" in r]) == 3
