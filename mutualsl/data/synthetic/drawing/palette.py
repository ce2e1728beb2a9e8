"""Colours (RGB, 0..255) and gradients of them."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Colour: TypeAlias = tuple[float, float, float]


class Shade(NamedTuple):
    """A linear gradient over the bounding box of a shape; `down` makes it vertical."""

    first: Colour
    last: Colour
    down: bool = False


Fill: TypeAlias = Colour | Shade


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour `share` of the way from `a` to `b`."""
    return (
        a[0] + (b[0] - a[0]) * share,
        a[1] + (b[1] - a[1]) * share,
        a[2] + (b[2] - a[2]) * share,
    )


def light(colour: Colour, share: float = 0.35) -> Colour:
    """The colour nearer to a warm white."""
    return mix(colour, (255.0, 252.0, 245.0), share)


def dark(colour: Colour, share: float = 0.3) -> Colour:
    """The colour nearer to a cool black."""
    return mix(colour, (24.0, 20.0, 44.0), share)


def colours_of(fill: Fill, height: int, width: int) -> NDArray[np.float32]:
    """A fill as an array that broadcasts to (height, width, 3)."""
    if not isinstance(fill, Shade):
        return np.asarray(fill, np.float32)
    ramp = np.linspace(0, 1, height if fill.down else width, dtype=np.float32)[:, None]
    colours = (
        np.asarray(fill.first, np.float32) * (1 - ramp) + np.asarray(fill.last, np.float32) * ramp
    )
    return colours[:, None] if fill.down else colours[None]
