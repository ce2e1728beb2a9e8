"""Unrelated scenes between the steps: pretty, moving, and no step in them."""

from __future__ import annotations

import numpy as np

from mutualsl.data.synthetic.drawing.interlude import (
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


def clouds(size: Size, seed: int) -> Frame:
    """Clouds and a balloon over hills."""
    random = stream("clouds", seed)
    p = canvas(size)
    p.box(0, 0, WIDTH, HEIGHT, Shade((112, 182, 232), (232, 244, 248), down=True))
    p.ellipse(266, 34, 17, 17, (255, 240, 190))
    p.shape([*arc(60, 172, 190, 60, 180, 360), (330, 180), (-10, 180)], (140, 192, 128))
    p.shape([*arc(270, 182, 180, 54, 180, 360), (330, 190), (0, 190)], (110, 170, 112))
    background, view = filled(p, size), view_of(size)
    puff = sprite_canvas(size, (-50, -26, 50, 26))
    for x, y, r in ((-22, 6, 18), (0, -4, 24), (24, 5, 19), (40, 10, 10), (-38, 10, 11)):
        puff.ellipse(x, y, r, r * 0.75, (255, 255, 255))
    cloud = puff.sprite()
    b = sprite_canvas(size, (-24, -34, 24, 44))
    stripes: tuple[Colour, ...] = ((236, 120, 96), (252, 226, 170))
    for i in range(5):
        b.ellipse(0, 0, 22 - i * 4.8, 27, stripes[i % 2])
    b.line([(-9, 24), (-5, 34)], 0.8, (90, 70, 60))
    b.line([(9, 24), (5, 34)], 0.8, (90, 70, 60))
    b.box(-6, 33, 6, 41, (160, 110, 70), 1.5)
    balloon = b.sprite()
    drift = [
        (
            float(random.uniform(0, 400)),
            float(random.uniform(18, 80)),
            float(random.uniform(0.5, 1)),
        )
        for _ in range(5)
    ]

    def frame(second: float) -> Image:
        picture = background.copy()
        for x, y, scale in drift:
            at = Pose((x + 16 * scale * second) % 420 - 50, y, 0, scale, scale)
            cloud.draw(picture, view @ at.matrix(), 0.9)
        rise = Pose(96 + 7 * second, 96 - 5 * second, 4 * float(np.sin(1.3 * second)))
        balloon.draw(picture, view @ rise.matrix())
        return picture

    return frame


def pinwheel(size: Size, seed: int) -> Frame:
    """A pinwheel in the wind."""
    random = stream("pinwheel", seed)
    p = canvas(size)
    p.box(0, 0, WIDTH, HEIGHT, Shade((250, 228, 196), (246, 196, 176), down=True))
    p.shape([*arc(200, 190, 240, 50, 180, 360), (340, 190), (-40, 190)], (172, 196, 130))
    p.box(158, 90, 162, 176, (236, 232, 226), 2)
    background, view = filled(p, size), view_of(size)
    w = sprite_canvas(size, (-62, -62, 62, 62))
    leaves: tuple[Colour, ...] = ((232, 104, 96), (250, 192, 88), (96, 176, 168), (112, 128, 190))
    for i, colour in enumerate(leaves):
        turn = np.radians(90 * i)
        blade = np.array([[0, 0], [56, -6], [40, -36], [8, -30]])
        cos, sin = np.cos(turn), np.sin(turn)
        points = blade @ np.array([[cos, sin], [-sin, cos]])
        w.shape(
            [(float(x), float(y)) for x, y in points], Shade(light(colour, 0.2), dark(colour, 0.1))
        )
    w.ellipse(0, 0, 6, 6, (252, 248, 240))
    wheel, speed = w.sprite(), float(random.uniform(110, 200))

    def frame(second: float) -> Image:
        picture = background.copy()
        degree = speed * second + 25 * np.sin(1.7 * second)
        wheel.draw(picture, view @ Pose(160, 84, degree).matrix())
        return picture

    return frame


FISH: tuple[Colour, ...] = (
    (246, 150, 70),
    (250, 214, 92),
    (232, 110, 130),
    (180, 220, 236),
    (150, 120, 206),
)


def _fish(size: Size, colour: Colour) -> Sprite:
    p = sprite_canvas(size, (-26, -16, 26, 16))
    p.shape([(-10, 0), (-25, -11), (-21, 0), (-25, 11)], dark(colour, 0.15))
    p.ellipse(2, 0, 18, 10, Shade(light(colour, 0.25), dark(colour, 0.1), down=True))
    p.ellipse(12, -2.5, 2.6, 2.6, (252, 252, 252))
    p.ellipse(12.6, -2.5, 1.4, 1.4, (30, 30, 40))
    return p.sprite()


def fish_tank(size: Size, seed: int) -> Frame:
    """Fish, weed and bubbles."""
    random = stream("fish", seed)
    p = canvas(size)
    p.box(0, 0, WIDTH, HEIGHT, Shade((92, 190, 208), (22, 84, 140), down=True))
    p.box(0, 160, WIDTH, HEIGHT, Shade((226, 206, 160), (186, 160, 116), down=True))
    for x in (30, 48, 250, 272, 288):
        p.line([(x, 164), (x + 5, 140), (x - 4, 118), (x + 6, 98)], 5, (48, 140, 96))
    p.ellipse(92, 166, 18, 9, (120, 120, 128))
    background, view = filled(p, size), view_of(size)
    swimmers = [
        (_fish(size, colour), random.uniform((0, 30, 20), (380, 140, 46))) for colour in FISH
    ]
    bub = sprite_canvas(size, (-6, -6, 6, 6))
    bub.line(arc(0, 0, 4, 4), 1.2, (226, 246, 252))
    bubble = bub.sprite()

    def frame(second: float) -> Image:
        picture = background.copy()
        for i, (sprite, (x, y, speed)) in enumerate(swimmers):
            way = -1 if i % 2 else 1
            along = (x + way * speed * second) % 400 - 40
            at = Pose(along, y + 4 * float(np.sin(2 * second + i)), 0, way, 1)
            sprite.draw(picture, view @ at.matrix())
        for i in range(7):
            up = (i * 37 + 34 * second) % 190
            bubble.draw(
                picture, view @ Pose(120 + 30 * (i % 4) + 4 * np.sin(up / 9), 176 - up).matrix()
            )
        return picture

    return frame


def logo(size: Size, seed: int) -> Frame:
    """Rings and bars that dance round a channel's sign."""
    random = stream("logo", seed)
    tone = ((62, 66, 104), (96, 62, 86), (48, 88, 92))[int(random.integers(3))]
    p = canvas(size)
    p.box(0, 0, WIDTH, HEIGHT, Shade(light(tone, 0.12), dark(tone, 0.35), down=True))
    background, view = filled(p, size), view_of(size)
    rings = []
    for i, colour in enumerate(((246, 190, 96), (236, 122, 112), (120, 196, 188))):
        r = sprite_canvas(size, (-70, -70, 70, 70))
        r.line(arc(0, 0, 36 + 14 * i, 36 + 14 * i, 0, 250 - 30 * i), 6, colour)
        rings.append(r.sprite())
    s = sprite_canvas(size, (-28, -28, 28, 28))
    s.ellipse(0, 0, 24, 24, (250, 246, 238))
    s.shape([(-7, -12), (14, 0), (-7, 12)], (232, 104, 92))
    sign = s.sprite()

    def frame(second: float) -> Image:
        picture = background.copy()
        for i, ring in enumerate(rings):
            degree = (60 + 25 * i) * second * (-1 if i % 2 else 1)
            ring.draw(picture, view @ Pose(160, 90, degree).matrix())
        size_now = 1 + 0.08 * float(np.sin(4 * second))
        sign.draw(picture, view @ Pose(160, 90, 0, size_now, size_now).matrix())
        return picture

    return frame


def night(size: Size, seed: int) -> Frame:
    """A town at night with a train and blinking windows."""
    random = stream("night", seed)
    p = canvas(size)
    p.box(0, 0, WIDTH, HEIGHT, Shade((36, 36, 84), (158, 110, 150), down=True))
    p.ellipse(70, 36, 15, 15, (252, 244, 214))
    p.ellipse(77, 32, 13, 13, (46, 42, 92))
    windows = []
    for i in range(9):
        x, top = i * 37 - 6, float(random.uniform(58, 108))
        p.box(x, top, x + 33, 150, Shade((58, 52, 92), (44, 40, 76), down=True))
        for row in range(int((142 - top) // 13)):
            for column in range(3):
                windows.append((x + 5 + column * 9, top + 6 + row * 13))
                p.box(*windows[-1], windows[-1][0] + 5, windows[-1][1] + 7, (86, 80, 118))
    p.box(0, 150, WIDTH, HEIGHT, (34, 32, 60))
    p.box(0, 164, WIDTH, 166, (110, 104, 128))
    background, view = filled(p, size), view_of(size)
    pane = sprite_canvas(size, (0, 0, 5, 7))
    pane.box(0, 0, 5, 7, (252, 216, 130))
    lit, phase = pane.sprite(), random.uniform(0, 6, len(windows))
    t = sprite_canvas(size, (-70, -14, 70, 12))
    t.box(-64, -10, 64, 8, Shade((214, 96, 84), (168, 66, 70), down=True), 5)
    for x in range(-56, 56, 16):
        t.box(x, -6, x + 10, 1, (252, 226, 160), 1)
    train = t.sprite()

    def frame(second: float) -> Image:
        picture = background.copy()
        for (x, y), start in zip(windows, phase, strict=True):
            if (second * 0.7 + start) % 6 < 2.6:
                lit.draw(picture, view @ Pose(x, y).matrix())
        train.draw(picture, view @ Pose((60 * second + seed % 300) % 480 - 80, 158).matrix())
        return picture

    return frame


DISTRACTORS = (clouds, pinwheel, fish_tank, logo, night)


def distractor(size: Size, seed: int) -> Frame:
    """One of the unrelated scenes."""
    return DISTRACTORS[seed % len(DISTRACTORS)](size, seed)
