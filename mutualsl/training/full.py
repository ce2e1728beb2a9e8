"""MutualSL in the paper's own size, on MedVidQA: DeBERTa-v3-large, I3D rows, width 1024.

For a GPU; docs/training.md has the whole way from videos to numbers. All weights learn at one
rate. What the paper does not say is as in its public code: the rise over the first epoch, the
cosine, the decay. Four things are not as there: the language model has no dropout, gradients are
clipped, biases, norms and embeddings do not decay, and the weights kept are those of the best epoch
on the val split, where the code keeps every epoch and chooses none. Batches are drawn at random
from neighbours in length, of a dozen batches each, for less padding.
"""

from __future__ import annotations

from typing import Any

from mutualsl.data.split_sets import OFFICIAL
from mutualsl.models.profiles import profile
from mutualsl.training.config import Part, RunConfig, Stage, TrainConfig

LARGE = "microsoft/deberta-v3-large"
WIDTH = 1024
HEADS = 16
WINDOW_TOKENS = 4096  # a whole transcript: positions of this language model are relative
VAL_QUESTIONS = 145
IN_THE_CODE: dict[str, Any] = {
    "fall": "cosine", "weight_decay": 1e-6, "average_decay": 0.0, "gradient_checkpointing": True,
    "max_tokens": 32_768, "pool_batches": 12, "save_every": 1000,
}  # fmt: skip


def paper_medvidqa() -> RunConfig:
    """Sec. 3.1: AdamW, 1e-5, 4 questions a step, 15 epochs.

    The profile is `literal`, the equations as printed; what `clean` adds is ours, not the paper's.
    """
    return _of_profile("literal", "paper", epochs=15, lr=1e-5, max_questions=4)


def released_medvidqa() -> RunConfig:
    """The public code's model and settings: 8e-6, 1 question a step, 16 epochs."""
    return _of_profile("released", "released", epochs=16, lr=8e-6, max_questions=1)


def _of_profile(
    switches: str, name: str, *, epochs: int, lr: float, max_questions: int
) -> RunConfig:
    part = Part(dataset="medvidqa", split_set=OFFICIAL, validation=VAL_QUESTIONS)
    train = TrainConfig(
        epochs=epochs, text_lr=lr, new_lr=lr, max_questions=max_questions,
        warmup_share=1 / epochs, **IN_THE_CODE,
    )  # fmt: skip
    return RunConfig(
        name=f"{name}-medvidqa",
        trained_on="MedVidQA (official train part)",
        stages=(Stage(name="together", parts=(part,), train=train),),
        sizes={"width": WIDTH, "heads": HEADS, **profile(switches)},
        text_encoder=LARGE,
        window_tokens=WINDOW_TOKENS,
        visual="i3d",
    )


FULL_RECIPES = (paper_medvidqa, released_medvidqa)
