"""How each action moves the object and the tool, as a function of time alone.

Positions are in stage units relative to where the object stands; y points down, so lifting is
negative. Every motion starts from the same rest, which does not depend on the action.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np

from mutualsl.data.synthetic.drawing.painter import Point
from mutualsl.data.synthetic.drawing.sprite import Matrix

START_SECOND = 0.3  # from rest to full motion
GLASS_X = -88.0


@dataclass(frozen=True, slots=True)
class Pose:
    """Where something is: shift, turn and stretch about a pivot."""

    x: float = 0.0
    y: float = 0.0
    degree: float = 0.0
    stretch_x: float = 1.0
    stretch_y: float = 1.0
    pivot_x: float = 0.0
    pivot_y: float = 0.0

    def matrix(self) -> Matrix:
        """The pose as a (3, 3) map of units."""
        angle = np.radians(self.degree)
        cos, sin = np.cos(angle), np.sin(angle)
        turn = np.array([[cos, -sin], [sin, cos]]) @ np.diag([self.stretch_x, self.stretch_y])
        pivot = np.array([self.pivot_x, self.pivot_y])
        matrix = np.eye(3)
        matrix[:2, :2] = turn
        matrix[:2, 2] = pivot + (self.x, self.y) - turn @ pivot
        return matrix

    def carry(self, point: Point) -> Point:
        """Where a point of the resting object is now."""
        x, y, _ = self.matrix() @ (point[0], point[1], 1.0)
        return float(x), float(y)


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything that moves, at one time."""

    thing: Pose
    tool: Pose
    part: Pose = Pose()
    stream: float = 0.0  # how much is being poured, 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How one performance differs from the next, and the size of what is moved."""

    width: float
    height: float
    rim: float
    mouth: Point = (0.0, 0.0)
    pour_degree: float = -82.0
    period_second: float = 1.6
    reach: float = 1.0
    side: int = 1


REST = Moment(Pose(), Pose(64, -60, -36))
Motion = Callable[[float, Manner], Moment]


def wave(phase: float) -> float:
    """0 at whole phases, 1 half-way, smooth."""
    return float(0.5 - 0.5 * np.cos(2 * np.pi * phase))


def swing(phase: float) -> float:
    """A sine of the phase."""
    return float(np.sin(2 * np.pi * phase))


def hold(phase: float) -> float:
    """Like `wave`, but it stays at 1 for a while."""
    return float(np.clip(1.7 * wave(phase), 0, 1))


def _held(thing: Pose, grip: Point, degree: float = -36) -> Moment:
    """The tool stays at one point of the moving object."""
    x, y = thing.carry(grip)
    return Moment(thing, Pose(x, y, degree))


def _turn(phase: float, m: Manner) -> Moment:
    width = float(np.cos(2 * np.pi * phase))
    thing = Pose(stretch_x=width if abs(width) > 0.06 else 0.06)
    return Moment(thing, Pose(m.width / 2 * (0.25 + 0.75 * width), -0.65 * m.height, -30))


def _lift(phase: float, m: Manner) -> Moment:
    return _held(Pose(y=-54 * m.reach * wave(phase)), (m.width * 0.36, -m.height * 0.75))


def _shake(phase: float, m: Manner) -> Moment:
    beat = swing(phase * 4) * m.side
    return _held(Pose(15 * m.reach * beat, -14, 9 * beat), (m.width * 0.4, -m.height * 0.7))


def _slide(phase: float, m: Manner) -> Moment:
    return _held(Pose(62 * m.reach * swing(phase) * m.side), (m.width / 2, -m.height * 0.5), -20)


def _press(phase: float, m: Manner) -> Moment:
    depth = 0.5 * m.reach * wave(phase)
    thing = Pose(stretch_x=1 + 0.4 * depth, stretch_y=1 - depth)
    return _held(thing, (0, -m.height - 1), -74)


def _tap(phase: float, m: Manner) -> Moment:
    away = wave(phase * 2)
    jolt = (1 - away) ** 4
    x, y = m.width * 0.42 + 26 * m.reach * away, -m.height * 0.82 - 30 * m.reach * away
    return Moment(Pose(-3 * jolt, 0, -3 * jolt), Pose(x, y, -36 - 24 * away))


def _tilt(phase: float, m: Manner) -> Moment:
    edge = -m.width / 2 * m.side
    thing = Pose(degree=-52 * m.reach * wave(phase) * m.side, pivot_x=edge)
    return _held(thing, (m.width * 0.42, -m.height * 0.8))


