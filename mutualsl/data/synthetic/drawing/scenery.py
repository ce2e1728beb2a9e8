"""The places steps happen in: five backgrounds, each with a clear table to work on.

Drawn on a stage wider than the view (see `STAGE`), so that the camera can move; the table's far
edge lies near y = 118 and things stand at y = 146.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from mutualsl.data.synthetic.drawing.painter import Painter, Point, arc
from mutualsl.data.synthetic.drawing.palette import Colour, Shade, dark, light, mix
from mutualsl.data.synthetic.drawing.sprite import Sprite

STAGE = (-50.0, -40.0, 370.0, 220.0)
FLOOR = 146.0
WIDTH, HEIGHT = 320.0, 180.0
LEFT, TOP, RIGHT, BOTTOM = STAGE


def _table(p: Painter, colour: Colour, edge: float = 118.0) -> None:
    """A table top seen slightly from above."""
    p.box(LEFT, edge, RIGHT, BOTTOM, Shade(light(colour, 0.16), dark(colour, 0.12), down=True))
    p.box(LEFT, edge, RIGHT, edge + 2.5, light(colour, 0.42))
    p.box(LEFT, edge - 7, RIGHT, edge, (30, 24, 40), opacity=0.12)


def _kitchen(p: Painter, wall: Colour) -> None:
    p.box(LEFT, TOP, RIGHT, 120, Shade(light(wall, 0.5), light(wall, 0.15), down=True))
    for row in range(4):
        for column in range(21):
            x = LEFT + column * 22 - (row % 2) * 11
            p.box(x, 62 + row * 14, x + 20.6, 74.6 + row * 14, light(wall, 0.62), 1.5, 0.75)
    p.box(LEFT, 34, 130, 40, (176, 130, 88))
    for x, h, colour in (
        (-30, 20, (214, 120, 92)),
        (-6, 26, (122, 160, 142)),
        (20, 18, (230, 196, 120)),
        (46, 24, (150, 130, 170)),
        (86, 30, (220, 214, 200)),
    ):
        p.box(x, 34 - h, x + 18, 34, Shade(light(colour, 0.2), dark(colour, 0.12)), 4)
    p.box(214, -40, 372, 38, Shade((244, 238, 226), (224, 214, 198)), 3)
    p.line([(292, -40), (292, 36)], 1.4, (196, 184, 166))
    p.line([(284, 14), (284, 28)], 2.6, (150, 140, 128))
    p.line([(300, 14), (300, 28)], 2.6, (150, 140, 128))
    _table(p, (206, 168, 128))
    for x in range(-20, 360, 64):
        p.line([(x, 122), (x - 14, 220)], 0.8, (158, 118, 84), 0.35)


def _workshop(p: Painter, wall: Colour) -> None:
    p.box(LEFT, TOP, RIGHT, 120, Shade(dark(wall, 0.30), dark(wall, 0.18), down=True))
    p.box(-20, -24, 340, 88, Shade((188, 150, 108), (170, 132, 94), down=True), 4)
    for y in range(-16, 86, 12):
        for x in range(-12, 336, 12):
            p.ellipse(x, y, 1.1, 1.1, (120, 90, 62))
    p.line([(20, 6), (20, 60)], 5, (110, 72, 52))
    p.box(8, 0, 34, 14, (92, 98, 110), 3)
    p.shape([(64, 8), (70, 60), (76, 60), (124, 24), (120, 14)], (170, 176, 184))
    p.box(58, -8, 72, 14, (190, 84, 60), 4)
    for i, x in enumerate((252, 270, 288, 306)):
        p.line(
            [(x, 10), (x, 34)],
            4.6,
            ((204, 96, 70), (86, 130, 150), (222, 178, 82), (112, 150, 104))[i],
        )
        p.line([(x, 34), (x, 60)], 2, (150, 156, 166))
    p.box(LEFT, 92, RIGHT, 97, (86, 66, 54))
    _table(p, (168, 120, 78))
    for y in (130, 147, 168, 196):
        p.line([(LEFT, y), (RIGHT, y + 1.5)], 0.9, (118, 80, 50), 0.5)
    p.ellipse(36, 176, 16, 4, (118, 80, 50), 0.35)


def _desk(p: Painter, wall: Colour) -> None:
    p.box(
        LEFT,
        TOP,
        RIGHT,
        120,
        Shade(mix(wall, (120, 140, 176), 0.6), mix(wall, (176, 190, 212), 0.7), down=True),
    )
    p.box(206, -6, 318, 74, (52, 56, 70), 5)
    p.box(211, -1, 313, 66, Shade((120, 176, 214), (170, 140, 200)), 2)
    p.box(254, 74, 270, 112, (70, 74, 88))
    p.box(232, 110, 292, 118, (82, 86, 100), 3)
    p.box(10, 2, 84, 54, (250, 248, 242), 2)
    p.box(15, 7, 79, 49, (238, 206, 150))
    p.shape([(15, 49), (36, 22), (52, 40), (62, 30), (79, 49)], (96, 140, 130))
    p.ellipse(64, 18, 5, 5, (250, 240, 210))
    for i, x in enumerate((-34, -24, -13, 96, 106, 117)):
        height = (40, 46, 36, 44, 38, 47)[i]
        colour = (
            (190, 92, 84),
            (92, 122, 150),
            (226, 186, 104),
            (110, 146, 120),
            (150, 112, 156),
            (222, 148, 98),
        )[i]
        p.box(x, 112 - height, x + 9, 118, Shade(colour, dark(colour, 0.15)), 1)
    _table(p, (226, 214, 198))
    p.box(214, 128, 300, 142, (240, 240, 244), 4)
    for row in range(3):
        p.line([(219, 131.5 + row * 3.6), (295, 131.5 + row * 3.6)], 1.6, (196, 198, 208))


def _garden(p: Painter, wall: Colour) -> None:
    p.box(LEFT, TOP, RIGHT, 90, Shade((132, 194, 236), (222, 240, 246), down=True))
    for cx, cy, r in (
        (40, 4, 15),
        (60, -2, 19),
        (82, 6, 14),
        (238, 20, 12),
        (256, 14, 16),
        (274, 22, 11),
    ):
        p.ellipse(cx, cy, r * 1.3, r * 0.75, (255, 255, 255), 0.85)
    p.box(LEFT, 84, RIGHT, 120, (132, 182, 110))
    p.shape([(LEFT, 90), *arc(30, 92, 130, 42, 180, 360), (RIGHT, 92)], (142, 190, 118))
    p.shape([*arc(270, 98, 150, 44, 180, 360), (LEFT, 100)], (120, 174, 104))
    for x in range(-46, 370, 24):
        p.shape([(x, 120), (x, 70), (x + 8, 62), (x + 16, 70), (x + 16, 120)], light(wall, 0.75))
    p.box(LEFT, 80, RIGHT, 85, light(wall, 0.62))
    p.box(LEFT, 104, RIGHT, 120, (104, 160, 88))
    for x, colour in (
        (-20, (232, 110, 120)),
        (30, (250, 214, 110)),
        (78, (214, 130, 190)),
        (232, (250, 150, 90)),
        (286, (240, 120, 140)),
        (330, (250, 214, 110)),
    ):
        p.line([(x, 116), (x, 98)], 1.6, (74, 130, 70))
        for k in range(6):
            angle = k * np.pi / 3
            p.ellipse(x + 4 * np.cos(angle), 96 + 4 * np.sin(angle), 3, 3, colour)
        p.ellipse(x, 96, 2.6, 2.6, (252, 236, 170))
    _table(p, (158, 128, 104), 120)
    for y in (136, 158, 186):
        p.line([(LEFT, y), (RIGHT, y)], 2, (106, 82, 64), 0.7)


def _windowsill(p: Painter, wall: Colour) -> None:
    p.box(
        LEFT,
        TOP,
        RIGHT,
        120,
        Shade(mix(wall, (232, 206, 190), 0.7), mix(wall, (214, 180, 166), 0.7), down=True),
    )
    p.box(60, -60, 260, 118, (250, 248, 244))
    p.box(68, -60, 252, 110, Shade((250, 206, 150), (250, 232, 206), down=True))
    p.ellipse(206, 40, 17, 17, (255, 244, 214))
    ridge: list[Point] = [(92, 62), (118, 78), (150, 60), (184, 80), (222, 66)]
    p.shape([(68, 110), (68, 74), *ridge, (252, 80), (252, 110)], (196, 150, 160))
    p.shape(
        [(68, 110), (68, 92), (110, 84), (160, 96), (208, 86), (252, 96), (252, 110)],
        (150, 116, 146),
    )
    p.box(157, -60, 163, 118, (250, 248, 244))
    p.box(60, 24, 260, 29, (250, 248, 244))
    for x0, x1, way in ((14, 66, 1), (254, 306, -1)):
        hem = [(x1 - (6 if way > 0 else -4), 112), (x0, 112)]
        p.shape([(x0, -60), (x1, -60), *hem], Shade((148, 172, 196), (186, 202, 218)))
        for k in range(4):
            x = x0 + 8 + k * 12
            p.line([(x, -60), (x, 110)], 2, (124, 148, 174), 0.6)
    _table(p, (240, 234, 224))
    p.shape([(90, 122), (230, 122), (280, 220), (40, 220)], (255, 246, 220), 0.45)


PAINT: dict[str, Callable[[Painter, Colour], None]] = {
    "kitchen": _kitchen,
    "workshop": _workshop,
    "desk": _desk,
    "garden": _garden,
    "windowsill": _windowsill,
}
WALLS: tuple[Colour, ...] = ((232, 220, 200), (206, 222, 214), (222, 210, 226))


@lru_cache(maxsize=32)
def draw_place(name: str, style: int, pixels_per_unit: float) -> Sprite:
    """The background called `name`, in one of `len(WALLS)` wall colours."""
    painter = Painter(*STAGE, pixels_per_unit, sharp=2)
    PAINT[name](painter, WALLS[style])
    return painter.sprite()
