"""Things that hold something: boxes, jars, pots and their lids."""

from __future__ import annotations

from mutualsl.data.synthetic.drawing.painter import Painter, Point, arc
from mutualsl.data.synthetic.drawing.palette import Colour, Shade, dark, light
from mutualsl.data.synthetic.drawing.shading import CREAM, IRON, STEEL, cylinder, gloss, round_shade


def box(p: Painter, c: Colour) -> None:
    """A carton without its lid."""
    p.box(-32, -44, 32, 0, round_shade(c), 4)
    p.box(-6, -44, 6, 0, light(c, 0.45), opacity=0.8, inside=True)
    p.box(-24, -17, -11, -8, CREAM, 2, 0.9)
    p.box(-32, -44, 32, -40, dark(c, 0.4), opacity=0.45, inside=True)


def box_lid(p: Painter, c: Colour) -> None:
    """The lid of the carton."""
    p.box(-35, -54, 35, -42, round_shade(light(c, 0.12)), 4)
    p.box(-6, -54, 6, -42, light(c, 0.5), opacity=0.8, inside=True)


def jar(p: Painter, c: Colour) -> None:
    """A jar with a label, open."""
    p.box(-21, -50, 21, 0, round_shade(light(c, 0.15)), 9)
    p.box(-21, -36, 21, 0, round_shade(c), 9)
    p.ellipse(0, -36, 20.5, 4, light(c, 0.4))
    p.box(-14, -27, 14, -11, CREAM, 3, 0.92)
    p.line([(-9, -21), (9, -21)], 1.6, dark(c, 0.1))
    p.line([(-9, -17), (4, -17)], 1.6, dark(c, 0.1), 0.6)
    gloss(p, -16, -43, -6, 3.4)


def jar_lid(p: Painter, c: Colour) -> None:
    """The screw lid of the jar."""
    p.box(-19, -60, 19, -48, round_shade(STEEL), 3)
    for x in range(-16, 18, 4):
        p.line([(x, -58), (x, -50)], 0.8, dark(STEEL, 0.5), 0.6)


def bottle(p: Painter, c: Colour) -> None:
    """A bottle with a label."""
    outline: list[Point] = [(-6, -78), (-6, -60), (-10, -54), (-15, -46), (-16, -40), (-16, -4)]
    outline += [(-12, 0), (12, 0), (16, -4), (16, -40), (15, -46), (10, -54), (6, -60), (6, -78)]
    p.shape(outline, round_shade(c))
    p.box(-16, -34, 16, -12, CREAM, opacity=0.95, inside=True)
    p.ellipse(0, -23, 7, 7, light(c, 0.25))
    p.box(-7.5, -84, 7.5, -74, round_shade(dark(c, 0.45)), 2)
    gloss(p, -11, -46, -5, 3)


def bowl(p: Painter, c: Colour) -> None:
    """A wide bowl."""
    p.shape(arc(0, -34, 38, 33, 0, 180), round_shade(c))
    p.box(-15, -5, 15, 0, round_shade(dark(c, 0.15)), 2)
    p.ellipse(0, -34, 38, 8, light(c, 0.45))
    p.ellipse(0, -33, 34, 5.8, Shade(dark(c, 0.35), dark(c, 0.1)))
    p.line(arc(0, -32, 33, 24, 110, 165), 3, (255, 255, 255), 0.45, inside=True)
    p.line(arc(0, -36, 36, 30, 40, 140), 2.4, CREAM, 0.55, inside=True)


def mug(p: Painter, c: Colour) -> None:
    """A mug of coffee."""
    p.line(arc(22, -24, 14, 12, -90, 90), 6, dark(c, 0.12))
    cylinder(p, 24, -46, 0, c)
    p.ellipse(0, -46, 24, 5.5, light(c, 0.4))
    p.ellipse(0, -45.4, 20.5, 4, (92, 58, 40))
    p.ellipse(0, -22, 8, 8, CREAM, 0.9)
    p.shape([(0, -17), (-5, -23), (-2.5, -26), (0, -24), (2.5, -26), (5, -23)], c)
    gloss(p, -18, -38, -10)


def pot(p: Painter, c: Colour) -> None:
    """A cooking pot, open."""
    p.box(-46, -30, -30, -24, IRON, 3)
    p.box(30, -30, 46, -24, IRON, 3)
    cylinder(p, 33, -38, 0, c)
    p.ellipse(0, -38, 33, 6, dark(c, 0.45))
    p.line([(-32, -10), (32, -10)], 2, light(c, 0.5), 0.6, inside=True)
    gloss(p, -25, -30, -10, 4.5)


def pot_lid(p: Painter, c: Colour) -> None:
    """The lid of the pot."""
    p.shape(arc(0, -37, 34, 14, 180, 360), round_shade(light(c, 0.15)))
    p.box(-35, -40, 35, -35.5, round_shade(STEEL), 2)
    p.ellipse(0, -53, 5, 4.5, IRON)


def can(p: Painter, c: Colour) -> None:
    """A tin can with a label."""
    cylinder(p, 22, -56, 0, STEEL)
    p.box(-22, -49, 22, -7, round_shade(c))
    p.box(-22, -34, 22, -22, CREAM, opacity=0.95, inside=True)
    p.ellipse(0, -28, 5, 5, c)
    p.ellipse(0, -56, 22, 5, light(STEEL, 0.5))
    p.ellipse(0, -56, 18, 3.6, STEEL)
    gloss(p, -15, -48, -8, 3)


def kettle(p: Painter, c: Colour) -> None:
    """A tea kettle, open; its spout points left."""
    p.line(arc(0, -36, 21, 27, 200, 340), 5, (72, 62, 66))
    p.shape([(-24, -30), (-46, -46), (-42, -50), (-18, -38)], dark(c, 0.08))
    p.shape(arc(0, -22, 31, 22, 0, 360), round_shade(c))
    p.box(-20, -5, 20, 0, dark(c, 0.3), 2)
    p.line(arc(-4, -22, 22, 14, 150, 220), 3.6, (255, 255, 255), 0.5, inside=True)


def kettle_lid(p: Painter, c: Colour) -> None:
    """The lid of the kettle."""
    p.shape(arc(0, -39, 17, 8, 180, 360), round_shade(light(c, 0.2)))
    p.ellipse(0, -49, 4, 4, (72, 62, 66))


def bucket(p: Painter, c: Colour) -> None:
    """A bucket with a wire handle."""
    p.line(arc(0, -50, 27, 20, 180, 360), 2.2, (112, 112, 122))
    p.shape([(-29, -50), (29, -50), (21, 0), (-21, 0)], round_shade(c))
    p.ellipse(0, -50, 29, 5.5, light(c, 0.45))
    p.ellipse(0, -49.5, 25, 4, dark(c, 0.45))
    p.line([(-27, -32), (27, -32)], 2.4, dark(c, 0.3), 0.5, inside=True)
    p.line([(-25, -16), (25, -16)], 2.4, dark(c, 0.3), 0.5, inside=True)
    gloss(p, -18, -40, -8)
