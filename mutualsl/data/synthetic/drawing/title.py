"""Title cards."""

from __future__ import annotations

import cv2
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
from mutualsl.data.synthetic.drawing.painter import Painter
from mutualsl.data.synthetic.drawing.palette import Shade, dark, light, mix
from mutualsl.data.synthetic.drawing.scenery import HEIGHT, WIDTH
from mutualsl.data.synthetic.drawing.sprite import Image, Sprite
from mutualsl.data.synthetic.script import stream


def title(size: Size, seed: int, text: str) -> Frame:
    """A title card: big words that settle over soft drifting circles."""
    random = stream("title", seed)
    base = BACKDROPS[int(random.integers(len(BACKDROPS)))]
    deep = mix(base, ((72, 92, 142), (160, 92, 92), (64, 124, 116))[int(random.integers(3))], 0.75)
    p = canvas(size)
    p.box(0, 0, WIDTH, HEIGHT, Shade(light(deep, 0.2), dark(deep, 0.15), down=True))
    background = filled(p, size)
    dots = sprite_canvas(size, (-40, -40, 40, 40))
    dots.ellipse(0, 0, 36, 36, light(deep, 0.4))
    dot, view = dots.sprite(), view_of(size)
    places = [
        (
            float(random.uniform(0, 320)),
            float(random.uniform(0, 180)),
            float(random.uniform(0.3, 1.4)),
        )
        for _ in range(9)
    ]
    words = _words(size, text)

    def frame(second: float) -> Image:
        picture = background.copy()
        for x, y, scale in places:
            at = Pose((x + 9 * second * scale) % 400 - 40, y, 0, scale, scale).matrix()
            dot.draw(picture, view @ at, 0.16)
        grown = 1 - 0.08 * (1 - min(1.0, second / 0.8)) ** 3  # readable in the first frame
        words.draw(picture, view @ Pose(160, 96, 0, grown, grown).matrix())
        return picture

    return frame


def _words(size: Size, text: str) -> Sprite:
    """The words in white over a short line, centred on the origin."""
    scale = size[0] / WIDTH * 1.5
    p = Painter(-150, -30, 150, 40, scale, sharp=2)
    face, points = cv2.FontFace("sans"), round(26 * p.zoom)
    (_, _, width, _) = cv2.getTextSize((0, 0), text, (0, 0), face, points, 650)
    left = (p.colour.shape[1] - width) // 2
    white = np.zeros_like(p.colour)
    cv2.putText(white, text, (left, round(36 * p.zoom)), (255, 255, 255), face, points, 650)
    p.colour, p.alpha = np.full_like(white, 252), np.ascontiguousarray(white[..., 0])
    p.box(-22, 16, 22, 19, (252, 214, 120), 1.5)
    return p.sprite()
