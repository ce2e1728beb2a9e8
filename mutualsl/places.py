"""Folders of checkpoints: what they hold, and where they are, here or on the Hugging Face Hub."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mutualsl.description import read_config
from mutualsl.errors import CheckpointError

REPO_ID = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)
# Folders and files of a checkpoint that was saved whole.
VISUAL, TEXT = "visual", "text"  # folders of its encoders
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


def beside(folder: Path, name: str) -> Path:
    """Where a folder is that the checkpoint in `folder` names."""
    return (folder / name).resolve()


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
    record = read_config(fetched)
    for key in ("visual", "text"):
        named = (record.get(key) or {}).get("folder", VISUAL)
        if not beside(fetched, str(named)).is_relative_to(fetched.resolve()):
            raise CheckpointError(
                f"{name}: its {key} encoder is said to be at {named}, outside of what was fetched; "
                "a model is pushed whole with `push_to_hub`"
            )
    return fetched
