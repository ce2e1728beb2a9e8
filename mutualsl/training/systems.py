"""The visual systems that MutualSL is compared with: how their authors trained each, and how we do.

Optimizer, epochs, learning rates and, but for TMLGA, batches are the authors'; weights are chosen
by validation mIoU, where most of them watched the test part. Rendered videos can be learned on a
CPU, so there are changes for them beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mutualsl.training.config import RENDERED_ONLY, Part, RunConfig, Stage, TrainConfig

# The newest weights are measured, not a mean of many, and everything is in 32 bits.
AS_PUBLISHED: dict[str, Any] = {
    "average_decay": 0.0, "bf16": False, "warmup_share": 0.0, "save_every": 500,
}  # fmt: skip
# Fewer epochs than the authors' need a higher rate than most of them have.
FASTER: dict[str, Any] = {
    "new_lr": 1e-3, "warmup_share": 0.05, "average_decay": 0.98, "drops": None,
    "max_questions": 16,
}  # fmt: skip
VSL = TrainConfig(epochs=30, max_questions=16, new_lr=1e-4, weight_decay=0.01, **AS_PUBLISHED)


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """One of them. Its model has the paper's sizes where none are given."""

    title: str  # as the paper calls it
    model: str  # key of MODELS
    train: TrainConfig  # the authors'
    short: Mapping[str, Any]  # what a run on a CPU changes of that, with `FASTER`
    short_sizes: Mapping[str, Any] = field(default_factory=dict)  # of the model then

    def recipe(self) -> RunConfig:
        """As the authors trained it, on rendered videos until it is given other data."""
        return self._run(self.train, {})

    def short_recipe(self) -> RunConfig:
        """On rendered videos, within 15 minutes of one processor (`docs/results.md`)."""
        return self._run(replace(self.train, **{**FASTER, **self.short}), self.short_sizes)

    def _run(self, train: TrainConfig, sizes: Mapping[str, Any]) -> RunConfig:
        """On all questions, without subtitles, which it does not read."""
        part = Part(dataset="synthetic", validation=400, drop_subtitles=1.0)
        return RunConfig(
            name=self.model,
            trained_on=RENDERED_ONLY,
            stages=(Stage(name="looking", parts=(part,), train=train),),
            model=self.model,
            sizes=dict(sizes),
        )


SYSTEMS = (
    System(title="VSLBase", model="vslbase", train=VSL, short={"epochs": 7}),
    System(title="VSLNet", model="vslnet", train=VSL, short={"epochs": 7}),
    # Smaller batches than its authors', who had more questions.
    System(
        title="TMLGA",
        model="tmlga",
        train=TrainConfig(
            epochs=50, new_lr=1e-4, bias_lr=2.0, weight_decay=1e-5, decoupled_decay=False,
            drops=(), clip=5.0, **AS_PUBLISHED,
        ),
        short={"epochs": 2, "bias_lr": 1.0},
    ),
    System(
        title="ACRM",
        model="acrm",
        train=TrainConfig(
            epochs=50, new_lr=1e-3, weight_decay=1e-5, decoupled_decay=False, drops=(20, 40),
            clip=5.0, **AS_PUBLISHED,
        ),
        short={"epochs": 1},
    ),
    System(
        title="RaNet",
        model="ranet",
        train=TrainConfig(
            epochs=15, new_lr=1e-3, weight_decay=0.0, decoupled_decay=False, drops=(6, 11),
            clip=10.0, **AS_PUBLISHED,
        ),
        short={"epochs": 5},
        # An eighth of the paper's channels, a quarter of its clips.
        short_sizes={"width": 64, "groups": 16, "bins": 64, "clips": 32},
    ),
)  # fmt: skip
