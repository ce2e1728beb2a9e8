"""Draw smooth shapes once, as sprites, and place them in frames under any affine transform.

Everything is drawn in stage units (a view is 320 units wide) on a supersampled canvas, then kept as
premultiplied RGBA, so that a frame costs only a few small warps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
Matrix: TypeAlias = NDArray[np.float64]
Point: TypeAlias = tuple[float, float]
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


@dataclass(frozen=True, slots=True)
class Sprite:
    """A drawn thing: premultiplied RGBA pixels and where they lie, in units."""

    pixels: Image  # (H, W, 4)
    left: float
    top: float
    pixels_per_unit: float

    def draw(self, frame: Image, placement: Matrix, opacity: float = 1.0) -> None:
        """Blend the sprite into an RGB frame; `placement` (2, 3) maps units to frame pixels."""
        height, width = self.pixels.shape[:2]
        step = 1 / self.pixels_per_unit
        local = np.array(
            [[step, 0, self.left + step / 2], [0, step, self.top + step / 2], [0, 0, 1]]
        )
        matrix = placement @ local
        corners = matrix @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
        x0, y0 = np.maximum(np.floor(corners.min(axis=1)).astype(int) - 1, 0)
        x1 = min(int(np.ceil(corners[0].max())) + 1, frame.shape[1])
        y1 = min(int(np.ceil(corners[1].max())) + 1, frame.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        matrix[:, 2] -= (x0, y0)
        warped = cv2.warpAffine(self.pixels, matrix, (int(x1 - x0), int(y1 - y0)))
        if opacity < 1:
            warped = cv2.convertScaleAbs(warped, alpha=opacity)
        region = frame[y0:y1, x0:x1]
        keep = cv2.cvtColor(255 - warped[..., 3], cv2.COLOR_GRAY2RGB)
        behind = cv2.multiply(region, keep, scale=1 / 255)
        cv2.add(behind, np.ascontiguousarray(warped[..., :3]), dst=behind)
        region[:] = behind


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
        self._paint(pixels, fill, opacity, inside, lambda mask, at: cv2.fillPoly(mask, [at], 255))

    def ellipse(
        self, cx: float, cy: float, rx: float, ry: float, fill: Fill, opacity: float = 1.0,
        *, inside: bool = False,
    ) -> None:  # fmt: skip
        """Fill an ellipse."""
        self.shape(arc(cx, cy, rx, ry), fill, opacity, inside=inside)

    def box(
        self, x0: float, y0: float, x1: float, y1: float, fill: Fill, radius: float = 0.0,
        opacity: float = 1.0, *, inside: bool = False,
    ) -> None:  # fmt: skip
        """Fill a rectangle, with round corners if `radius` is positive."""
        sharp_corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        outline = rounded(x0, y0, x1, y1, radius) if radius > 0 else sharp_corners
        self.shape(outline, fill, opacity, inside=inside)

    def line(
        self, points: Sequence[Point], width: float, fill: Fill, opacity: float = 1.0,
        *, inside: bool = False,
    ) -> None:  # fmt: skip
        """Draw a polyline with round ends, `width` units thick."""
        thick = max(1, round(width * self.zoom))
        pixels = self._pixels(points)
        self._paint(
            pixels, fill, opacity, inside,
            lambda mask, at: cv2.polylines(mask, [at], False, 255, thick), margin=thick,
        )  # fmt: skip

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

    def _paint(self, pixels, fill, opacity, inside, draw, margin=0):  # type: ignore[no-untyped-def]
        height, width = self.alpha.shape
        x0, y0 = np.maximum(pixels.min(axis=0) - margin, 0)
        x1, y1 = np.minimum(pixels.max(axis=0) + margin + 1, (width, height))
        if x1 <= x0 or y1 <= y0:
            return
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        draw(mask, pixels - (x0, y0))
        alpha = self.alpha[y0:y1, x0:x1]
        if inside:
            mask = cv2.bitwise_and(mask, alpha)
        colour = self.colour[y0:y1, x0:x1]
        weight = mask.astype(np.float32)[..., None] * (opacity / 255)
        weight[(alpha == 0) & (mask > 0)] = 1.0  # nothing below to mix with
        painted = _colours(fill, colour.shape[0], colour.shape[1])
        colour += ((painted - colour) * weight).astype(np.int16).astype(np.uint8)
        np.maximum(alpha, (mask * opacity).astype(np.uint8), out=alpha)


def _colours(fill: Fill, height: int, width: int) -> NDArray[np.float32]:
    """A fill as an array that broadcasts to (height, width, 3)."""
    if not isinstance(fill, Shade):
        return np.asarray(fill, np.float32)
    ramp = np.linspace(0, 1, height if fill.down else width, dtype=np.float32)[:, None]
    colours = (
        np.asarray(fill.first, np.float32) * (1 - ramp) + np.asarray(fill.last, np.float32) * ramp
    )
    return colours[:, None] if fill.down else colours[None]
