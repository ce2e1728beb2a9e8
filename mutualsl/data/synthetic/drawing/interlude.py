"""What pictures without a step have in common: a still background and a few moving sprites.

Every such scene is a function `(size, seed) -> (second -> frame)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np

from mutualsl.data.synthetic.drawing.painter import Painter
from mutualsl.data.synthetic.drawing.palette import Colour
from mutualsl.data.synthetic.drawing.scenery import HEIGHT, WIDTH
from mutualsl.data.synthetic.drawing.sprite import Image, Matrix

Frame: TypeAlias = Callable[[float], Image]
Size: TypeAlias = tuple[int, int]

BACKDROPS: tuple[Colour, ...] = ((206, 218, 226), (228, 216, 204), (210, 222, 206), (220, 210, 226))


def view_of(size: Size) -> Matrix:
    """Units to pixels when the whole view is seen."""
    scale = size[0] / WIDTH
    return np.array([[scale, 0, 0], [0, scale, 0]])


def canvas(size: Size) -> Painter:
    """A painter for a whole background."""
    return Painter(0, 0, WIDTH, HEIGHT, size[0] / WIDTH, sharp=2)


def filled(painter: Painter, size: Size) -> Image:
    """A painter that was filled completely, as a frame of exactly `size`."""
    frame: Image = cv2.resize(painter.colour, size, interpolation=cv2.INTER_AREA)
    return frame


def sprite_canvas(size: Size, box: tuple[float, float, float, float]) -> Painter:
    """A painter for something that moves before it; `box` is (x0, y0, x1, y1)."""
    return Painter(*box, size[0] / WIDTH * 1.5)
