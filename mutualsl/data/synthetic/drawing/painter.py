"""Smooth shapes on a supersampled canvas, in stage units (a view is 320 units wide).

What is painted becomes a sprite, so that a frame costs only a few small warps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from mutualsl.data.synthetic.drawing.palette import Fill, colours_of
from mutualsl.data.synthetic.drawing.sprite import Image, Sprite

Point: TypeAlias = tuple[float, float]


def arc(
    cx: float, cy: float, rx: float, ry: float, start_degree: float = 0, end_degree: float = 360
) -> list[Point]:
    """Points of an elliptic arc, clockwise on screen from the right."""
    angles = np.radians(np.linspace(start_degree, end_degree, 40))
    return [(cx + rx * float(np.cos(a)), cy + ry * float(np.sin(a))) for a in angles]


def rounded(x0: float, y0: float, x1: float, y1: float, radius: float) -> list[Point]:
    """Outline of a rectangle with round corners."""
    r = min(radius, (x1 - x0) / 2, (y1 - y0) / 2)
    corners = (
        (x1 - r, y1 - r, 0),
        (x0 + r, y1 - r, 90),
        (x0 + r, y0 + r, 180),
        (x1 - r, y0 + r, 270),
    )
    return [p for x, y, degree in corners for p in arc(x, y, r, r, degree, degree + 90)[::4]]


class Region(NamedTuple):
    """A rectangle of canvas pixels, ends excluded."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def is_empty(self) -> bool:
        """Whether no pixel lies in it."""
        return self.x1 <= self.x0 or self.y1 <= self.y0

    @property
    def corner(self) -> NDArray[np.int32]:
        """Its upper left pixel."""
        return np.array((self.x0, self.y0), np.int32)

    def mask(self) -> Image:
        """Nothing selected yet."""
        return np.zeros((self.y1 - self.y0, self.x1 - self.x0), np.uint8)


class Painter:
    """A supersampled canvas; shapes are painted over each other in the order of the calls."""

    def __init__(
        self, x0: float, y0: float, x1: float, y1: float, pixels_per_unit: float, *, sharp: int = 3
    ) -> None:
        self.left, self.top, self.pixels_per_unit, self.sharp = x0, y0, pixels_per_unit, sharp
        self.width = max(2, round((x1 - x0) * pixels_per_unit))
        self.height = max(2, round((y1 - y0) * pixels_per_unit))
        self.zoom = pixels_per_unit * sharp
        self.colour = np.zeros((self.height * sharp, self.width * sharp, 3), np.uint8)
        self.alpha = np.zeros(self.colour.shape[:2], np.uint8)

    def shape(
        self, points: Sequence[Point], fill: Fill, opacity: float = 1.0, *, inside: bool = False
    ) -> None:
        """Fill a closed outline; `inside` paints only where something was painted before."""
        pixels = self._pixels(points)
        region = self._region(pixels)
        if region.is_empty:
            return
        mask = region.mask()
        cv2.fillPoly(mask, [pixels - region.corner], 255)
        self._blend(region, mask, fill, opacity, inside)

    def ellipse(
        self,
        cx: float,
        cy: float,
        rx: float,
        ry: float,
        fill: Fill,
        opacity: float = 1.0,
        *,
        inside: bool = False,
    ) -> None:
        """Fill an ellipse."""
        self.shape(arc(cx, cy, rx, ry), fill, opacity, inside=inside)

    def box(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        fill: Fill,
        radius: float = 0.0,
        opacity: float = 1.0,
        *,
        inside: bool = False,
    ) -> None:
        """Fill a rectangle, with round corners if `radius` is positive."""
        sharp_corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        outline = rounded(x0, y0, x1, y1, radius) if radius > 0 else sharp_corners
        self.shape(outline, fill, opacity, inside=inside)

    def line(
        self,
        points: Sequence[Point],
        width: float,
        fill: Fill,
        opacity: float = 1.0,
        *,
        inside: bool = False,
    ) -> None:
        """Draw a polyline with round ends, `width` units thick."""
        thick = max(1, round(width * self.zoom))
        pixels = self._pixels(points)
        region = self._region(pixels, margin=thick)
        if region.is_empty:
            return
        mask = region.mask()
        cv2.polylines(mask, [pixels - region.corner], False, 255, thick)
        self._blend(region, mask, fill, opacity, inside)

    def soften(self, radius: float) -> None:
        """Blur all that was painted so far, colour and edges, by `radius` units."""
        sigma = radius * self.zoom
        self.colour = cv2.GaussianBlur(self.colour, (0, 0), sigma)
        self.alpha = cv2.GaussianBlur(self.alpha, (0, 0), sigma)

    def sprite(self) -> Sprite:
        """What was painted, reduced to `pixels_per_unit`."""
        size = (self.width, self.height)
        premultiplied = cv2.multiply(
            self.colour, cv2.cvtColor(self.alpha, cv2.COLOR_GRAY2RGB), scale=1 / 255
        )
        pixels = np.dstack([premultiplied, self.alpha])
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        return Sprite(small, self.left, self.top, self.pixels_per_unit)

    def _pixels(self, points: Sequence[Point]) -> NDArray[np.int32]:
        scaled = (np.asarray(points, np.float64) - (self.left, self.top)) * self.zoom
        return np.round(scaled).astype(np.int32)

    def _region(self, pixels: NDArray[np.int32], margin: int = 0) -> Region:
        """What part of the canvas the points touch."""
        height, width = self.alpha.shape
        x0, y0 = np.maximum(pixels.min(axis=0) - margin, 0)
        x1, y1 = np.minimum(pixels.max(axis=0) + margin + 1, (width, height))
        return Region(int(x0), int(y0), int(x1), int(y1))

    def _blend(self, region: Region, mask: Image, fill: Fill, opacity: float, inside: bool) -> None:
        """Lay a colour over a region of the canvas where the mask says so."""
        alpha = self.alpha[region.y0 : region.y1, region.x0 : region.x1]
        colour = self.colour[region.y0 : region.y1, region.x0 : region.x1]
        if inside:
            mask = np.bitwise_and(mask, alpha)
        weight = mask.astype(np.float32)[..., None] * (opacity / 255)
        weight[(alpha == 0) & (mask > 0)] = 1.0  # nothing below to mix with
        painted = colours_of(fill, colour.shape[0], colour.shape[1])
        colour += ((painted - colour) * weight).astype(np.int16).astype(np.uint8)
        np.maximum(alpha, (mask * opacity).astype(np.uint8), out=alpha)
