"""Visual encoders and the rows they make of a video."""

from collections.abc import Callable
from pathlib import Path

from mutualsl.errors import UnknownName
from mutualsl.features.base import VisualEncoder
from mutualsl.features.cache import FeatureCache
from mutualsl.features.extract import VisualFeatures, extract
from mutualsl.features.i3d import I3DEncoder
from mutualsl.features.mini import MiniEncoder

# Each is opened from a file or folder of weights, on a device.
VISUAL_ENCODERS: dict[str, Callable[[str | Path, str], VisualEncoder]] = {
    "i3d": I3DEncoder.from_folder,
    "mini": MiniEncoder.from_folder,
}


def open_encoder(name: str, place: str | Path, device: str = "cpu") -> VisualEncoder:
    """The encoder of that name with the weights at `place`.

    Raises `UnknownName`, or `CheckpointError` for weights that are damaged or missing.
    """
    if name not in VISUAL_ENCODERS:
        raise UnknownName("visual encoder", name, VISUAL_ENCODERS)
    return VISUAL_ENCODERS[name](place, device)


__all__ = [
    "VISUAL_ENCODERS",
    "FeatureCache",
    "VisualEncoder",
    "VisualFeatures",
    "extract",
    "open_encoder",
]
