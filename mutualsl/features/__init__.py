"""Visual encoders and the rows they make of a video."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from mutualsl.errors import CheckpointError, WeightsMissing, known
from mutualsl.features.base import VisualEncoder
from mutualsl.features.cache import FeatureCache
from mutualsl.features.extract import VisualFeatures, extract
from mutualsl.features.missing import MissingEncoder
from mutualsl.features.published import PUBLISHED, published_weights


def _i3d(place: str | Path, device: str, local_files_only: bool) -> VisualEncoder:
    from mutualsl.features.i3d import I3DEncoder

    return I3DEncoder.from_folder(place, device, local_files_only)


def _mini(place: str | Path, device: str, local_files_only: bool) -> VisualEncoder:
    from mutualsl.features.mini import MiniEncoder

    return MiniEncoder.from_folder(place, device)


# Each is opened from a file or folder of weights, on a device, without a network if that is said;
# torch is imported then.
VISUAL_ENCODERS: dict[str, Callable[[str | Path, str, bool], VisualEncoder]] = {
    "i3d": _i3d,
    "mini": _mini,
}


def open_encoder(
    name: str,
    place: str | Path,
    device: str = "cpu",
    fingerprint: str | None = None,
    local_files_only: bool = False,
) -> VisualEncoder:
    """The encoder of that name with the weights at `place`, a file or folder.

    Without published weights at hand, which `local_files_only` keeps from being fetched, one that
    only stands in for it: it makes no rows, but rows of `fingerprint`, or of any published weights,
    can be read from files.
    Raises `UnknownName`, or `CheckpointError` for weights that are damaged.
    """
    encoder = known("visual encoder", name, VISUAL_ENCODERS)
    opened = partial(encoder, place, device, local_files_only)
    try:
        return opened()
    except WeightsMissing as error:
        return MissingEncoder(
            name=name,
            fingerprint=fingerprint or name,
            row_width=PUBLISHED[name],
            why=str(error),
            again=opened,
        )


def encoder_at(place: str | Path, device: str = "cpu") -> VisualEncoder:
    """The encoder in a folder, of published weights there, or of a name that needs neither.

    Raises `CheckpointError` when it is nothing of that.
    """
    return open_encoder(encoder_name(place), place, device)


def encoder_name(place: str | Path) -> str:
    """Which encoder `encoder_at` would open, without reading its weights.

    Raises `CheckpointError` when there is none.
    """
    place = Path(place)
    if str(place) in PUBLISHED and not place.exists():
        return str(place)
    if published_weights(place) and not (place / "config.json").is_file():
        (published,) = PUBLISHED
        return published
    try:
        return str(json.loads((place / "config.json").read_text())["name"])
    except (OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise CheckpointError(
            f"{place}: no visual encoder here ({error!r}); name the folder of one, with its "
            f"config.json, a file of published weights, or one of: {', '.join(PUBLISHED)}"
        ) from error


__all__ = [
    "VISUAL_ENCODERS",
    "FeatureCache",
    "VisualEncoder",
    "VisualFeatures",
    "encoder_at",
    "encoder_name",
    "extract",
    "open_encoder",
]
