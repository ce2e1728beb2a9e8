"""What steps are done with: a hand, a gloved hand, or a hand that holds a tool.

Drawn along +x with the working tip at the origin; a frame turns it to come in from the upper right.
"""

from __future__ import annotations

from collections.abc import Callable

from mutualsl.data.synthetic.drawing.painter import Painter
from mutualsl.data.synthetic.drawing.palette import Colour, Shade, dark, light
from mutualsl.data.synthetic.drawing.sprite import Sprite

SKIN: Colour = (236, 188, 150)
RUBBER: Colour = (54, 178, 172)
SLEEVE: Colour = (70, 80, 108)
STEEL: Colour = (164, 172, 184)
WOOD: Colour = (196, 142, 88)


def _tube(colour: Colour) -> Shade:
    return Shade(light(colour, 0.18), dark(colour, 0.22), down=True)


def _arm(p: Painter, x: float) -> None:
    """Forearm and sleeve from `x` on."""
    p.box(x, -8, x + 20, 8, _tube(SKIN), 6)
    p.box(x + 9, -11, x + 250, 11, _tube(SLEEVE), 4)
    p.box(x + 8, -12, x + 15, 12, _tube(light(SLEEVE, 0.25)), 3)


def _open_hand(p: Painter, colour: Colour) -> None:
    p.box(13, -12, 40, 11, _tube(colour), 8)
    for y, tip in ((-8.5, 4), (-3, 0), (2.5, 1), (7.5, 5)):
        p.box(tip, y - 2.7, 24, y + 2.7, _tube(colour), 2.7)
        p.line([(tip + 7, y + 2.5), (22, y + 2.5)], 0.5, dark(colour, 0.3), 0.7)
    p.line([(30, 9), (19, 15), (13, 14)], 5.6, dark(colour, 0.06))


def _fist(p: Painter, x: float) -> None:
    """A hand around a handle at `x`."""
    p.box(x - 10, -10, x + 16, 10, _tube(SKIN), 8)
    for i in range(4):
        p.box(x - 9 + i * 5.4, -11, x - 4 + i * 5.4, 7, _tube(SKIN), 2.6)
        p.line([(x - 3.9 + i * 5.4, -8), (x - 3.9 + i * 5.4, 5)], 0.5, dark(SKIN, 0.3), 0.7)


def _hand(p: Painter) -> None:
    _arm(p, 34)
    _open_hand(p, SKIN)


def _glove(p: Painter) -> None:
    _arm(p, 44)
    p.box(34, -14, 60, 14, _tube(RUBBER), 4)
    p.box(54, -15, 61, 15, _tube(light(RUBBER, 0.2)), 3)
    _open_hand(p, RUBBER)


def _tongs(p: Painter) -> None:
    _arm(p, 66)
    for side in (-1, 1):
        p.line([(1, side * 3.5), (14, side * 9.5), (40, side * 5.5), (66, side * 1)], 3.6, STEEL)
        p.line([(0, side * 2.4), (9, side * 7.4)], 6.2, dark(STEEL, 0.35))
    p.ellipse(66, 0, 4, 4, dark(STEEL, 0.4))
    _fist(p, 62)


def _wrench(p: Painter) -> None:
    _arm(p, 64)
    p.box(14, -4, 66, 4, _tube(STEEL), 3)
    p.ellipse(10, 0, 12, 12, Shade(light(STEEL, 0.3), dark(STEEL, 0.2), down=True))
    p.shape([(-4, -5), (9, -4.5), (9, 4.5), (-4, 5)], dark(STEEL, 0.75))
    p.line([(24, 0), (48, 0)], 1.6, dark(STEEL, 0.35), 0.8)
    _fist(p, 60)


def _spoon(p: Painter) -> None:
    _arm(p, 66)
    p.box(12, -2.6, 68, 2.6, _tube(WOOD), 2.4)
    p.ellipse(10, 0, 13, 8.5, _tube(WOOD))
    p.ellipse(9, 0, 9, 5.4, dark(WOOD, 0.25))
    _fist(p, 62)


def _brush(p: Painter) -> None:
    _arm(p, 66)
    p.box(26, -4.4, 68, 4.4, _tube((206, 82, 62)), 4)
    p.box(17, -9, 30, 9, _tube((190, 190, 198)), 1)
    p.shape([(18, -9), (0, -10), (-2, -4), (1, 0), (-3, 4), (0, 10), (18, 9)], (104, 72, 50))
    for y in (-6, -2, 2, 6):
        p.line([(1, y), (17, y)], 0.7, (170, 128, 92), 0.8)
    _fist(p, 62)


def _knife(p: Painter) -> None:
    _arm(p, 68)
    blade = [(-2, 6), (6, -2), (22, -7), (48, -7), (48, 7), (4, 8)]
    p.shape(blade, Shade((236, 240, 246), (150, 160, 176), down=True))
    p.line([(0, 7), (47, 6)], 1.0, (250, 252, 255))
    p.box(46, -5, 72, 6, _tube((66, 52, 48)), 3)
    _fist(p, 64)


DRAWINGS: dict[str, Callable[[Painter], None]] = {
    "hand": _hand,
    "glove": _glove,
    "tongs": _tongs,
    "wrench": _wrench,
    "spoon": _spoon,
    "brush": _brush,
    "knife": _knife,
}


def draw_tool(name: str, pixels_per_unit: float) -> Sprite:
    """The tool called `name`, with the hand and arm that hold it."""
    painter = Painter(-8, -18, 290, 20, pixels_per_unit)
    DRAWINGS[name](painter)
    return painter.sprite()
