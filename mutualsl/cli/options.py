"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CHECKPOINTS = Path(__file__).resolve().parents[2] / "checkpoints"
DEFAULT_CHECKPOINT = CHECKPOINTS / "mutualsl-mini"
DEFAULT_VISUAL = CHECKPOINTS / "visual-mini"

Checkpoint = Annotated[
    Path,
    typer.Option(
        envvar="MUTUALSL_CHECKPOINT", help="Folder of a trained model, or OWNER/NAME on the Hub."
    ),
]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Visual = Annotated[
    Path | None,
    typer.Option(help="Weights of the visual encoder, where the checkpoint does not bring them."),
]


def folder_to_write(folder: Path | None) -> Path | None:
    """Callback of an option: refuses a folder that is a file or below one, or takes no files."""
    if folder is not None:
        place = next(each for each in (folder, *folder.parents) if each.exists())
        if not place.is_dir():
            raise typer.BadParameter(f"{folder}: {place} is a file; name another folder")
        check_writable(place, str(folder))
    return folder


def check_writable(folder: Path, wanted: str) -> None:
    """Refuse what is `wanted` where no file can be made in the folder; leaves nothing there."""
    from tempfile import TemporaryFile  # takes long to import

    try:
        TemporaryFile(dir=folder).close()
    except OSError as error:
        raise typer.BadParameter(
            f"{wanted}: {folder} cannot be written ({error.strerror}); name another folder"
        ) from error
