"""Recipes of Tables 1 and 2: every system on every data set, where `reproduce` looks for them.

A name is made of model, data set and, where it is not the published one, split set:
`vptsl_tutorialvqa`, `mor_vehiclevqa_disjoint`; a variant of it stands between model and data set.
Those of systems that read subtitles take up to 36 minutes of one processor a seed
(`docs/results.md`), far less than their authors trained.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from mutualsl.data.split_sets import DISJOINT, OFFICIAL
from mutualsl.training.config import Part, RunConfig, Stage, TrainConfig
from mutualsl.training.systems import SYSTEMS

Make = Callable[[], RunConfig]


class Data(NamedTuple):
    """One part of a data set, which is a folder below the data root."""

    name: str
    split_set: str | None
    split: str  # whose questions systems are scored on

    def recipe(self, model: str, variant: str = "") -> str:
        """The recipe that trains a model for this data: `vslnet_synthetic`, `mor_vehiclevqa`.

        A split set other than the published one has its name at the end.
        """
        apart = "" if self.split_set in (None, OFFICIAL) else self.split_set
        return "_".join(part for part in (model, variant, self.name, apart) if part)


RENDERED = Data("synthetic", None, "test")
DATA = (
    RENDERED,
    Data("tutorialvqa", OFFICIAL, "test"),
    Data("tutorialvqa", DISJOINT, "test"),
    Data("vehiclevqa", OFFICIAL, "test"),
    Data("vehiclevqa", DISJOINT, "test"),
    Data("medvidqa", OFFICIAL, "val"),  # answers of its test split may be missing
)
NAMES = {
    RENDERED.name: "rendered how-to videos",
    "tutorialvqa": "TutorialVQA",
    "vehiclevqa": "VehicleVQA",
    "medvidqa": "MedVidQA",
}
LONG = "long"  # the variant of MutualSL whose two predictors have time to teach each other
UNTAUGHT = "untaught"  # the same without what they teach
# Training videos that validate where the val split is what systems are scored on.
HELD_OUT = 0.1
READING = TrainConfig(
    epochs=2, text_lr=2e-4, new_lr=5e-4, frozen_layers=2, max_questions=16, average_decay=0.98
)
# The sentence reader of MutualSL, and where it may learn videos by heart.
MATCHING = TrainConfig(
    epochs=3, new_lr=1e-3, weight_decay=0.05, max_tokens=32_768, max_questions=24
)
KNOWN = replace(MATCHING, epochs=6, dropout=0.1)
KNOWN_SIZES: dict[str, Any] = {"shared_layers": 2, "reader_width": 256, "reader_asked": True}
PART = Part(dataset=RENDERED.name, per_epoch=1400, validation=100)
CROPPED = replace(PART, crop_tokens=400)  # where there is no video


def mor() -> RunConfig:
    """MoR: forests over every question."""
    part = Part(dataset=RENDERED.name, validation=200)
    return _run("mor", Stage(name="forests", parts=(part,), train=TrainConfig()))


def vptsl() -> RunConfig:
    """VPTSL: all of the language model but its first layers."""
    stage = Stage(name="reading", parts=(CROPPED,), train=READING)
    return replace(_run("vptsl", stage), window_tokens=384)


def mutualsl_short() -> RunConfig:
    """MutualSL on videos with subtitles, in the minutes that Table 1 gives every system.

    The stages of `mutualsl_long`. Small batches are quicker on one core, and the rate is smaller
    with them.
    """
    reading, looking, together = mutualsl_long().stages
    return _run(
        "mutualsl",
        shorter(reading, {"epochs": 1}, per_epoch=1400),
        shorter(looking, {"epochs": 5, "max_questions": 8, "new_lr": 4e-4, "frozen_layers": 6}),
        shorter(together, {"epochs": 1, "max_questions": 8}, per_epoch=900),
    )


def mutualsl_long() -> RunConfig:
    """MutualSL on videos with subtitles: each predictor by itself, then both from each other.

    What both teach each other is the last stage alone, so the recipe without it differs in that
    only: rows of Table 2, and the curves of Fig. 3.
    """
    reading = Stage(
        name="reading",
        parts=(replace(PART, per_epoch=1000, drop_video=1.0),),
        train=READING,
    )
    looking = Stage(
        name="looking",
        parts=(replace(PART, per_epoch=3000, drop_subtitles=1.0),),
        train=TrainConfig(epochs=6, text_lr=2e-5, new_lr=1e-3, frozen_layers=4),
    )
    together = Stage(
        name="together",
        parts=(replace(PART, per_epoch=1500, drop_video=0.2, drop_subtitles=0.3),),
        train=TrainConfig(epochs=2, text_lr=3e-5, new_lr=3e-4, frozen_layers=2, max_questions=16),
    )
    return _run("mutualsl", reading, looking, together)


def untaught(recipe: Make) -> Make:
    """The recipe where neither predictor learns from the other."""

    def make() -> RunConfig:
        base = recipe()
        return replace(base, sizes={**base.sizes, "mutual": False})

    return make


def shorter(stage: Stage, train: dict[str, Any], **of_part: Any) -> Stage:
    """A stage of one part with other settings."""
    (part,) = stage.parts
    return replace(stage, parts=(replace(part, **of_part),), train=replace(stage.train, **train))


def mutualsl_known() -> RunConfig:
    """MutualSL where test videos are also training videos: its sentence reader learns them."""
    known = Stage(name="known", parts=(PART,), train=KNOWN, learner="sentence_reader")
    return replace(_run("mutualsl", known), sizes=KNOWN_SIZES)


def mutualsl_new() -> RunConfig:
    """MutualSL where they are not: beside it the sentence reader learns what carries over."""
    matching = Stage(name="matching", parts=(PART,), train=MATCHING, learner="sentence_reader")
    reading = Stage(name="reading", parts=(CROPPED,), train=READING)
    return replace(_run("mutualsl", reading, matching), sizes={"shared_layers": 2})


def data_recipes() -> dict[str, Make]:
    """Every recipe by its name."""
    found: dict[str, Make] = {}
    for data in DATA:
        visual = [s.short_recipe if data == RENDERED else s.recipe for s in SYSTEMS]
        for recipe in (*visual, mor, vptsl, _mutualsl(data)):
            name, make = _for_data(recipe, data)
            found[name] = make
        of_table2 = mutualsl_long if data == RENDERED else _mutualsl(data)
        name, make = _for_data(untaught(of_table2), data, UNTAUGHT)
        found[name] = make
    name, make = _for_data(mutualsl_long, RENDERED, LONG)
    return {**found, name: make}


def _mutualsl(data: Data) -> Make:
    """MutualSL, by what the test videos of a data set are."""
    if data == RENDERED:
        return mutualsl_short
    known = data.split_set == OFFICIAL and data.name != "medvidqa"  # whose parts share no video
    return mutualsl_known if known else mutualsl_new


def _for_data(recipe: Make, data: Data, variant: str = "") -> tuple[str, Make]:
    """The recipe with every part of every stage replaced by this data, and its name."""
    base = recipe()
    name = data.recipe(base.model, variant)
    held_out = HELD_OUT if data.split == "val" else 0.0

    def of_data(part: Part) -> Part:
        return replace(part, dataset=data.name, split_set=data.split_set, held_out=held_out)

    def make() -> RunConfig:
        stages = tuple(
            replace(stage, parts=tuple(map(of_data, stage.parts))) for stage in base.stages
        )
        apart = f" ({data.split_set} train part)" if data.split_set else ""
        trained_on = NAMES[data.name] + apart
        return replace(base, name=name.replace("_", "-"), trained_on=trained_on, stages=stages)

    return name, make


def _run(model: str, *stages: Stage) -> RunConfig:
    return RunConfig(name=model, trained_on=NAMES[RENDERED.name], stages=stages, model=model)
