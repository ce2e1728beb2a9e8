"""Features on disk by content hash and encoder fingerprint: shared, atomic, capped."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import IO

import numpy as np
import platformdirs

from mutualsl.features.extract import VisualFeatures
from mutualsl.features.files import DAMAGE

log = logging.getLogger(__name__)

GIGABYTE = 1024**3
WRITING_SECOND = 3600  # nothing takes longer to be written
WAIT_SECOND = 0.25  # between two questions whether to wait on


class Locks:
    """A lock for every name, as long as somebody holds or awaits it."""

    def __init__(self) -> None:
        self._locks: weakref.WeakValueDictionary[str, threading.Lock] = (
            weakref.WeakValueDictionary()
        )
        self._lock = threading.Lock()

    def of(self, name: str) -> threading.Lock:
        """The one of that name."""
        with self._lock:
            return self._locks.setdefault(name, threading.Lock())


_MAKING = Locks()  # paths of entries that this process is making
_TOLD: set[tuple[Path, str]] = set()  # what this process has said of folders


def default_folder() -> Path:
    """`MUTUALSL_CACHE`, or `features` in the user's cache folder, or in that for temporary files.

    The last is for users without a home directory, as containers may have.
    """
    if chosen := os.environ.get("MUTUALSL_CACHE"):
        return Path(chosen)
    try:
        return Path(platformdirs.user_cache_dir("mutualsl")) / "features"
    except RuntimeError:
        folder = Path(tempfile.gettempdir()) / f"mutualsl-{os.getuid()}" / "features"
        _tell_once(
            folder,
            "no home directory is known, so the feature cache is here, where it may not last; "
            "name a folder in MUTUALSL_CACHE",
        )
        return folder


@dataclass(frozen=True, slots=True)
class FeatureCache:
    """Finished features of every video seen; the least recently used go first when full.

    Entries are written under a temporary name and renamed, so readers, also in other processes,
    see a whole entry or none. A damaged entry counts as missing.
    """

    folder: Path = field(default_factory=default_folder)
    limit_bytes: int = 2 * GIGABYTE

    def get_or_make(
        self,
        content_hash: str,
        fingerprint: str,
        make: Callable[[], VisualFeatures],
        waiting: Callable[[], None] = lambda: None,
    ) -> VisualFeatures:
        """The stored features, or what `make` returns, which is then stored.

        While another thread makes them, `waiting` is called again and again; raising ends the wait.
        Features with warnings are not stored: a damaged file is looked at again next time.
        """
        lock = _MAKING.of(str(self._path(content_hash, fingerprint)))
        while not lock.acquire(timeout=WAIT_SECOND):
            waiting()
        try:
            stored = self.stored(content_hash, fingerprint)
            return stored or self._make(content_hash, fingerprint, make)
        finally:
            lock.release()

    def stored(self, content_hash: str, fingerprint: str) -> VisualFeatures | None:
        """The stored features; having been used, they are the last to go."""
        path = self._path(content_hash, fingerprint)
        stored = _load(path)
        if stored is not None:
            with contextlib.suppress(OSError):
                path.touch()
        return stored

    def entries(self) -> set[str]:
        """Names of what is stored."""
        return {path.name for path in self.folder.glob("*.npz")}

    def take_over(self, folder: Path) -> None:
        """Copy what another cache holds and this one lacks; nothing, where that cannot be."""
        with contextlib.suppress(OSError):
            for entry in sorted(folder.glob("*.npz")):
                own = self.folder / entry.name
                if not own.exists():
                    with _appearing(own) as file:
                        file.write(entry.read_bytes())

    def evict(self) -> None:
        """Remove the least recently used until the folder is within its limit, and leftovers."""
        entries = []
        for path in self.folder.glob("*.npz"):
            with contextlib.suppress(FileNotFoundError):
                entries.append((path.stat().st_mtime, path.stat().st_size, path))
        excess = sum(size for _, size, _ in entries) - self.limit_bytes
        for _, size, path in sorted(entries):
            if excess <= 0:
                break
            path.unlink(missing_ok=True)
            excess -= size
        for path in self.folder.glob("*.part"):  # of a process that was killed while it wrote
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - WRITING_SECOND:
                    path.unlink()

    def _make(
        self, content_hash: str, fingerprint: str, make: Callable[[], VisualFeatures]
    ) -> VisualFeatures:
        made = make()
        if not made.warnings:
            # A cache that cannot be written (disk full, read-only) must not fail the question.
            try:
                _save(self._path(content_hash, fingerprint), made)
                self.evict()
            except OSError as error:
                _tell_once(
                    self.folder,
                    f"the feature cache cannot be written ({error.strerror or error}), so videos "
                    "may be read anew each time; make room or the folder writable, or name "
                    "another in MUTUALSL_CACHE",
                )
        return made

    def _path(self, content_hash: str, fingerprint: str) -> Path:
        return self.folder / f"{content_hash}.{fingerprint}.npz"


def _tell_once(folder: Path, what: str) -> None:
    if (folder, what) not in _TOLD:
        _TOLD.add((folder, what))
        log.warning("%s: %s", folder, what)


@contextlib.contextmanager
def _appearing(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there when it has been written, under its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{os.urandom(6).hex()}.part")
    try:
        with temporary.open("xb") as file:  # mkstemp's would be for this user alone
            yield file
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _save(path: Path, features: VisualFeatures) -> None:
    jpegs = [jpeg for _, jpeg in features.thumbnails]
    # A picture that stays is stored once: an empty one stands for the one before it.
    stored = [b"" if jpeg == last else jpeg for last, jpeg in pairwise([b"", *jpegs])]
    pictures = [np.frombuffer(jpeg, np.uint8) for jpeg in stored]
    with _appearing(path) as file:
        np.savez(
            file,
            rows=features.rows.astype(np.float16),
            thumbnail_second=np.array([second for second, _ in features.thumbnails]),
            thumbnail_bytes=np.concatenate(pictures) if pictures else np.zeros(0, np.uint8),
            thumbnail_size=np.array([len(p) for p in pictures], np.int64),
        )


def _load(path: Path) -> VisualFeatures | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            ends = data["thumbnail_size"].cumsum()
            jpegs: list[bytes] = []
            for picture in np.split(data["thumbnail_bytes"], ends[:-1]) if len(ends) else []:
                jpegs.append(picture.tobytes() or jpegs[-1])
            seconds = map(float, data["thumbnail_second"])
            return VisualFeatures(
                rows=data["rows"].astype(np.float32),
                thumbnails=tuple(zip(seconds, jpegs, strict=True)),
            )
    except DAMAGE:
        return None
