"""The folder of clips and playable copies: made per server start, swept while it runs."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
import time
import uuid
from pathlib import Path

from mutualsl.ui.limits import KEEP_FILES_SECOND


@functools.cache
def made_files_folder() -> Path:
    """The folder, gone when the server stops."""
    folder = Path(tempfile.mkdtemp(prefix="mutualsl-page-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def new_file(folder: Path, name: str) -> Path:
    """A path that nobody can guess for a file of that name; old files make room for it."""
    forget_old(folder)
    place = folder / uuid.uuid4().hex
    place.mkdir()
    return place / name


def forget_old(folder: Path) -> None:
    """Delete what was made longer ago than files are kept."""
    oldest = time.time() - KEEP_FILES_SECOND
    for made in folder.iterdir():
        if made.stat().st_mtime < oldest:
            shutil.rmtree(made, ignore_errors=True) if made.is_dir() else made.unlink()
