"""The folder of clips and playable copies: made per server start, swept while it runs.

Gradio does the same with uploads (`delete_cache` of the page).
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import shutil
import tempfile
import threading
import time
import uuid
from pathlib import Path

from mutualsl.ui.limits import CLEAN_EVERY_SECOND, KEEP_FILES_SECOND

PREFIX = "mutualsl-page-"


@functools.cache
def made_files_folder() -> Path:
    """The folder, gone when the server stops; what killed servers have left goes too."""
    return _temporary_folder()


@functools.cache
def uploads_folder() -> Path:
    """Where Gradio is to keep what visitors upload, and whatever else it leaves beside that."""
    return _temporary_folder()


def new_file(folder: Path, name: str) -> Path:
    """A path that nobody can guess for a file of that name; old files make room for it."""
    forget_old(folder)
    _hold(folder)
    place = folder / uuid.uuid4().hex
    place.mkdir()
    return place / name


def forget_old(folder: Path, pattern: str = "*") -> None:
    """Delete what was made longer ago than files are kept."""
    oldest = time.time() - KEEP_FILES_SECOND
    for made in folder.glob(pattern):
        with contextlib.suppress(OSError):  # gone meanwhile, or somebody else's
            if made.stat().st_mtime < oldest:
                shutil.rmtree(made) if made.is_dir() else made.unlink()


def keep_swept(
    folder: Path, *others: Path, every_second: float = CLEAN_EVERY_SECOND
) -> threading.Event:
    """Forget old files now and then, also when nobody comes, until the event is set.

    The folder itself and `others`, which somebody else sweeps, are held: no other server takes
    them for left over.
    """
    stop = threading.Event()

    def sweep() -> None:
        while True:
            for held in (folder, *others):
                with contextlib.suppress(OSError):  # tried again the next time
                    _hold(held)
            forget_old(folder)
            if stop.wait(every_second):
                return

    threading.Thread(target=sweep, daemon=True).start()
    return stop


def _hold(folder: Path) -> None:
    """Make a folder anew that is gone, and young one that is old."""
    folder.mkdir(mode=0o700, exist_ok=True)
    os.utime(folder)


def _temporary_folder() -> Path:
    forget_old(Path(tempfile.gettempdir()), f"{PREFIX}*")
    folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
