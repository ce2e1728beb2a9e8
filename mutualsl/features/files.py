"""Feature rows in files: made ahead of time, here or by others.

`.npz` holds `rows` (K, F), one a second, the `fingerprint` of the encoder that made them and the
hash of the `video`'s content.
A bare `.npy` is how features of published weights are passed round; it says nothing of its maker,
so it is believed only for encoders with published weights. Files may come from anywhere: headers
are read before memory is taken, and nothing in them is executed.
"""

from __future__ import annotations

import lzma
import math
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any

import numpy as np

from mutualsl.atomic import atomic_output
from mutualsl.errors import CheckpointError, FeatureError
from mutualsl.features.base import Rows, VisualEncoder
from mutualsl.features.published import PUBLISHED, understood
from mutualsl.video import content_hash

MOST_ROWS = 24 * 3600  # a day of video
LARGEST = 65_504.0  # that 16 bits can hold; what networks make of videos stays far below
SLACK = 0.02  # share of a video by which the number of rows may be off, two rows at least

# What numpy and zipfile raise for files that are damaged or were made to look like it.
DAMAGE = (
    *(OSError, RuntimeError, ValueError, KeyError, IndexError, EOFError, MemoryError, TypeError),
    *(SyntaxError, TokenError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)

_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def read_rows(path: str | Path, encoder: VisualEncoder) -> Rows:
    """Rows (K, F) as the encoder would have made them.

    Raises `FeatureError` for a file that holds no such rows, and `CheckpointError` for rows that
    another encoder, or the same one with other weights, has made.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            if path.suffix.lower() == ".npy":
                _check_maker(None, path, encoder)
                rows = _read_array(file, encoder.row_width)
            else:
                with zipfile.ZipFile(file) as archive:
                    _check_maker(_text(archive, "fingerprint"), path, encoder)
                    with archive.open("rows.npy") as member:
                        rows = _read_array(member, encoder.row_width)
    except DAMAGE as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise FeatureError(
            f"{path}: no feature rows ({reason}); needed is a .npz file of `mutualsl encode --out` "
            f"or a .npy file, with an array (seconds, {encoder.row_width})"
        ) from error
    return rows


def write_rows(path: str | Path, rows: Rows, fingerprint: str, content_hash: str = "") -> None:
    """Write `.npz`, whole or not at all; rows in 16 bits, as in the cache."""
    with atomic_output(path) as partial, partial.open("wb") as file:
        np.savez_compressed(
            file,
            rows=rows.astype(np.float16),
            fingerprint=np.array(fingerprint),
            video=np.array(content_hash),
        )


def holds_rows(path: str | Path, fingerprint: str, content_hash: str) -> bool:
    """Whether a whole file holds the rows of that very video by that very encoder."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = _text(archive, "fingerprint"), _text(archive, "video")
            return names == (fingerprint, content_hash) and archive.testzip() is None
    except DAMAGE:
        return False


def video_of(path: str | Path) -> str | None:
    """Hash of the video that a file says its rows were made of; `None` where it says none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _text(archive, "video") or None
    except DAMAGE:
        return None


def made_of(path: str | Path, video: str | Path) -> bool:
    """Whether a file says that its rows were made of that very video."""
    said = video_of(path)
    return said is not None and said == content_hash(video)


def fitting(
    rows: Rows,
    duration_second: float,
    path: str | Path,
    own: Callable[[], bool] = lambda: False,
    at_least: bool = False,
) -> Rows:
    """The rows of a video of that length, or `at_least` that, without any behind its end.

    Raises `FeatureError` when there are so many or so few that they belong to another video, unless
    they are its `own`: pictures may end before the sound, and data sets may cut their videos.
    """
    if at_least and len(rows) > _needed(duration_second):
        return rows
    if not fits(rows, duration_second) and not own():
        raise FeatureError(
            f"{path}: {len(rows)} rows, but the video lasts {duration_second:.0f} s and has one a "
            "second; these rows belong to another video"
        )
    return within(rows, duration_second)


def within(rows: Rows, duration_second: float) -> Rows:
    """The rows of a video without any behind that second."""
    return rows[: _needed(duration_second)]


def fits(rows: Rows, duration_second: float) -> bool:
    """Whether these may be the rows of a video of that length."""
    needed = _needed(duration_second)
    return abs(len(rows) - needed) <= max(2, SLACK * needed)


def _needed(duration_second: float) -> int:
    return max(1, math.ceil(duration_second - 1e-6))


def _check_maker(maker: str | None, path: Path, encoder: VisualEncoder) -> None:
    if maker is None and encoder.name in PUBLISHED:
        maker = encoder.name
    if maker is None or not understood(maker, encoder.fingerprint):
        raise CheckpointError(
            f"{path}: rows of {maker or 'an encoder that it does not name'}, but the model reads "
            f"those of {encoder.fingerprint}; write such with `mutualsl encode --out`"
        )


def _text(archive: zipfile.ZipFile, name: str) -> str | None:
    if f"{name}.npy" not in archive.namelist():
        return None
    with archive.open(f"{name}.npy") as member:
        shape, kind = _header(member)
        if shape or kind.kind != "U" or kind.itemsize > 4096:
            raise ValueError(f"{name!r} is not a text")
        member.seek(0)
        return str(np.lib.format.read_array(member, allow_pickle=False))


def _read_array(file: IO[bytes], row_width: int) -> Rows:
    shape, kind = _header(file)
    if kind.kind != "f":
        raise ValueError(f"it holds {kind}, not floating-point numbers")
    if len(shape) != 2 or not 1 <= shape[0] <= MOST_ROWS or shape[1] != row_width:
        raise ValueError(f"its shape is {shape}")
    file.seek(0)
    with np.errstate(over="ignore"):
        rows: Rows = np.lib.format.read_array(file, allow_pickle=False).astype(np.float32)
    sound = np.abs(rows) <= LARGEST
    if not sound.all():
        row, column = divmod(int(sound.argmin()), rows.shape[1])  # no list of all that are not
        raise ValueError(f"row {row}, column {column} is {rows[row, column]}")
    return rows


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and kind of an array, which take no memory to read."""
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"version {version} of its format is not known")
    shape, _, kind = _HEADERS[version](file)
    return shape, kind
