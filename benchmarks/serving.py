"""A server of its own for a measurement."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.serving import Server, serving


def environment(**places: str) -> dict[str, str]:
    """Of a process as people start it: Python keeps what it has compiled for the next start."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **places}


@contextmanager
def served(folder: Path, checkpoint: Path) -> Iterator[Server]:
    """Serve a checkpoint; its cache, temporary files and log are below `folder`."""
    temporary, cache = folder / "tmp", folder / "cache"
    temporary.mkdir(parents=True)
    places = environment(MUTUALSL_CACHE=str(cache), TMPDIR=str(temporary))
    with serving(checkpoint, folder / "stderr.txt", env=places) as server:
        yield server
