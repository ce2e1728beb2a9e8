"""Recipes of the systems that read subtitles, one for each data set: `vptsl_tutorialvqa`.

A name is made of model, data set and, where it is not the published one, split set; `mutualsl
reproduce` finds them by it. Each is meant to take about fifteen minutes of one processor a seed, so
that all can be compared on a laptop: far less than their authors trained.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mutualsl.data.split_sets import DISJOINT, OFFICIAL
from mutualsl.training.config import Part, RunConfig, Stage, TrainConfig

RENDERED = "synthetic"
TRANSCRIPTS = {  # questions of the train part
    ("tutorialvqa", OFFICIAL): 3718,
    ("tutorialvqa", DISJOINT): 5212,
    ("vehiclevqa", OFFICIAL): 7392,
    ("vehiclevqa", DISJOINT): 7531,
}
CROP_TOKENS = 400
QUESTIONS = 1400  # of an epoch through the language model


def text_recipes() -> dict[str, Callable[[], RunConfig]]:
    """By name; a recipe is called like any other to get its run."""
    found: dict[str, Callable[[], RunConfig]] = {}
    for model, make in (("mor", _mor), ("vptsl", _vptsl), ("mutualsl", _mutualsl)):
        for data in ((RENDERED, None), *TRANSCRIPTS):
            name = _name(model, *data)
            found[name] = partial(make, name, *data)
    return found


def _name(model: str, dataset: str, split_set: str | None) -> str:
    apart = () if split_set in (None, OFFICIAL) else (split_set,)
    return "_".join((model, dataset, *apart))


def _mor(name: str, dataset: str, split_set: str | None) -> RunConfig:
    """Forests over every question of the train part."""
    count = TRANSCRIPTS[dataset, split_set] if split_set else 2000
    part = Part(dataset=dataset, split_set=split_set, per_epoch=count, validation=200)
    stage = Stage(name="forests", parts=(part,), train=TrainConfig())
    return _run(name, "mor", (stage,))


def _vptsl(name: str, dataset: str, split_set: str | None) -> RunConfig:
    """All of the language model but its first layers, and the prompt."""
    part = Part(
        dataset=dataset, split_set=split_set, per_epoch=QUESTIONS, validation=100,
        crop_tokens=CROP_TOKENS,
    )  # fmt: skip
    stage = Stage(name="reading", parts=(part,), train=_READING)
    return _run(name, "vptsl", (stage,), window_tokens=384)


def _mutualsl(name: str, dataset: str, split_set: str | None) -> RunConfig:
    """Both predictors where there are videos: first the visual one by itself, then from each other.

    Where a transcript is new, the textual predictor learns from what the frozen sentence encoder
    says of it; where it is known, the language model learns it (`mutualsl_official`).
    """
    part = Part(dataset=dataset, split_set=split_set, per_epoch=QUESTIONS, validation=100)
    if dataset == RENDERED:
        looking = Stage(
            name="looking",
            parts=(Part(dataset=dataset, per_epoch=3000, validation=100, drop_subtitles=1.0),),
            train=TrainConfig(epochs=3, text_lr=2e-5, new_lr=1e-3, frozen_layers=4),
        )
        together = Stage(
            name="together",
            parts=(part,),
            train=TrainConfig(
                epochs=1, text_lr=3e-5, new_lr=3e-4, frozen_layers=2, max_questions=16
            ),
        )
        return _run(name, "mutualsl", (looking, together), shared_layers=2)
    if split_set == OFFICIAL:
        cropped = Part(
            dataset=dataset, split_set=split_set, per_epoch=QUESTIONS, validation=100,
            crop_tokens=CROP_TOKENS,
        )  # fmt: skip
        return _run(name, "mutualsl", (Stage(name="reading", parts=(cropped,), train=_READING),))
    matching = Stage(
        name="matching",
        parts=(part,),
        train=TrainConfig(
            epochs=2, new_lr=1e-3, weight_decay=0.05, dropout=0.3, max_tokens=4096,
            only="textual_predictor.",
        ),
    )  # fmt: skip
    return _run(name, "mutualsl", (matching,), shared_layers=2)


_READING = TrainConfig(
    epochs=2, text_lr=2e-4, new_lr=5e-4, frozen_layers=2, max_questions=16, average_decay=0.98
)


def _run(
    name: str, model: str, stages: tuple[Stage, ...], window_tokens: int = 512, **sizes: object
) -> RunConfig:
    names = {"tutorialvqa": "TutorialVQA", "vehiclevqa": "VehicleVQA"}
    part = stages[0].parts[0]
    data = names.get(part.dataset, "rendered how-to videos")
    return RunConfig(
        name=name.replace("_", "-"),
        trained_on=f"{data} ({part.split_set} train part)" if part.split_set else data,
        stages=stages,
        model=model,
        sizes=dict(sizes),
        window_tokens=window_tokens,
    )
