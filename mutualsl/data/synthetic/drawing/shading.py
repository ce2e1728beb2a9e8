"""Light on solid things: what the drawings of objects have in common."""

from __future__ import annotations

from mutualsl.data.synthetic.drawing.painter import Painter, arc
from mutualsl.data.synthetic.drawing.palette import Colour, Shade, dark, light

CREAM: Colour = (250, 244, 230)
STEEL: Colour = (176, 184, 194)
IRON: Colour = (62, 58, 66)
BASE = 5.0  # half height of the round base of a cylinder


def round_shade(colour: Colour) -> Shade:
    """Light from the left on something round or upright."""
    return Shade(light(colour, 0.22), dark(colour, 0.22))


def gloss(p: Painter, x: float, y0: float, y1: float, width: float = 4.0) -> None:
    """An upright strip of reflected light."""
    p.line([(x, y0), (x, y1)], width, (255, 255, 255), 0.45, inside=True)


def cylinder(p: Painter, x: float, y0: float, y1: float, colour: Colour) -> None:
    """An upright cylinder of half width `x` from `y0` (top) to `y1` (base)."""
    outline = arc(0, y1 - BASE, x, BASE, 0, 180) + [(-x, y0), (x, y0)]
    p.shape(outline, round_shade(colour))
