"""A run is a function: what is trained, on what, how long. `RECIPES` lists them.

A data root holds one folder per data set, each in the layout of `data/jsonl.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mutualsl.models.profiles import profile
from mutualsl.training.compared import (
    KNOWN,
    KNOWN_SIZES,
    MATCHING,
    data_recipes,
    mutualsl_long,
    shorter,
)
from mutualsl.training.config import RENDERED_ONLY, Part, RunConfig, Stage, TrainConfig
from mutualsl.training.full import FULL_RECIPES
from mutualsl.training.systems import SYSTEMS
from mutualsl.training.visual import VisualTrainConfig

MINI = {"dropout": 0.1, "shared_layers": 2}
# How a transcript alone is read by the language model: a stretch of it, now and then as captions.
RECUT: dict[str, Any] = {"crop_tokens": 360, "caption_share": 0.2}


def visual_mini() -> VisualTrainConfig:
    """The visual encoder `mini` on rendered videos."""
    return VisualTrainConfig()


def mutualsl_mini() -> RunConfig:
    """The shipped checkpoint: rendered videos, written talks and video-disjoint transcripts.

    Each predictor learns first by itself, from rendered data, which can be had in any amount; then
    both together and from each other, among talks and transcripts. The answers in transcripts alone
    are few, and a language model learns them by heart; written talks are many more. Last the
    sentence reader learns, by itself.
    """
    reading = Stage(
        name="reading",
        parts=(
            Part(dataset="narrations", per_epoch=2500),
            Part(dataset="synthetic", per_epoch=1200, validation=200, drop_video=1.0),
        ),
        train=TrainConfig(
            epochs=4, text_lr=1.5e-4, new_lr=5e-4, frozen_layers=2, max_questions=16,
            average_decay=0.98,
        ),
    )  # fmt: skip
    looking = Stage(
        name="looking",
        parts=(Part(dataset="synthetic", per_epoch=3000, validation=200, drop_subtitles=1.0),),
        train=TrainConfig(epochs=7, text_lr=2e-5, new_lr=1e-3, frozen_layers=4),
    )
    return RunConfig(
        name="mutualsl-mini",
        trained_on=(
            "rendered how-to videos and narrations, written talks, and transcripts of TutorialVQA "
            "and VehicleVQA (video-disjoint train parts); no camera footage"
        ),
        stages=(reading, looking, *_among_talks()),
        sizes=MINI,
    )


def _among_talks() -> tuple[Stage, Stage]:
    """Both predictors together, on rendered videos and all there is to read; then the reader."""
    together = Stage(
        name="together",
        parts=(
            Part(
                dataset="synthetic",
                per_epoch=1500, validation=150, drop_video=0.2, drop_subtitles=0.3,
            ),
            Part(dataset="narrations", per_epoch=400, validation=100, crop_tokens=360),
            Part(dataset="talks", per_epoch=5000, validation=150, **RECUT),
            *_transcripts(800, tutorialvqa=150, vehiclevqa=200, **RECUT),
        ),
        train=TrainConfig(
            epochs=2, text_lr=1e-4, new_lr=5e-4, frozen_layers=2, max_questions=16,
        ),
    )  # fmt: skip
    transcripts = Stage(
        name="transcripts",
        parts=(
            Part(dataset="narrations", per_epoch=500, validation=200),
            Part(dataset="synthetic", per_epoch=250, validation=250),
            Part(dataset="talks", per_epoch=5000, validation=500),
            *_transcripts(1500, tutorialvqa=517, vehiclevqa=829),
        ),
        train=MATCHING,
        learner="sentence_reader",
    )
    return together, transcripts


def mutualsl_reader() -> RunConfig:
    """Only the sentence reader of `mutualsl_mini`, anew, for the checkpoint that `start` names.

    About 25 minutes on two cores, half of it for sentence vectors: nothing else of the checkpoint
    changes but its shares and how its scores are calibrated. For transcripts of one's own there is
    `mutualsl_own`.
    """
    return RunConfig(
        name="mutualsl-reader",
        trained_on=(
            "the sentence reader on rendered videos and narrations, written talks, and transcripts "
            "of TutorialVQA and VehicleVQA (video-disjoint train parts)"
        ),
        stages=(mutualsl_mini().stages[-1],),
        sizes={"shared_layers": 2},
        start="checkpoints/mutualsl-mini",
        anew=True,
    )


def mutualsl_talks() -> RunConfig:
    """The last stages of `mutualsl_mini`, for the checkpoint that `start` names.

    Its sentence reader begins anew.
    """
    return RunConfig(
        name="mutualsl-talks",
        trained_on=(
            "rendered how-to videos and narrations, written talks, and transcripts of TutorialVQA "
            "and VehicleVQA (video-disjoint train parts)"
        ),
        stages=_among_talks(),
        sizes=MINI,
        start="checkpoints/mutualsl-mini",
        anew=True,
    )


def mutualsl_own() -> RunConfig:
    """The sentence reader of `start` goes on learning, from your own transcripts: `ROOT/own`."""
    reader = mutualsl_reader()
    (stage,) = reader.stages
    own = replace(stage, parts=(Part(dataset="own", validation=500),))
    return replace(
        reader,
        name="mutualsl-own",
        trained_on="the sentence reader on transcripts of one's own",
        stages=(own,),
        anew=False,
    )


def mutualsl_official() -> RunConfig:
    """TutorialVQA and VehicleVQA as published, where every test video is also a training video.

    Text only; for comparison with published numbers. Weights that learned these videos by heart
    say nothing about a new one and are not shipped. Only the sentence reader learns, which is told
    what is asked: it sees every question several times in the minutes that a language model needs
    to see it once (`docs/log.md`).
    """
    known = Stage(
        name="known",
        parts=tuple(
            Part(dataset=dataset, split_set="official", per_epoch=3718, validation=300)
            for dataset in ("tutorialvqa", "vehiclevqa")
        ),
        train=KNOWN,
        learner="sentence_reader",
    )
    return RunConfig(
        name="mutualsl-official",
        trained_on="transcripts of TutorialVQA and VehicleVQA (official train parts)",
        stages=(known,),
        sizes=KNOWN_SIZES,
    )


def mutualsl_clean_synthetic() -> RunConfig:
    """The profile `clean`, without a sentence reader: what the other two go beside."""
    return _of_profile("clean")


def mutualsl_literal_synthetic() -> RunConfig:
    """The profile `literal`: the paper's equations as printed."""
    return _of_profile("literal")


