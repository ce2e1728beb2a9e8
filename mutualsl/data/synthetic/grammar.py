"""Which steps a video has: attributes with hard negatives, and how each one is told."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mutualsl.data.synthetic.script import Attributes, Kind
from mutualsl.data.synthetic.vocabulary import (
    COLOURS,
    OBJECTS,
    PLACES,
    TOOLS,
    UNIVERSAL_ACTIONS,
    actions_for,
    kept_for_test,
)

MOTION_SHARE = 0.25  # videos whose steps differ by nothing but the action
TEST_SHARE = 0.8  # how often a step of a test video is drawn from the kept combinations
FLAT_OBJECTS = ("cloth", "paper")
FLAT_ACTIONS = ("lift", "shake", "slide", "press", "tap", "flip", "wipe", "cut", "fold")


@dataclass(frozen=True, slots=True)
class Pool:
    """The few things one video is about; a small pool makes steps resemble each other."""

    objects: tuple[str, ...]
    colours: tuple[str, ...]
    tools: tuple[str, ...]
    places: tuple[str, ...]
    glass: bool


def is_kept(a: Attributes) -> bool:
    """Whether a step shows a combination that only test videos may have."""
    return kept_for_test(a.action, a.object, a.colour)


def is_possible(a: Attributes) -> bool:
    """Whether the action can be done to the object with the tool."""
    if a.object in FLAT_OBJECTS and a.action not in FLAT_ACTIONS:
        return False
    if a.action == "cut" and a.tool != "knife":
        return False
    return a.action in actions_for(a.object, with_glass=a.glass)


def _pick(
    random: np.random.Generator, names: tuple[str, ...] | list[str], count: int = 1
) -> tuple[str, ...]:
    return tuple(str(name) for name in random.choice(list(names), count, replace=False))


def plan_mixed(split: str, random: np.random.Generator, count: int) -> list[Attributes]:
    """Steps over a small pool; half of them are an earlier step with one or two things changed."""
    pool = Pool(
        _pick(random, list(OBJECTS), 4),
        _pick(random, list(COLOURS), 3),
        _pick(random, list(TOOLS), 3),
        _pick(random, list(PLACES), 2),
        bool(random.random() < 0.5),
    )
    steps: list[Attributes] = []
    place = pool.places[0]
    while len(steps) < count:
        if random.random() < 0.35:
            place = _pick(random, pool.places)[0]
        want_kept = split in ("test", "assets") and random.random() < TEST_SHARE
        step = next(
            (
                candidate
                for candidate in (_draw(random, pool, steps, place) for _ in range(300))
                if is_possible(candidate)
                and is_kept(candidate) == want_kept
                and all(_triple(candidate) != _triple(s) for s in steps)
            ),
            None,
        )
        if step is None:  # the pool is used up: widen it
            pool = replace(pool, objects=tuple(OBJECTS), colours=tuple(COLOURS))
            continue
        steps.append(step)
    return steps


def _triple(a: Attributes) -> tuple[str, str, str]:
    return a.action, a.object, a.colour


def _draw(
    random: np.random.Generator, pool: Pool, steps: list[Attributes], place: str
) -> Attributes:
    """A fresh step from the pool, or an earlier one with one thing changed: a hard negative."""
    thing, colour, tool = (_pick(random, n)[0] for n in (pool.objects, pool.colours, pool.tools))
    fresh = Attributes(
        tool=tool, object=thing, colour=colour, action="turn", place=place, glass=pool.glass
    )
    if not steps or random.random() < 0.5:
        return _with_action(random, fresh)
    earlier = replace(steps[int(random.integers(len(steps)))], place=place)
    match random.integers(4):
        case 0:
            return replace(earlier, colour=colour)
        case 1:
            return replace(earlier, object=thing)
        case _:
            return _with_action(random, earlier)


def _with_action(random: np.random.Generator, a: Attributes) -> Attributes:
    """The step with another action; those that only some objects allow are drawn more often."""
    actions = actions_for(a.object, with_glass=a.glass)
    special = tuple(action for action in actions if action not in UNIVERSAL_ACTIONS)
    action = _pick(random, special if special and random.random() < 0.35 else actions)[0]
    return replace(a, action=action, tool="knife" if action == "cut" else a.tool)


def plan_motion(split: str, random: np.random.Generator, count: int) -> list[Attributes]:
    """Steps that share tool, object, colour and place and differ only by a universal action."""
    things = [name for name in OBJECTS if name not in FLAT_OBJECTS]
    fewest_kept = 3 if split in ("test", "assets") else 0
    while True:
        thing, colour = _pick(random, things)[0], _pick(random, list(COLOURS))[0]
        kept = [a for a in UNIVERSAL_ACTIONS if kept_for_test(a, thing, colour)]
        free = [a for a in UNIVERSAL_ACTIONS if a not in kept]
        if split in ("test", "assets"):
            free = list(_pick(random, free, max(0, min(len(free), count - len(kept)))))
            free += kept
        if len(kept) >= fewest_kept and len(free) >= count:
            break
    shared = Attributes(
        tool=_pick(random, list(TOOLS))[0],
        object=thing,
        colour=colour,
        action="turn",
        place=_pick(random, list(PLACES))[0],
        glass=bool(random.random() < 0.3),
    )
    return [replace(shared, action=action) for action in _pick(random, free, count)]


def plan_kinds(random: np.random.Generator, count: int) -> list[Kind]:
    """A fifth shown only, a fifth spoken only, the rest both; exact in the long run."""
    shown, spoken = (int(count / 5 + random.random()) for _ in range(2))
    by_rank: list[Kind] = [
        "shown" if i < shown else "spoken" if i < shown + spoken else "both" for i in range(count)
    ]
    return [by_rank[i] for i in random.permutation(count)]
