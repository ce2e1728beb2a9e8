"""Files that appear complete or not at all."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zlib import crc32

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Numbers of errors that mean: no room, no room for this user, no room for a file of this size."""
LEFT_SECOND = 24 * 3600  # nobody writes one file for longer


@contextmanager
def atomic_output(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`; it takes that name on success and vanishes on error.

    What a process that was killed has left of the same file goes, when it is a day old.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    begin = f".{crc32(os.fsencode(path.name)):08x}-"  # the name itself may be too long already
    _forget_left(path.parent, begin)
    partial = path.with_name(f"{begin}{os.urandom(6).hex()}.part{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_whole(path: str | Path, text: str) -> None:
    """Write a text in UTF-8, its lines ended as they are; a failure leaves what was there before.

    Raises `OSError` when it cannot be written.
    """
    with atomic_output(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: str | Path, record: object) -> None:
    """Write a record as JSON, whole: a key a line, so that two versions can be compared."""
    write_whole(path, json.dumps(record, indent=1) + "\n")


def is_same_file(path: str | Path, other: str | Path) -> bool:
    """Whether both name one file that is there, by any link."""
    with suppress(OSError, ValueError):  # one is not there, or no name at all
        return os.path.samefile(path, other)
    return False


def _forget_left(folder: Path, begin: str) -> None:
    oldest = time.time() - LEFT_SECOND
    with suppress(OSError), os.scandir(folder) as entries:  # others may tidy up here too
        for entry in entries:
            if entry.name.startswith(begin) and entry.stat().st_mtime < oldest:
                os.unlink(entry)