def mutualsl_released_synthetic() -> RunConfig:
    """The profile `released`: the model of the authors' public code, without its plain bugs."""
    return _of_profile("released")


def _of_profile(name: str) -> RunConfig:
    """A profile of MutualSL on rendered videos, which have both modalities.

    All learn the same questions for as many epochs; only the switches differ. Stages are those of
    `mutualsl_long_synthetic`, shorter.
    """
    reading, looking, together = mutualsl_long().stages
    stages = (
        shorter(reading, {"epochs": 1}, per_epoch=1400),
        shorter(looking, {"epochs": 3}),
        shorter(together, {"epochs": 1}, per_epoch=900, drop_video=0.0, drop_subtitles=0.0),
    )
    return RunConfig(
        name=f"mutualsl-{name}-synthetic",
        trained_on=RENDERED_ONLY,
        stages=stages,
        sizes={"dropout": 0.1, **profile(name)},
    )


PROFILE_RECIPES = (
    mutualsl_clean_synthetic,
    mutualsl_literal_synthetic,
    mutualsl_released_synthetic,
)


def _transcripts(per_epoch: int, *, tutorialvqa: int, vehiclevqa: int, **cut: Any) -> list[Part]:
    """The video-disjoint transcripts, with how many questions of each are for validation."""
    return [
        Part(
            dataset=dataset,
            split_set="disjoint", per_epoch=per_epoch, validation=validation, **cut,
        )
        for dataset, validation in (("tutorialvqa", tutorialvqa), ("vehiclevqa", vehiclevqa))
    ]  # fmt: skip


RECIPES: dict[str, Callable[[], RunConfig | VisualTrainConfig]] = {
    **{
        recipe.__name__: recipe
        for recipe in (
            mutualsl_mini,
            mutualsl_talks,
            mutualsl_reader,
            mutualsl_own,
            mutualsl_official,
        )
    },
    visual_mini.__name__: visual_mini,
    **data_recipes(),
    **{recipe.__name__: recipe for recipe in (*PROFILE_RECIPES, *FULL_RECIPES)},
    **{system.model: system.recipe for system in SYSTEMS},
}
