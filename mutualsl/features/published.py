"""Visual encoders with published weights, and whose rows a model understands."""

from __future__ import annotations

from os.path import isfile  # raises for no name, however odd or long
from pathlib import Path

# Width of the rows of encoders whose one set of weights is published, and used by everybody.
PUBLISHED = {"i3d": 1024}
I3D_FILES = ("model.safetensors", "rgb_imagenet.pt")  # names of its weights in a folder


def published_weights(place: Path) -> Path | None:
    """The file of weights at or in `place`, by the names that published ones have."""
    if isfile(place):
        return place
    return next((place / name for name in I3D_FILES if isfile(place / name)), None)


def understood(maker: str, fingerprint: str) -> bool:
    """Whether a model trained on rows of `fingerprint` understands rows of `maker`.

    A fingerprint that is only a name stands for the published weights of that encoder, whose hash
    nobody has noted.
    """
    if maker in PUBLISHED or fingerprint in PUBLISHED:
        return maker.split("-")[0] == fingerprint.split("-")[0]
    return maker == fingerprint
