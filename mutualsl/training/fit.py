"""Training of a model that needs no steps: it sees its questions once."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from mutualsl.data import Collator
from mutualsl.models import FittedLocalizer
from mutualsl.training.config import TrainConfig
from mutualsl.training.sampling import Source, draw_epoch, make_batches
from mutualsl.training.state import Progress


def fit(
    model: FittedLocalizer, collator: Collator, sources: Sequence[Source], config: TrainConfig
) -> Progress:
    """Show the model the questions of one epoch; this takes no deadline."""
    began = time.monotonic()
    chance = random.Random(config.seed)
    batches = make_batches(
        draw_epoch(sources, chance), chance,
        max_tokens=config.max_tokens, max_questions=config.max_questions,
    )  # fmt: skip
    model.fit(map(collator, batches), config.seed)
    return Progress(epoch=1, second=time.monotonic() - began, done=True)
