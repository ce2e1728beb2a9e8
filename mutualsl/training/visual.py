"""Train the visual encoder `mini` to name what a rendered second shows.

One linear classifier per attribute sits on the features during training and is thrown away after
it. Letters: M clips, T frames.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator, PartialState
from accelerate.state import AcceleratorState
from torch import Tensor, nn
from torch.nn import functional as F

from mutualsl.description import CONFIG
from mutualsl.device import fastest_dtype
from mutualsl.errors import DataError
from mutualsl.evaluation.record import current_commit
from mutualsl.features.mini import MiniConfig, MiniEncoder
from mutualsl.features.network import MiniNetwork, channels_last
from mutualsl.training import state
from mutualsl.training.config import (
    RENDERED_ONLY,
    check_counts,
    check_rates,
    check_seed,
    check_shares,
)
from mutualsl.training.labelled import ATTRIBUTES, UNKNOWN, LabelledClips, load_clips
from mutualsl.training.report import Report

PICTURES = "pictures"  # the folder of its log and state in the run


@dataclass(frozen=True, kw_only=True)
class VisualTrainConfig:
    """How long and how fast."""

    seed: int = 0
    epochs: int = 11
    batch: int = 32
    lr: float = 3e-3
    step_share: float = 0.55  # share of the labelled step seconds that an epoch looks at
    other_share: float = 0.15  # and of all others, which are easily told apart
    weight_decay: float = 0.02
    encoder: MiniConfig = field(default_factory=MiniConfig)

    def __post_init__(self) -> None:
        check_seed(self)
        check_counts(self, "epochs", "batch")
        check_rates(self, "lr", "weight_decay")
        check_shares(self, "step_share", "other_share")


def run_visual(config: VisualTrainConfig, root: Path, out: Path) -> None:
    """Train `mini` on `root/synthetic` and write its checkpoint folder; goes on with a stopped run.

    Raises `DataError` where several processes were started for it.
    """
    if PartialState().num_processes > 1:
        raise DataError("visual_mini learns in one process; start it without accelerate launch")
    if (out / CONFIG).is_file() and state.read(out / PICTURES).done:
        return
    folder = root / "synthetic"
    untrained = MiniEncoder(config.encoder, MiniNetwork(config.encoder.channels))
    training = load_clips(folder, "train", untrained)
    validation = load_clips(folder, "val", untrained, training.names)
    encoder, accuracy = train_visual(training, validation, config, out / PICTURES)
    encoder.save(
        out,
        {
            "recipe": "visual_mini",
            "trained_on": RENDERED_ONLY,
            "seed": config.seed,
            "epochs": config.epochs,
            "commit": current_commit(),
            "seconds_of_video": len(training),
            "val_accuracy_percent": accuracy,
        },
    )


def train_visual(
    train: LabelledClips, val: LabelledClips, config: VisualTrainConfig, out: Path
) -> tuple[MiniEncoder, dict[str, float]]:
    """The trained encoder and its validation accuracy per attribute, in percent.

    Losses and accuracies go to `out/log.jsonl`, the state after each epoch to `out/state-*`; one
    that is there is gone on with, as if it had not been stopped.
    """
    AcceleratorState._reset_state()
    accelerator = Accelerator(mixed_precision="no")
    torch.manual_seed(config.seed)
    network = channels_last(MiniNetwork(config.encoder.channels))
    width = config.encoder.channels[-1]
    heads = nn.ModuleDict({a: nn.Linear(width, len(train.names[a])) for a in ATTRIBUTES})
    parameters = [*network.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=config.lr, weight_decay=config.weight_decay)
    per_epoch = len(_draw(train, config)) // config.batch
    if per_epoch == 0:
        raise DataError(
            f"an epoch looks at fewer than {config.batch} of {len(train)} seconds, one batch; "
            "render more videos"
        )
    total = config.epochs * per_epoch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config.lr, total_steps=total, pct_start=0.15
    )
    accelerator.register_for_checkpointing(network, heads, optimizer, schedule)
    out.mkdir(parents=True, exist_ok=True)
    seconds = hashlib.sha256(repr((train.labels.tolist(), train.names)).encode()).hexdigest()[:16]
    state.check(out, seconds, processes=1)
    progress = state.restore(accelerator, out)
    progress.questions, progress.processes = seconds, 1
    began = time.monotonic() - progress.second
    with Report(out, "pictures", total, progress.step, progress.log_bytes, True) as report:
        while not progress.done:
            network.train()
            order = _draw(train, config)
            for begin in range(0, len(order) - config.batch + 1, config.batch):
                chosen = order[begin : begin + config.batch]
                loss = _step(network, heads, train, chosen)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                schedule.step()
                report.step({"loss": loss})
                progress.step += 1
            report.flush(epoch=progress.epoch, step=progress.step, lr=schedule.get_last_lr())
            accuracy = _accuracy(network, heads, val, config.batch)
            report.write({"epoch": progress.epoch, "val_accuracy_percent": accuracy})
            report.say(f"epoch {progress.epoch + 1}: {_in_words(accuracy)}")
            progress.epoch += 1
            progress.done = progress.epoch >= config.epochs
            progress.second = time.monotonic() - began
            progress.log_bytes = report.log_bytes
            state.save(accelerator, out, progress)
    return MiniEncoder(config.encoder, network), _accuracy(network, heads, val, config.batch)


def _step(
    network: MiniNetwork, heads: nn.ModuleDict, train: LabelledClips, chosen: Sequence[int]
) -> Tensor:
    """The loss of one batch."""
    dtype = fastest_dtype(torch.device("cpu"))
    clips = _augment(torch.from_numpy(train.gather(chosen)), dtype)
    labels = torch.from_numpy(train.labels[list(chosen)])
    with torch.autocast("cpu", torch.bfloat16, enabled=clips.dtype == torch.bfloat16):
        features = network(clips)
    return _loss(heads, features.float(), labels)


def _in_words(accuracy: Mapping[str, float]) -> str:
    return "validation accuracy " + ", ".join(f"{a} {p:.1f} %" for a, p in accuracy.items())


def _draw(train: LabelledClips, config: VisualTrainConfig) -> list[int]:
    """The seconds of one epoch, in random order; every draw has the same size."""
    is_step = train.labels[:, ATTRIBUTES.index("action")] != UNKNOWN
    drawn: list[int] = []
    for group, share in ((is_step, config.step_share), (~is_step, config.other_share)):
        members = torch.from_numpy(np.flatnonzero(group))
        count = round(share * len(members))
        drawn += members[torch.randperm(len(members))[:count]].tolist()
    return [drawn[i] for i in torch.randperm(len(drawn)).tolist()]


def _augment(clips: Tensor, dtype: torch.dtype) -> Tensor:
    """uint8 clips (B, T, H, W, 3) to (B, 3, T, H, W) of `dtype`, flipped, shifted and relit."""
    if torch.rand(()) < 0.5:
        clips = clips.flip(3)
    down, right = (int(v) for v in torch.randint(-4, 5, (2,)))
    clips = torch.roll(clips, (down, right), dims=(2, 3))  # cheap while still uint8
    light = (1.0 + 0.1 * torch.randn(len(clips), 1, 1, 1, 1)) / 255.0
    # Moving the last axis to the front without copying leaves memory in channels-last order.
    return (clips.to(dtype) * light.to(dtype)).permute(0, 4, 1, 2, 3)


def _loss(heads: nn.ModuleDict, features: Tensor, labels: Tensor) -> Tensor:
    terms = [
        F.cross_entropy(heads[a](features), labels[:, i], ignore_index=UNKNOWN)
        for i, a in enumerate(ATTRIBUTES)
        if (labels[:, i] != UNKNOWN).any()
    ]
    return torch.stack(terms).sum()


@torch.inference_mode()
def _accuracy(
    network: MiniNetwork, heads: nn.ModuleDict, val: LabelledClips, batch: int
) -> dict[str, float]:
    network.eval()
    right = np.zeros((len(val), len(ATTRIBUTES)), bool)
    for begin in range(0, len(val), batch):
        chosen = range(begin, min(begin + batch, len(val)))
        clips = torch.from_numpy(val.gather(chosen)).permute(0, 4, 1, 2, 3)
        scaled = clips.float().div(255.0).contiguous(memory_format=torch.channels_last_3d)
        features = network(scaled)
        for i, attribute in enumerate(ATTRIBUTES):
            predicted = heads[attribute](features).argmax(1).numpy()
            right[begin : begin + batch, i] = predicted == val.labels[begin : begin + batch, i]
    known = val.labels != UNKNOWN
    return {
        a: round(100.0 * float(right[known[:, i], i].mean()), 2) for i, a in enumerate(ATTRIBUTES)
    }