def _flip(phase: float, m: Manner) -> Moment:
    flight = float(np.clip((phase % 1) / 0.8, 0, 1))
    height = float(np.sin(np.pi * flight))
    thing = Pose(0, -50 * m.reach * height, -360 * flight * m.side, pivot_y=-m.height / 2)
    return Moment(thing, Pose(m.width * 0.5 + 8 * height, -m.height * 0.35 - 18 * height, -24))


def _push(phase: float, m: Manner) -> Moment:
    depth = wave(phase)
    size = 1 - 0.5 * m.reach * depth
    thing = Pose(0, -26 * depth, 0, size, size)
    return _held(thing, (m.width * 0.3, -m.height * 0.3), -50)


def _wipe(phase: float, m: Manner) -> Moment:
    x = 0.34 * m.width * np.cos(2 * np.pi * phase * 1.5)
    y = -m.height / 2 + 0.34 * m.height * m.reach * np.sin(2 * np.pi * phase * 1.5) * m.side
    return Moment(Pose(0.02 * x, 0, 0), Pose(float(x), float(y), -44))


def _roll(phase: float, m: Manner) -> Moment:
    way = swing(phase) * m.side
    thing = Pose(60 * m.reach * way, 0, 170 * way, pivot_y=-m.height / 2)
    return Moment(thing, Pose(thing.x + 6, -m.height + 4, -64))


def _pour(phase: float, m: Manner) -> Moment:
    up = hold(phase)
    tilted = Pose(degree=m.pour_degree, pivot_y=-m.height / 2).carry(m.mouth)
    x, y = GLASS_X + 1 - tilted[0], -54 - tilted[1]
    thing = Pose(x * up, y * up, m.pour_degree * up, pivot_y=-m.height / 2)
    grip = thing.carry((m.width * 0.4, -m.height * 0.4))
    return Moment(thing, Pose(*grip, -30), stream=max(0.0, (up - 0.75) * 4))


def _stir(phase: float, m: Manner) -> Moment:
    angle = 2 * np.pi * phase * 1.4 * m.side
    x, y = 0.3 * m.width * np.cos(angle), -m.rim + 3.5 * np.sin(angle) + 2
    beside = Pose(m.width * 0.5 + 34, m.height * 0.62)  # where a lid waits
    return Moment(Pose(), Pose(float(x), float(y), -68 + 16 * float(np.cos(angle))), beside)


def _open(phase: float, m: Manner) -> Moment:
    up = hold(phase)
    part = Pose(30 * up, -38 * m.reach * up, 34 * up, pivot_y=-m.height)
    return replace(_held(part, (m.width * 0.3, -m.height * 0.96)), thing=Pose(), part=part)


def _cut(phase: float, m: Manner) -> Moment:
    down = wave(phase)
    apart = Pose(x=26 * m.reach * wave(phase / 2))
    tip = Pose(apart.x * 0.5 + m.width * 0.1, -m.height - 22 + (m.height + 16) * down, -62)
    return Moment(Pose(), tip, apart)


def _fold(phase: float, m: Manner) -> Moment:
    angle = np.pi * wave(phase)
    width = float(np.cos(angle))
    flap = Pose(stretch_x=width if abs(width) > 0.05 else 0.05, stretch_y=1 + 0.25 * np.sin(angle))
    tip = Pose(m.width * 0.42 * width, -m.height * 0.5 - 30 * float(np.sin(angle)), -40)
    return Moment(Pose(), tip, flap)


MOTIONS: dict[str, Motion] = {
    "turn": _turn,
    "lift": _lift,
    "shake": _shake,
    "slide": _slide,
    "press": _press,
    "tap": _tap,
    "tilt": _tilt,
    "flip": _flip,
    "push": _push,
    "wipe": _wipe,
    "roll": _roll,
    "pour": _pour,
    "stir": _stir,
    "open": _open,
    "cut": _cut,
    "fold": _fold,
}


def moment_of(action: str, second: float, manner: Manner) -> Moment:
    """What the action looks like `second` seconds after it began; rest at 0."""
    if second <= 0:
        return REST
    full = MOTIONS[action](second / manner.period_second, manner)
    share = min(1.0, second / START_SECOND)
    if share == 1:
        return full
    share = share * share * (3 - 2 * share)
    return Moment(
        _blend(REST.thing, full.thing, share),
        _blend(REST.tool, full.tool, share),
        _blend(REST.part, full.part, share),
        full.stream * share,
    )


def _blend(rest: Pose, full: Pose, share: float) -> Pose:
    """A pose between rest and full motion, about the pivot of the motion."""
    values = {
        f.name: getattr(rest, f.name) * (1 - share) + getattr(full, f.name) * share
        for f in fields(Pose)
        if not f.name.startswith("pivot")
    }
    return replace(full, **values)
