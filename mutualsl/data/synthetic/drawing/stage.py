"""Pictures of a step: place, object, tool and glass under a camera, at any time of the motion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from mutualsl.data.synthetic.drawing.motions import GLASS_X, Manner, Moment, Pose, moment_of
from mutualsl.data.synthetic.drawing.objects import MOUTHS, Thing, draw_thing
from mutualsl.data.synthetic.drawing.painter import Painter
from mutualsl.data.synthetic.drawing.scenery import FLOOR, WIDTH, draw_place
from mutualsl.data.synthetic.drawing.sprite import Image, Matrix, Sprite
from mutualsl.data.synthetic.drawing.tools import draw_tool
from mutualsl.data.synthetic.script import Attributes, Shot, stream
from mutualsl.data.synthetic.vocabulary import COLOUR_VALUES

DETAIL = 1.5  # sprite pixels per frame pixel, so that close-ups stay sharp
WATER = (120, 186, 226)
MIDDLE_X = 168.0

_thing = lru_cache(maxsize=64)(draw_thing)
_tool = lru_cache(maxsize=16)(draw_tool)


@dataclass(frozen=True, slots=True)
class Camera:
    """What part of the stage is seen: its middle in units, and the magnification."""

    x: float
    y: float
    zoom: float

    def matrix(self, size: tuple[int, int]) -> Matrix:
        """Stage units to frame pixels, (2, 3)."""
        scale = size[0] / WIDTH * self.zoom
        return np.array(
            [[scale, 0, size[0] / 2 - scale * self.x], [0, scale, size[1] / 2 - scale * self.y]]
        )


class Stage:
    """One shot of a step; `frame(second)` is the picture that long after the motion began."""

    def __init__(self, attributes: Attributes, shot: Shot, size: tuple[int, int]) -> None:
        look = stream("look", shot.seed, int(shot.close_up))
        self.action = attributes.action
        self.colour = COLOUR_VALUES[attributes.colour]
        detail = size[0] / WIDTH * DETAIL
        self.thing = _thing(attributes.object, self.colour, detail)
        self.tool = _tool(attributes.tool, detail)
        self.shadow = _shadow(detail)
        self.camera = _camera(look, shot.close_up)
        self.gain = float(look.uniform(0.92, 1.06))
        self.view = self.camera.matrix(size)
        self.stand = np.array([[1, 0, MIDDLE_X], [0, 1, FLOOR], [0, 0, 1]])
        self.background = self._background(attributes, shot.wall, size)
        self.manner = _manner(
            stream("manner", shot.seed, attributes.action), attributes.object, self.thing
        )

    def frame(self, second: float) -> Image:
        """The RGB picture (H, W, 3) `second` seconds into the motion."""
        moment = moment_of(self.action, second, self.manner)
        frame = self.background.copy()
        self._cast_shadow(frame, moment.thing)
        if moment.stream > 0:
            self._pour(frame, moment)
        body = self.stand @ moment.thing.matrix()
        self.thing.body.draw(frame, self.view @ body)
        if self.thing.part:
            self.thing.part.draw(frame, self.view @ body @ moment.part.matrix())
        self.tool.draw(frame, self.view @ self.stand @ moment.tool.matrix())
        lit: Image = cv2.convertScaleAbs(frame, alpha=self.gain)
        return lit

    def _background(self, attributes: Attributes, wall: int, size: tuple[int, int]) -> Image:
        place = draw_place(attributes.place, wall, size[0] / WIDTH * DETAIL)
        frame = np.zeros((size[1], size[0], 3), np.uint8)
        place.draw(frame, self.view)
        if attributes.glass:
            at = self.view @ self.stand @ Pose(x=GLASS_X).matrix()
            self.shadow.draw(frame, at @ Pose(stretch_x=0.55).matrix(), 0.8)
            _glass(place.pixels_per_unit).draw(frame, at, 0.8)
        return frame

    def _cast_shadow(self, frame: Image, thing: Pose) -> None:
        """A soft shadow that stays on the table and fades as the object rises."""
        receding = thing.y if thing.stretch_y < 1 and thing.stretch_x < 1 else 0.0
        height = max(0.0, receding - thing.y)
        width = self.thing.width / 60 * (0.4 + 0.6 * abs(thing.stretch_x)) * (1 + height / 160)
        place = Pose(x=thing.x, y=receding, stretch_x=width)
        self.shadow.draw(frame, self.view @ self.stand @ place.matrix(), 1 - min(0.65, height / 90))

    def _pour(self, frame: Image, moment: Moment) -> None:
        """Water from the mouth of the object into the glass, which fills."""
        mouth = moment.thing.carry(self.manner.mouth)
        points = [mouth, (GLASS_X, mouth[1] + 6), (GLASS_X, -6)]
        scale = self.view[0, 0]
        fill = Painter(GLASS_X - 14, -40, GLASS_X + 14, 0, scale * 1.5, sharp=1)
        fill.box(GLASS_X - 10, -4 - 20 * moment.stream, GLASS_X + 10, -2, WATER, 2, 0.9)
        fill.sprite().draw(frame, self.view @ self.stand)
        matrix = self.view @ self.stand
        pixels = np.array([matrix @ (x, y, 1.0) for x, y in points]) * 16
        thick = max(1, round(4 * scale * moment.stream))
        cv2.polylines(frame, [pixels.astype(np.int32)], False, WATER, thick, cv2.LINE_AA, 4)


def _camera(look: np.random.Generator, close_up: bool) -> Camera:
    if close_up:
        x, y, zoom = (
            MIDDLE_X + look.uniform(-10, 10),
            look.uniform(98, 108),
            look.uniform(1.25, 1.45),
        )
    else:
        x, y, zoom = 160 + look.uniform(-14, 14), 90 + look.uniform(-5, 8), look.uniform(0.95, 1.12)
    return Camera(float(x), float(y), float(zoom))


def _manner(random: np.random.Generator, name: str, thing: Thing) -> Manner:
    return Manner(
        mouth=MOUTHS.get(name, (0.0, -thing.height)),
        pour_degree=-42.0 if name == "kettle" else -82.0,
        width=thing.width,
        height=thing.height,
        rim=thing.rim,
        period_second=float(random.uniform(1.3, 1.8)),
        reach=float(random.uniform(0.9, 1.1)),
        side=int(random.choice((-1, 1))),
    )


@lru_cache(maxsize=4)
def _shadow(pixels_per_unit: float) -> Sprite:
    painter = Painter(-60, -16, 60, 20, pixels_per_unit, sharp=1)
    painter.ellipse(2, 1, 34, 5, (16, 12, 30), 0.55)
    painter.soften(2.4)
    return painter.sprite()


@lru_cache(maxsize=4)
def _glass(pixels_per_unit: float) -> Sprite:
    """An empty drinking glass."""
    painter = Painter(-16, -42, 16, 4, pixels_per_unit)
    painter.shape([(-13, -36), (13, -36), (10, 0), (-10, 0)], (226, 238, 246), 0.55)
    painter.line([(-13, -36), (-10, 0), (10, 0), (13, -36)], 1.4, (250, 253, 255), 0.95)
    painter.line([(-8, -30), (-7, -6)], 2, (255, 255, 255), 0.8)
    return painter.sprite()
