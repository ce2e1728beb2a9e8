"""Somebody who talks: the pauses between steps."""

from __future__ import annotations

import numpy as np

from mutualsl.data.synthetic.drawing.interlude import (
    BACKDROPS,
    Frame,
    Size,
    canvas,
    filled,
    sprite_canvas,
    view_of,
)
from mutualsl.data.synthetic.drawing.motions import Pose
from mutualsl.data.synthetic.drawing.painter import arc
from mutualsl.data.synthetic.drawing.palette import Colour, Shade, dark, light
from mutualsl.data.synthetic.drawing.scenery import HEIGHT, WIDTH
from mutualsl.data.synthetic.drawing.sprite import Image, Sprite
from mutualsl.data.synthetic.script import stream

SKINS: tuple[Colour, ...] = ((244, 202, 168), (222, 172, 132), (176, 124, 88), (126, 84, 60))
HAIRS: tuple[Colour, ...] = ((62, 44, 40), (150, 92, 52), (214, 170, 104), (100, 98, 106))
SHIRTS: tuple[Colour, ...] = ((86, 98, 130), (120, 112, 104), (78, 116, 116), (140, 100, 112))


def talk(size: Size, seed: int) -> Frame:
    """A friendly presenter in a studio: head moves, mouth and eyes too, hands now and then."""
    random = stream("talk", seed)
    skin, hair, shirt, wall = (
        options[int(random.integers(len(options)))] for options in (SKINS, HAIRS, SHIRTS, BACKDROPS)
    )
    long_hair = bool(random.random() < 0.5)
    shift, rate = float(random.uniform(-45, 45)), float(random.uniform(3.2, 4.4))
    view, background = view_of(size), _studio(size, wall, shift)
    body, head = _body(size, shirt, skin), _head(size, skin, hair, long_hair)
    mouths = [_mouth(size, skin, openness) for openness in (0.0, 0.45, 1.0)]
    lids = _eyelids(size, skin)

    def frame(second: float) -> Image:
        picture = background.copy()
        sway = np.sin(1.1 * second) + 0.5 * np.sin(2.3 * second + 1)
        at = view @ Pose(160 + shift + 1.2 * sway, 180).matrix()
        body.draw(picture, at)
        nod = Pose(1.5 * sway, 1.6 * np.sin(2.6 * second), 2.2 * sway, pivot_y=-74)
        face = at @ nod.matrix()
        head.draw(picture, face)
        loud = np.sin(rate * 2 * np.pi * second) * 0.6 + np.sin(rate * 3.7 * second) * 0.5
        mouths[int(np.clip((loud + 0.5) * 2, 0, 2))].draw(picture, face)
        if (second + 1) % 2.7 < 0.14:
            lids.draw(picture, face)
        return picture

    return frame


def _studio(size: Size, wall: Colour, shift: float) -> Image:
    p = canvas(size)
    p.box(0, 0, WIDTH, HEIGHT, Shade(light(wall, 0.4), dark(wall, 0.08), down=True))
    side = 236.0 if shift < 0 else 24.0
    p.box(side, 40, side + 62, 44, (168, 128, 96))
    for i, colour in enumerate(((196, 112, 92), (110, 140, 150), (226, 190, 120), (136, 120, 156))):
        p.box(side + 4 + i * 9, 14 + (i * 5) % 9, side + 11 + i * 9, 40, colour, 1)
    p.ellipse(side + 50, 30, 7, 10, (104, 152, 112))
    p.box(side + 45, 32, side + 55, 40, (214, 150, 112), 1)
    p.box(side + 6, 70, side + 54, 104, (250, 248, 242), 2)
    p.box(side + 10, 74, side + 50, 100, Shade((248, 196, 150), (206, 146, 168), down=True))
    return filled(p, size)


def _body(size: Size, shirt: Colour, skin: Colour) -> Sprite:
    p = sprite_canvas(size, (-80, -90, 80, 12))
    p.shape(
        [*arc(0, 4, 66, 62, 180, 360), (66, 12), (-66, 12)],
        Shade(light(shirt, 0.15), dark(shirt, 0.2)),
    )
    p.shape([(-17, -60), (17, -60), (0, -36)], skin)
    p.box(-11, -80, 11, -52, dark(skin, 0.12), 8)
    p.line([(-18, -60), (0, -36), (18, -60)], 3, dark(shirt, 0.3))
    return p.sprite()


def _head(size: Size, skin: Colour, hair: Colour, long_hair: bool) -> Sprite:
    p = sprite_canvas(size, (-50, -160, 50, -40))
    if long_hair:
        p.box(-36, -136, 36, -62, hair, 30)
    p.ellipse(0, -118, 34, 32, hair)
    for side in (-1, 1):
        p.ellipse(side * 29, -102, 5, 7, dark(skin, 0.08))
    p.ellipse(0, -103, 28.5, 34, Shade(light(skin, 0.12), dark(skin, 0.06)))
    p.shape([*arc(0, -118, 31, 22, 180, 360), (22, -124), (0, -129), (-24, -120)], hair)
    for side in (-1, 1):
        p.ellipse(side * 11, -105, 4.6, 5, (252, 252, 252))
        p.ellipse(side * 11 + 0.4, -104.5, 2.7, 3, (52, 44, 50))
        p.ellipse(side * 11 + 1.4, -105.6, 0.9, 0.9, (255, 255, 255))
        p.line(arc(side * 11, -109, 6, 4.5, 215, 325), 1.8, dark(hair, 0.2))
        p.ellipse(side * 18, -93, 5, 3.4, (238, 128, 120), 0.35, inside=True)
    p.line([(0, -103), (-2.4, -95), (1, -94)], 1.4, dark(skin, 0.25))
    return p.sprite()


def _mouth(size: Size, skin: Colour, openness: float) -> Sprite:
    p = sprite_canvas(size, (-16, -96, 16, -72))
    if openness == 0:
        p.line(arc(0, -89, 8, 5, 25, 155), 2, (168, 74, 74))
    else:
        p.ellipse(0, -84.5, 7.5 - openness, 2 + 3.4 * openness, (134, 46, 56))
        p.box(-5, -86 - 2.6 * openness, 5, -84.6 - 1.4 * openness, (250, 250, 250), 1, inside=True)
    return p.sprite()


def _eyelids(size: Size, skin: Colour) -> Sprite:
    p = sprite_canvas(size, (-24, -116, 24, -94))
    for side in (-1, 1):
        p.ellipse(side * 11, -105, 5.2, 5.6, dark(skin, 0.05))
        p.line(arc(side * 11, -106, 4.6, 4, 20, 160), 1.4, dark(skin, 0.6))
    return p.sprite()
