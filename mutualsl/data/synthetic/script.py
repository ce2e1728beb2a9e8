"""A rendered video as a value: what happens when, with no pixels in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from mutualsl.subtitles import Cue

Kind: TypeAlias = Literal["both", "shown", "spoken"]
ShotKind: TypeAlias = Literal["step", "title", "talk", "distractor"]

# Every shot starts and ends on a frame at 12.5 and at 25 frames a second.
TICK_SECOND = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What one step is about; `glass` says whether an empty glass stands beside the object."""

    tool: str
    object: str
    colour: str
    action: str
    place: str
    glass: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step and its gold span: the action on screen if shown, else its narration."""

    index: int
    attributes: Attributes
    kind: Kind
    start_second: float
    end_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One uncut stretch of video.

    `step_start_second` is when the motion of a step began, which may be an earlier shot. `seed`,
    shared by all shots of a step, draws what varies in the picture; it never depends on the action.
    """

    start_second: float
    end_second: float
    kind: ShotKind
    seed: int
    step: int | None = None
    step_start_second: float = 0.0
    close_up: bool = False
    wall: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A whole video: identity, length, and everything seen, said and asked."""

    video_id: str
    split: str
    seed: int
    index: int
    title: str
    motion_only: bool
    duration_second: float
    shots: tuple[Shot, ...]
    steps: tuple[Step, ...]
    cues: tuple[Cue, ...]


def stream(*keys: str | int) -> np.random.Generator:
    """Random numbers that depend on nothing but the keys."""
    text = "/".join(map(str, keys))
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def on_tick(second: float) -> float:
    """The nearest time at which a shot may start or end."""
    return round(round(second / TICK_SECOND) * TICK_SECOND, 2)
