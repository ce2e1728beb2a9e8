"""Other things: a book, a lamp, a plant, a cake, and what lies flat."""

from __future__ import annotations

from mutualsl.data.synthetic.drawing.painter import Painter, arc
from mutualsl.data.synthetic.drawing.palette import Colour, Shade, dark, light, mix
from mutualsl.data.synthetic.drawing.shading import CREAM, gloss, round_shade

LEAF: Colour = (74, 146, 84)


def book(p: Painter, c: Colour) -> None:
    """A book that stands upright."""
    p.box(-25, -62, 25, 0, round_shade(c), 3)
    p.box(19, -59, 25, -2, CREAM, 1)
    for y in (-50, -38, -26, -14):
        p.line([(20, y), (25, y)], 0.6, (205, 195, 170))
    p.box(-25, -62, -18, 0, dark(c, 0.3), 2)
    p.box(-11, -51, 13, -34, CREAM, 2, 0.95)
    p.line([(-7, -45), (9, -45)], 1.8, dark(c, 0.2))
    p.line([(-7, -40), (4, -40)], 1.8, dark(c, 0.2), 0.6)
    p.ellipse(1, -16, 6, 6, light(c, 0.5))


def lamp(p: Painter, c: Colour) -> None:
    """A table lamp."""
    p.ellipse(0, -4, 21, 5, round_shade((92, 82, 86)))
    p.line([(0, -5), (0, -46)], 4, (120, 106, 104))
    p.shape([(-15, -80), (15, -80), (30, -42), (-30, -42)], round_shade(c))
    p.shape(arc(0, -42, 30, 4.5, 0, 360), light(c, 0.55))
    p.ellipse(0, -41.5, 24, 3.2, (255, 244, 196))
    p.line([(16, -40), (16, -26)], 1.2, (120, 106, 104))
    p.ellipse(16, -25, 2, 2, dark(c, 0.2))


def plant(p: Painter, c: Colour) -> None:
    """A plant in a pot of the colour."""
    for x, y, lean in ((-22, -58, -14), (22, -58, 14), (-12, -74, -8), (12, -74, 8), (0, -80, 0)):
        tip = (x, y)
        left = (lean * 0.3 - 7, (y - 34) / 2 - 6)
        right = (lean * 0.3 + 7, (y - 34) / 2 - 6)
        p.shape([(0, -32), left, tip, right], Shade(LEAF, mix(LEAF, (30, 84, 60), 0.5)))
        p.line([(0, -32), (x * 0.8, y * 0.8 - 6)], 0.9, light(LEAF, 0.4), 0.8)
    p.shape([(-21, -30), (21, -30), (15, 0), (-15, 0)], round_shade(c))
    p.box(-24, -38, 24, -28, round_shade(light(c, 0.12)), 3)
    gloss(p, -13, -24, -6, 3)


def _cake_slab(p: Painter, x0: float, x1: float, c: Colour) -> None:
    sponge = (224, 178, 118)
    p.box(x0, -36, x1, 0, Shade(light(sponge, 0.15), dark(sponge, 0.12)))
    p.box(x0, -21, x1, -15, CREAM, opacity=0.9)
    p.box(x0, -44, x1, -28, round_shade(c))
    count = int((x1 - x0) // 8)
    for i in range(count):
        x = x0 + (i + 0.5) * (x1 - x0) / count
        p.box(x - 3, -30, x + 3, -22 - (i % 2) * 4, c, 3)
        p.ellipse(x, -46, 3.2, 2.8, light(c, 0.5 if i % 2 else 0.2))


def cake(p: Painter, c: Colour) -> None:
    """The larger part of an iced cake."""
    _cake_slab(p, -36, 8, c)


def cake_slice(p: Painter, c: Colour) -> None:
    """The slice that is cut off it."""
    _cake_slab(p, 8, 36, c)


def cloth(p: Painter, c: Colour) -> None:
    """The left half of a cloth that lies flat."""
    p.shape([(0.5, -32), (-38, -32), (-52, 0), (0.5, 0)], Shade(light(c, 0.15), c))
    p.line([(0, -27), (-36, -27)], 2, CREAM, 0.8, inside=True)
    p.line([(0, -5), (-46, -5)], 2.4, CREAM, 0.8, inside=True)


def cloth_flap(p: Painter, c: Colour) -> None:
    """Its right half."""
    p.shape([(-0.5, -32), (38, -32), (52, 0), (-0.5, 0)], Shade(c, dark(c, 0.12)))
    p.line([(0, -27), (36, -27)], 2, CREAM, 0.8, inside=True)
    p.line([(0, -5), (46, -5)], 2.4, CREAM, 0.8, inside=True)


def paper(p: Painter, c: Colour) -> None:
    """The left half of a sheet of paper."""
    paper = light(c, 0.12)
    p.shape([(0.5, -38), (-28, -38), (-40, 0), (0.5, 0)], paper)
    for y in (-30, -22, -14, -6):
        p.line([(-22 + (-38 - y) * 0.25, y), (0, y)], 1.3, dark(c, 0.3), 0.5)


def paper_flap(p: Painter, c: Colour) -> None:
    """Its right half."""
    paper = light(c, 0.05)
    p.shape([(-0.5, -38), (28, -38), (40, 0), (-0.5, 0)], paper)
    for y in (-30, -22, -14, -6):
        p.line([(0, y), (18 + (38 + y) * 0.3, y)], 1.3, dark(c, 0.3), 0.5)
