"""Train the visual encoder `mini` to name what a rendered second shows.

Each second of a rendered video is labelled with its kind of shot and, inside a step, with the
step's attributes (`annotations/<video_id>.json`). One linear classifier per attribute sits on the
features during training and is thrown away after it. Letters: M clips, T frames, F row width.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mutualsl.data.folders import find_video
from mutualsl.device import fastest_dtype
from mutualsl.features.base import VisualEncoder
from mutualsl.features.mini import MiniConfig, MiniEncoder
from mutualsl.features.network import MiniNetwork, channels_last
from mutualsl.video import read_frames

ATTRIBUTES = ("shot", "action", "object", "colour", "place", "tool")
UNKNOWN = -1
MOSTLY = 0.6  # share of a second that a shot must cover to label it

Clips = npt.NDArray[np.uint8]  # (M, T, H, W, 3)


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


@dataclass(frozen=True, kw_only=True)
class LabelledClips:
    """Every second of a split, with one label index per attribute (`UNKNOWN` where none holds)."""

    videos: list[Clips]  # the M clips, video by video: too many to hold twice in one array
    labels: npt.NDArray[np.int64]  # (M, attributes)
    names: dict[str, list[str]]  # attribute -> label names

    def __len__(self) -> int:
        return len(self.labels)

    def gather(self, chosen: Sequence[int]) -> Clips:
        """The chosen clips, copied into one array."""
        firsts = np.cumsum([0, *(len(clips) for clips in self.videos)])
        owner = np.searchsorted(firsts, chosen, side="right") - 1
        pairs = zip(owner, chosen, strict=True)
        return np.stack([self.videos[o][i - firsts[o]] for o, i in pairs])


def load_clips(
    root: Path, split: str, encoder: VisualEncoder, names: dict[str, list[str]] | None = None
) -> LabelledClips:
    """Decode all videos of a split into memory (about 220 kB a second of video)."""
    notes = [json.loads(p.read_text()) for p in sorted((root / "annotations").glob("*.json"))]
    notes = [note for note in notes if note["split"] == split]
    names = names or _label_names(notes)

    def decode(note: dict[str, Any]) -> Clips:
        path = find_video(root, note["video_id"])
        assert path is not None, f"{note['video_id']}: annotated but its video is missing"
        with read_frames(path, encoder.request) as reader:
            frames = np.concatenate([chunk.frames for chunk in reader])
        count = len(frames) // encoder.frames_per_row
        frames = frames[: count * encoder.frames_per_row]
        return frames.reshape(count, encoder.frames_per_row, *frames.shape[1:])

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoding happens in worker processes
        videos = list(pool.map(decode, notes))
    labels = [
        _second_labels(note["shots"], second, names)
        for note, clips in zip(notes, videos, strict=True)
        for second in range(len(clips))
    ]
    return LabelledClips(videos=videos, labels=np.array(labels), names=names)


def train_visual(
    train: LabelledClips,
    val: LabelledClips,
    config: VisualTrainConfig,
    log: Callable[[dict[str, Any]], None],
) -> tuple[MiniEncoder, dict[str, float]]:
    """The trained encoder and its validation accuracy per attribute, in percent."""
    torch.manual_seed(config.seed)
    network = channels_last(MiniNetwork(config.encoder.channels))
    width = config.encoder.channels[-1]
    heads = nn.ModuleDict({a: nn.Linear(width, len(train.names[a])) for a in ATTRIBUTES})
    parameters = [*network.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=config.lr, weight_decay=config.weight_decay)
    total = config.epochs * (len(_draw(train, config)) // config.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config.lr, total_steps=total, pct_start=0.15
    )
    accuracy: dict[str, float] = {}
    dtype = fastest_dtype(torch.device("cpu"))
    for epoch in range(config.epochs):
        started, losses = time.perf_counter(), []
        network.train()
        order = _draw(train, config)
        for begin in range(0, len(order) - config.batch + 1, config.batch):
            chosen = order[begin : begin + config.batch]
            clips = _augment(torch.from_numpy(train.gather(chosen)), dtype)
            labels = torch.from_numpy(train.labels[chosen])
            with torch.autocast("cpu", torch.bfloat16, enabled=clips.dtype == torch.bfloat16):
                features = network(clips)
            loss = _loss(heads, features.float(), labels)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        accuracy = _accuracy(network, heads, val, config.batch)
        minutes = (time.perf_counter() - started) / 60
        log({"epoch": epoch, "loss": float(np.mean(losses)), "minutes": minutes, "val": accuracy})
    return MiniEncoder(config.encoder, network), accuracy


def _draw(train: LabelledClips, config: VisualTrainConfig) -> list[int]:
    """The seconds of one epoch, in random order; every draw has the same size."""
    is_step = train.labels[:, ATTRIBUTES.index("action")] != UNKNOWN
    drawn: list[int] = []
    for group, share in ((is_step, config.step_share), (~is_step, config.other_share)):
        members = torch.from_numpy(np.flatnonzero(group))
        count = round(share * len(members))
        drawn += members[torch.randperm(len(members))[:count]].tolist()
    return [drawn[i] for i in torch.randperm(len(drawn)).tolist()]


def _label_names(notes: list[dict[str, Any]]) -> dict[str, list[str]]:
    shots = [shot for note in notes for shot in note["shots"]]
    return {a: sorted({s[a] for s in shots if s.get(a) is not None}) for a in ATTRIBUTES}


def _second_labels(
    shots: list[dict[str, Any]], second: int, names: dict[str, list[str]]
) -> list[int]:
    """Labels of the shot that covers most of [second, second + 1)."""

    def cover(shot: dict[str, Any]) -> float:
        return float(min(shot["end"], second + 1) - max(shot["start"], second))

    shot = max(shots, key=cover)
    if cover(shot) < MOSTLY:
        return [UNKNOWN] * len(ATTRIBUTES)
    return [names[a].index(shot[a]) if shot.get(a) in names[a] else UNKNOWN for a in ATTRIBUTES]


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
