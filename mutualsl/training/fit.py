"""Training of a model that needs no steps: it sees its questions once."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import NamedTuple

from mutualsl.data.batch import Collator
from mutualsl.models import FittedLocalizer
from mutualsl.training.config import TrainConfig
from mutualsl.training.sampling import Source, draw_epoch, make_batches

SETTINGS = ("seed", "max_tokens", "max_questions", "pool_batches")  # of a stage, that are read here


class Fitted(NamedTuple):
    """How long it took, and what was left out for want of time, in words."""

    second: float
    cpu_second: float  # of this process
    left_out: str | None


def fit(
    model: FittedLocalizer,
    collator: Collator,
    sources: Sequence[Source],
    config: TrainConfig,
    deadline: float | None,
) -> Fitted:
    """Show the model the questions of one epoch, in random order, and be done by `deadline`."""
    began, cpu_began = time.monotonic(), time.process_time()
    chance = random.Random(config.seed)
    batches = make_batches(
        draw_epoch(sources, chance), chance,
        max_tokens=config.max_tokens, max_questions=config.max_questions,
        pool_batches=config.pool_batches,
    )  # fmt: skip
    left_out = model.fit(map(collator, batches), config.seed, deadline)
    return Fitted(time.monotonic() - began, time.process_time() - cpu_began, left_out)
