"""The identity of a file's content."""

import hashlib
import os
from pathlib import Path

from mutualsl.errors import VideoError


def content_hash(path: str | Path) -> str:
    """BLAKE2b (160 bits, hexadecimal) of the file's bytes: the same for every copy and name.

    Raises `VideoError` for what is not a file or cannot be read.
    """
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe would be waited for, for ever
        raise VideoError(f"{path} is not a file; give the path of a video")
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=20)).hexdigest()
    except OSError as error:
        raise VideoError(f"cannot read {path}: {error.strerror}; check that it exists") from error
