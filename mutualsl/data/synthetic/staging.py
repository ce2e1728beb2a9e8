"""From planned steps to a script: shots on the time axis, narration beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mutualsl.data.synthetic.grammar import MOTION_SHARE, plan_kinds, plan_mixed, plan_motion
from mutualsl.data.synthetic.narration import Told, place_narration, spoken_second
from mutualsl.data.synthetic.questions import mention_more, needed_attributes
from mutualsl.data.synthetic.script import Attributes, Kind, Script, Shot, Step, on_tick, stream
from mutualsl.data.synthetic.wording import TITLES, choose, narrate

SECOND_PER_STEP = 12.5
WALL_COUNT = 3


class ShotList:
    """Shots laid end to end; `presenter` is the one face that talks, any face if None."""

    def __init__(self, random: np.random.Generator, wall: int, presenter: int | None) -> None:
        self.random, self.wall, self.presenter = random, wall, presenter
        self.shots: list[Shot] = []
        self.end_second = 0.0

    def add(self, kind: str, length_second: float) -> None:
        """A shot that shows no step."""
        seed = self._seed()
        if kind == "talk" and self.presenter is not None:
            seed = self.presenter
        self._append(kind, self.end_second, on_tick(self.end_second + length_second), seed)

    def between(self, length_second: float) -> None:
        """Something that is not a step: talk, a distractor, or one after the other."""
        first, second = (
            ("talk", "distractor") if self.random.random() < 0.5 else ("distractor", "talk")
        )
        if length_second > 5 and self.random.random() < 0.6:
            share = float(self.random.uniform(0.35, 0.65))
            self.add(first, length_second * share)
            self.add(second, length_second * (1 - share))
        else:
            self.add(first, length_second)

    def step(self, index: int, length_second: float) -> tuple[float, float]:
        """A step, with up to two cuts between a wide and a close view; returns its span."""
        random, start = self.random, self.end_second
        end, seed = on_tick(start + length_second), self._seed()
        shares = [float(random.uniform(0.35, 0.65))] if random.random() < 0.55 else []
        if shares and length_second > 7.5 and random.random() < 0.4:
            shares = [float(random.uniform(0.25, 0.4)), float(random.uniform(0.6, 0.75))]
        cuts = [start, *(on_tick(start + s * (end - start)) for s in shares), end]
        close_up = bool(random.random() < 0.25)
        for shot_start, shot_end in zip(cuts, cuts[1:], strict=False):
            self._append("step", shot_start, shot_end, seed, index, start, close_up)
            close_up = not close_up
        return start, end

    def _append(self, kind, start, end, seed, step=None, began=0.0, close_up=False):  # type: ignore[no-untyped-def]
        self.shots.append(
            Shot(
                start_second=start, end_second=end, kind=kind, seed=seed, step=step,
                step_start_second=began, close_up=close_up, wall=self.wall,
            )
        )  # fmt: skip
        self.end_second = end

    def _seed(self) -> int:
        return int(self.random.integers(2**31))


def make_script(
    split: str, seed: int, index: int, *, length_second: float | None = None,
    motion_only: bool | None = None,
) -> Script:  # fmt: skip
    """The script of one video, a pure function of its arguments; about 90 s unless told."""
    video_id = f"synthetic-{split}-{seed}-{index:05d}"
    random = stream(video_id)
    chance = bool(random.random() < MOTION_SHARE)
    motion_only = chance if motion_only is None else motion_only
    plan = plan_motion if motion_only else plan_mixed
    if length_second is None:
        count = int(random.integers(7, 9) if motion_only else random.integers(6, 10))
    else:
        count = max(1, round(length_second / SECOND_PER_STEP))
    steps = plan(split, random, min(count, 9))
    return stage_script(
        split, seed, index, video_id, steps, plan_kinds(random, len(steps)), motion_only
    )


def stage_script(
    split: str, seed: int, index: int, video_id: str, planned: Sequence[Attributes],
    kinds: Sequence[Kind], motion_only: bool, *, talk_second: tuple[float, float] = (2.5, 7.5),
    title: str | None = None, presenter: int | None = None,
) -> Script:  # fmt: skip
    """Lay planned steps on the time axis, with everything between them, and narrate them."""
    random = stream("staging", video_id)
    told = [_tell(random, planned, a, kind) for a, kind in zip(planned, kinds, strict=True)]
    shots = ShotList(random, int(random.integers(WALL_COUNT)), presenter)
    shots.add("title", float(random.uniform(2, 4)))
    spans: list[tuple[float, float]] = []
    for i, kind in enumerate(kinds):
        if random.random() < 0.7:
            shots.between(float(random.uniform(*talk_second)))
        if kind == "spoken":
            start = shots.end_second
            shots.between(spoken_second(told[i]) + float(random.uniform(0.6, 2.0)))
            spans.append((start, shots.end_second))
        else:
            spans.append(shots.step(i, float(random.uniform(5, 10))))
    shots.add("talk" if random.random() < 0.5 else "title", float(random.uniform(2, 4)))
    cues, golds = place_narration(random, spans, kinds, told, shots.end_second)
    return Script(
        video_id=video_id, split=split, seed=seed, index=index, title=title or choose(random, TITLES),
        motion_only=motion_only, duration_second=shots.end_second, shots=tuple(shots.shots),
        steps=tuple(
            Step(index=i, attributes=a, kind=kind, start_second=gold[0], end_second=gold[1])
            for i, (a, kind, gold) in enumerate(zip(planned, kinds, golds, strict=True))
        ),
        cues=cues,
    )  # fmt: skip


def _tell(
    random: np.random.Generator, planned: Sequence[Attributes], step: Attributes, kind: Kind
) -> Told:
    if kind == "shown":
        return ()
    mentioned = mention_more(random, needed_attributes(planned, step) | {"colour"})
    return tuple(narrate(random, step, mentioned, int(random.integers(1, 4))))
