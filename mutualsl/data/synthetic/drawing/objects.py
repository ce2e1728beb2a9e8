"""The things that steps are done to, drawn as sprites that stand on the origin.

Units are those of the stage; x = 0 is the middle of the base, y points down, so a thing 60 units
tall reaches from y = -60 to y = 0. A thing may have a second part (a lid, or the half that is cut
off or folded over) that moves on its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mutualsl.data.synthetic.drawing import belongings, containers
from mutualsl.data.synthetic.drawing.painter import Painter, Point
from mutualsl.data.synthetic.drawing.palette import Colour
from mutualsl.data.synthetic.drawing.sprite import Sprite

HALF_WIDTH, TOP, BOTTOM = 70.0, -96.0, 12.0  # of the canvas each is drawn on


@dataclass(frozen=True, slots=True)
class Thing:
    """An object to place: its body, its moving part if any, its size and rim height in units."""

    body: Sprite
    part: Sprite | None
    width: float
    height: float
    rim: float


Draw = Callable[[Painter, Colour], None]

# Height of the opening, for things that can be stirred in.
RIMS = {"bowl": 34.0, "mug": 46.0, "pot": 38.0, "bucket": 50.0}

# Where things are poured from.
MOUTHS: dict[str, Point] = {
    "bottle": (-6.0, -82.0),
    "mug": (-23.0, -46.0),
    "can": (-21.0, -56.0),
    "kettle": (-44.0, -48.0),
    "bucket": (-28.0, -50.0),
}

# name: body, moving part, width, height
DRAWINGS: dict[str, tuple[Draw, Draw | None, float, float]] = {
    "box": (containers.box, containers.box_lid, 70, 54),
    "jar": (containers.jar, containers.jar_lid, 42, 60),
    "bottle": (containers.bottle, None, 32, 84),
    "bowl": (containers.bowl, None, 76, 42),
    "book": (belongings.book, None, 50, 62),
    "mug": (containers.mug, None, 52, 51),
    "pot": (containers.pot, containers.pot_lid, 70, 57),
    "can": (containers.can, None, 44, 60),
    "lamp": (belongings.lamp, None, 60, 80),
    "plant": (belongings.plant, None, 50, 80),
    "kettle": (containers.kettle, containers.kettle_lid, 62, 62),
    "bucket": (containers.bucket, None, 58, 68),
    "cake": (belongings.cake, belongings.cake_slice, 72, 48),
    "cloth": (belongings.cloth, belongings.cloth_flap, 100, 32),
    "paper": (belongings.paper, belongings.paper_flap, 76, 38),
}


def draw_thing(name: str, colour: Colour, pixels_per_unit: float) -> Thing:
    """The object called `name` in a colour (RGB)."""
    body, part, width, height = DRAWINGS[name]

    def render(draw: Draw) -> Sprite:
        painter = Painter(-HALF_WIDTH, TOP, HALF_WIDTH, BOTTOM, pixels_per_unit)
        draw(painter, colour)
        return painter.sprite()

    return Thing(
        render(body), render(part) if part else None, width, height, RIMS.get(name, height)
    )
