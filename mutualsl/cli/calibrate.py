"""`mutualsl calibrate`: scores of a checkpoint fitted again, on validation questions."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from mutualsl.cli.options import DEFAULT_CHECKPOINT, Checkpoint, Device, Visual, folder_to_write
from mutualsl.cli.output import progress


def calibrate(
    data_root: Annotated[Path, typer.Option(help="Folder with one folder per data set.")],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for the checkpoint; that of the old one is fine.", callback=folder_to_write
        ),
    ],
    recipe: Annotated[
        str, typer.Option(help="Recipe whose last stage's validation questions are asked.")
    ] = "mutualsl_reader",
    checkpoint: Checkpoint = DEFAULT_CHECKPOINT,
    visual: Visual = None,
    device: Device = "auto",
) -> None:
    """Fit what scores mean, the chance that a span is right, and nothing else."""
    from mutualsl.checkpoint import save_checkpoint
    from mutualsl.errors import DataError, known
    from mutualsl.evaluation.record import current_commit
    from mutualsl.inference import AnswerLocalizer
    from mutualsl.places import locate
    from mutualsl.training.calibrate import fit_scores
    from mutualsl.training.config import RunConfig
    from mutualsl.training.library import Library
    from mutualsl.training.prepare import check_folders
    from mutualsl.training.recipes import RECIPES

    config = known("recipe", recipe, RECIPES)()
    if not isinstance(config, RunConfig):
        raise DataError(
            f"{recipe} trains no localizer, so it has no questions; name another recipe"
        )
    config = replace(config, stages=config.stages[-1:])
    check_folders(config, data_root)
    named, checkpoint = checkpoint, locate(checkpoint)
    localizer = AnswerLocalizer.from_pretrained(checkpoint, device, visual)
    found = localizer.checkpoint
    library = Library(data_root, found.tokenizer, localizer.encoder)
    validation = library.calibration(config.stages[-1], found.model.looks)
    with progress("asking") as report:
        fitted = fit_scores(
            found.model, localizer.collator, validation, lambda done: report("asking", done)
        )
    found.model.to("cpu")
    if fitted:
        asked = {name: len(examples) for name, examples in validation.items()}
        scores = {"recipe": recipe, "commit": current_commit(), "validation": asked}
        about = found.about | {"scores": scores | {"fitted": fitted}}
        localizer.checkpoint = found = replace(found, about=about)
    if checkpoint != named:  # fetched into a cache, which may be emptied
        localizer.save_pretrained(out)
        return
    text = found.text and replace(found.text, folder=_seen_from(out, checkpoint, found.text.folder))
    place = replace(found.visual, folder=_seen_from(out, checkpoint, found.visual.folder))
    save_checkpoint(replace(found, visual=place, text=text), out)


def _seen_from(out: Path, checkpoint: Path, folder: str) -> str:
    """Where an encoder's folder, which the checkpoint names, is for a checkpoint in `out`."""
    from mutualsl.places import named_by

    return os.path.relpath(named_by(checkpoint, folder), out.resolve())
