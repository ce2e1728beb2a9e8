"""Training of the systems that MutualSL is compared with: Table 1, one recipe each.

Optimizer, batches, epochs and learning rates are the authors'; weights are chosen by validation
mIoU, where most of them watched the test part.
"""

from __future__ import annotations

from typing import Any

from mutualsl.training.config import RENDERED_ONLY, Part, RunConfig, Stage, TrainConfig

# The newest weights are measured, not a mean of many, and everything is in 32 bits.
AS_PUBLISHED: dict[str, Any] = {
    "average_decay": 0.0, "bf16": False, "warmup_share": 0.0, "save_every": 500,
}  # fmt: skip
VSL = TrainConfig(epochs=30, max_questions=16, new_lr=1e-4, weight_decay=0.01, **AS_PUBLISHED)


def vslbase() -> RunConfig:
    """VSLBase on rendered videos, trained as in the MedVidQA benchmark."""
    return _visual_system("vslbase", VSL)


def vslnet() -> RunConfig:
    """VSLNet on rendered videos, trained as in the MedVidQA benchmark."""
    return _visual_system("vslnet", VSL)


def tmlga() -> RunConfig:
    """TMLGA on rendered videos; smaller batches than its authors', who had more questions."""
    train = TrainConfig(
        epochs=50, new_lr=1e-4, bias_lr=2.0, weight_decay=1e-5, decoupled_decay=False,
        drops=(), clip=5.0, **AS_PUBLISHED,
    )  # fmt: skip
    return _visual_system("tmlga", train)


def acrm() -> RunConfig:
    """ACRM on rendered videos."""
    train = TrainConfig(
        epochs=50, new_lr=1e-3, weight_decay=1e-5, decoupled_decay=False, drops=(20, 40),
        clip=5.0, **AS_PUBLISHED,
    )  # fmt: skip
    return _visual_system("acrm", train)


def ranet() -> RunConfig:
    """RaNet on rendered videos; for a CPU, with a quarter of the paper's clips and channels."""
    train = TrainConfig(
        epochs=15, new_lr=1e-3, weight_decay=0.0, decoupled_decay=False, drops=(6, 11), clip=10.0,
        **AS_PUBLISHED,
    )  # fmt: skip
    return _visual_system("ranet", train, {"width": 128, "bins": 64, "clips": 32})


def _visual_system(name: str, train: TrainConfig, sizes: dict[str, Any] | None = None) -> RunConfig:
    """A compared system on all rendered questions, without subtitles, which it does not read."""
    part = Part(dataset="synthetic", validation=400, drop_subtitles=1.0)
    return RunConfig(
        name=name,
        trained_on=RENDERED_ONLY,
        stages=(Stage(name="looking", parts=(part,), train=train),),
        model=name,
        sizes=sizes or {},
    )


SYSTEMS = (vslbase, vslnet, tmlga, acrm, ranet)
