"""The weights file of a checkpoint: written whole, and paired with the config beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from mutualsl.atomic import atomic_output
from mutualsl.errors import CheckpointError

WEIGHTS = "model.safetensors"
DIGEST = "weights_digest"  # key in the config and in the header of the weights


def write_weights(
    weights: dict[str, Tensor], path: Path, about: dict[str, str] | None = None
) -> None:
    """Write `.safetensors`, whole or not at all. Raises `CheckpointError` when that fails."""
    with writing(path), atomic_output(path) as partial:
        save_file(weights, partial, about)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raises `CheckpointError` for what cannot be written."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        text = f"{path}: cannot be written ({error}); make room, or name another folder"
        raise CheckpointError(text) from error


def digest_of(weights: dict[str, Tensor]) -> str:
    """Of all names and values, whatever their order."""
    digest = hashlib.blake2b(digest_size=8)
    for name, value in sorted(weights.items()):
        digest.update(name.encode())
        digest.update(value.cpu().numpy().tobytes())
    return digest.hexdigest()


def check_pair(record: dict[str, Any], weights: Path) -> None:
    """Raise `ValueError` where config and weights were not saved together.

    Both hold one digest, so nothing is computed here; checkpoints from before it have none.
    """
    with safe_open(weights, "pt") as file:
        found = (file.metadata() or {}).get(DIGEST)
    if found != record.get(DIGEST):
        raise ValueError("they were not saved together")
