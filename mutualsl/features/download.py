"""Fetch one published file: resumed where it stopped, whole or not there, the same ever after.

Nobody has published a hash of these files. The SHA-256 of the first download is written beside the
file and every later use is checked against it: that shows damage and exchange, not a false source.
"""

from __future__ import annotations

import hashlib
import logging
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from email.message import Message
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any

import rich.progress
from filelock import FileLock
from rich.console import Console

from mutualsl.errors import CheckpointError, WeightsMissing

log = logging.getLogger(__name__)
Progress = Callable[[float], None]  # fraction done
TIMEOUT_SECOND = 20
PIECE_BYTES = 1 << 20


def fetch(
    url: str,
    path: Path,
    *,
    todo: str,
    progress: Progress | None = None,
    local_files_only: bool = False,
) -> Path:
    """`path`, fetched from `url` when it is not there yet; `todo` says what else a person can do.

    Raises `WeightsMissing` without a network or when `local_files_only` or `HF_HUB_OFFLINE` forbids
    to use it, and `CheckpointError` when the file is not the one that was fetched at first.
    """
    if path.is_file():
        _check(path)
        return path
    if local_files_only or offline():
        switch = "local_files_only" if local_files_only else "HF_HUB_OFFLINE"
        raise WeightsMissing(f"{path.name} is not here, and {switch} is set; {todo}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f"{path.name}.lock")):
            if not path.is_file():  # another process may have fetched it meanwhile
                with _bar(path.name) if progress is None else nullcontext(progress) as report:
                    _download(url, path, report)
    except (OSError, HTTPException) as error:
        raise WeightsMissing(
            f"{path.name} is not here and {url} cannot be fetched ({error}); {todo}"
        ) from error
    return path


def offline() -> bool:
    """Whether `HF_HUB_OFFLINE` forbids to use the network."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def _download(url: str, path: Path, progress: Progress) -> None:
    """Fetch what is missing of the part that is there, note the hash, then give it its name.

    A part goes on only while the file at the source is the one that it is of, by its `_version`.
    """
    log.warning("fetching %s to %s", url, path)
    part, of = (path.with_name(f"{path.name}.{end}") for end in ("part", "part.version"))
    version = of.read_text("latin-1") if of.exists() else ""
    begin = part.stat().st_size if version and part.exists() else 0
    asked = {"Range": f"bytes={begin}-", "If-Range": version} if begin else {}
    request = urllib.request.Request(url, headers=asked)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECOND) as answer:
            if answer.status != HTTPStatus.PARTIAL_CONTENT:  # the server sends all of it
                begin = 0
                part.unlink(missing_ok=True)  # before it is noted what comes now
                of.write_text(_version(answer.headers), "latin-1")
            elif not _goes_on(answer.headers, begin, version):
                part.unlink()
                return _download(url, path, progress)
            _append(answer, part, begin, progress)
    except urllib.error.HTTPError as error:
        if error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        # Either all of it is there, or the part is of another file.
        if error.headers.get("Content-Range") != f"bytes */{begin}":
            part.unlink()
            return _download(url, path, progress)
    _hash_file(path).write_text(f"{_sha256(part)}  {path.name}\n")
    part.replace(path)
    of.unlink(missing_ok=True)
    progress(1.0)


def _version(headers: Message) -> str:
    """What is the same for the same bytes only, in the words of `If-Range`; "" where nothing is."""
    tag: str = headers.get("ETag", "")
    return tag if tag.startswith('"') else headers.get("Last-Modified", "")


def _goes_on(headers: Message, begin: int, version: str) -> bool:
    """Whether what a server sends is the part that was asked for, and of the same file."""
    part: str = headers.get("Content-Range", "")
    return part.startswith(f"bytes {begin}-") and _version(headers) in ("", version)


def _append(answer: Any, part: Path, begin: int, progress: Progress) -> None:
    length = answer.headers.get("Content-Length")
    if length is None and not answer.chunked:  # one that ends early would pass as whole
        raise OSError("the server does not say how long the file is")
    done, total = begin, begin + int(length) if length is not None else 0
    with part.open("r+b" if begin else "wb") as file:
        file.seek(begin)
        while piece := answer.read(PIECE_BYTES):
            file.write(piece)
            done += len(piece)
            if total:
                progress(min(1.0, done / total))
    if done < total:
        raise OSError(f"the connection ended after {done:,} of {total:,} bytes; try again")


def _check(path: Path) -> None:
    """Whether the file is still what was fetched; one that was put there by hand has no note."""
    note = _hash_file(path)
    if note.is_file() and note.read_text().split()[:1] != [_sha256(path)]:
        raise CheckpointError(
            f"{path}: not the file that was fetched (its SHA-256 is not that of {note.name}); "
            "delete both to fetch it again"
        )


def _hash_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _bar(name: str) -> Iterator[Progress]:
    """A progress bar on stderr; silent when stderr is not a terminal."""
    console = Console(stderr=True)
    with rich.progress.Progress(
        console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(f"fetching {name}", total=1.0)
        yield lambda fraction: bar.update(task, completed=fraction)
