"""`mutualsl train`: a localizer, or a visual encoder, by a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mutualsl.cli.options import DEFAULT_VISUAL, Device, folder_to_write


def train(
    recipe: Annotated[str, typer.Option(help="Name of the recipe.")],
    data_root: Annotated[Path, typer.Option(help="Folder with one folder per data set.")],
    out: Annotated[Path, typer.Option(help="Folder for the run.", callback=folder_to_write)],
    visual: Annotated[
        Path, typer.Option(help="Visual encoder of a localizer: folder, file of weights, or i3d.")
    ] = DEFAULT_VISUAL,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Change a setting of the recipe: key=value.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    device: Device = "auto",
) -> None:
    """Train a localizer or a visual encoder."""
    from mutualsl.errors import known
    from mutualsl.training.overrides import override
    from mutualsl.training.recipes import RECIPES
    from mutualsl.training.run import run

    config = override(known("recipe", recipe, RECIPES)(), settings or [])
    run(config, data_root, out, visual, resume, device=device)
