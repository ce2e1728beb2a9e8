"""Folders of checkpoints: what they hold, and where they are, here or on the Hugging Face Hub."""

from __future__ import annotations

import re
from os.path import isfile  # raises for no name, however odd or long
from pathlib import Path
from typing import Any

from mutualsl.description import read_config
from mutualsl.errors import CheckpointError

REPO_ID = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)
# Folders and files of a checkpoint that was saved whole.
VISUAL, TEXT = "visual", "text"  # folders of its encoders
TOKENIZER, HERE = "tokenizer", "."  # key of the config: the folder, as seen from this one
CARD, METRICS = "README.md", "metrics.json"
ENCODER_FILES = ("*.json", "*.safetensors", CARD)
# What some language models have instead of safetensors, DeBERTa-v3 among them. It is read with
# torch's `weights_only`, which makes tensors and nothing else.
PICKLED = "pytorch_model.bin"
CHECKPOINT_FILES = (
    "config.json", "model.safetensors", "tokenizer.json", METRICS, CARD,
    *(f"{folder}/{name}" for folder in (VISUAL, TEXT) for name in ENCODER_FILES),
)  # fmt: skip


def is_repo_id(name: str | Path) -> bool:
    """Whether a name is a repository's, `owner/name`; one whose first part is a folder here is not.

    A mistyped path into a folder is therefore never looked for elsewhere.
    """
    text = name.as_posix() if isinstance(name, Path) else name
    return REPO_ID.fullmatch(text) is not None and not Path(text).parent.exists()


def named_by(folder: Path, name: str) -> Path:
    """Where a folder or file is that the checkpoint in `folder` names.

    A file has the name that it is given there, also if that is a link: it says of what kind it is.
    """
    place = folder / name
    return place.parent.resolve() / place.name if isfile(place) else place.resolve()


def locate(name: str | Path, **options: Any) -> Path:
    """The folder of a checkpoint; fetched first where `name` is a repository of the Hub.

    `options` are those of `hub.fetch`, which says what is raised; a fetched one that names folders
    outside itself, which are the user's own, raises `CheckpointError`.
    """
    folder = Path(name)
    if folder.is_dir() or not is_repo_id(name):
        return folder
    from mutualsl.hub import fetch  # what talks to the Hub takes long to import

    fetched = fetch(folder.as_posix(), CHECKPOINT_FILES, **options)
    _check_inside(fetched, str(name))
    return fetched


def _check_inside(folder: Path, name: str) -> None:
    """Raise `CheckpointError` for a checkpoint that names folders outside its own."""
    record = read_config(folder)
    places = {TOKENIZER: record.get(TOKENIZER, HERE)}
    for key in ("visual", "text"):
        part = record.get(key)
        if isinstance(part, dict):  # else it is refused where it is read
            places[f"{key} encoder"] = part.get("folder", HERE)
    for what, place in places.items():
        try:
            inside = named_by(folder, place).is_relative_to(folder.resolve())
        except (TypeError, ValueError):  # no name at all
            inside = False
        if not inside:
            raise CheckpointError(
                f"{name}: its {what} is said to be at {place!r}, which is no folder of what was "
                "fetched; it has to be pushed again with `push_to_hub`"
            )
