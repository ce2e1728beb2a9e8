"""From planned steps to a script: shots on the time axis, narration beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mutualsl.data.synthetic.grammar import MOTION_SHARE, plan_kinds, plan_mixed, plan_motion
from mutualsl.data.synthetic.narration import Told, place_narration, spoken_second
from mutualsl.data.synthetic.questions import mention_more, needed_attributes
from mutualsl.data.synthetic.script import Attributes, Kind, Script, Step, stream
from mutualsl.data.synthetic.shots import ShotList
from mutualsl.data.synthetic.wording import TITLES, choose, narrate

SECOND_PER_STEP = 12.5
WALL_COUNT = 3
TRANSITION_SHARE = 0.7  # the other steps follow the one before with a hard cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a video has to hold, before anything has a time.

    `talk_second` bounds the length of what comes between steps. Without a `title` one is drawn;
    without a `presenter` (a seed) everybody who talks is somebody else.
    """

    video_id: str
    split: str
    seed: int
    index: int
    steps: tuple[Attributes, ...]
    kinds: tuple[Kind, ...]
    motion_only: bool = False
    talk_second: tuple[float, float] = (2.5, 7.5)
    title: str | None = None
    presenter: int | None = None


def make_script(
    split: str,
    seed: int,
    index: int,
    *,
    length_second: float | None = None,
    motion_only: bool | None = None,
) -> Script:
    """The script of one video, a pure function of its arguments; about 90 s unless told."""
    video_id = f"synthetic-{split}-{seed}-{index:05d}"
    random = stream(video_id)
    drawn = bool(random.random() < MOTION_SHARE)
    motion_only = drawn if motion_only is None else motion_only
    if length_second is None:
        count = int(random.integers(7, 9) if motion_only else random.integers(6, 10))
    else:
        count = min(9, max(1, round(length_second / SECOND_PER_STEP)))
    steps = (plan_motion if motion_only else plan_mixed)(split, random, count)
    return stage_script(
        Plan(
            video_id=video_id,
            split=split,
            seed=seed,
            index=index,
            steps=tuple(steps),
            kinds=tuple(plan_kinds(random, len(steps))),
            motion_only=motion_only,
        )
    )


def stage_script(plan: Plan) -> Script:
    """Lay planned steps on the time axis, with everything between them, and narrate them."""
    random = stream("staging", plan.video_id)
    told = [_tell(random, plan, i) for i in range(len(plan.steps))]
    shots = ShotList(random, int(random.integers(WALL_COUNT)), plan.presenter)
    spans = _lay_out(random, plan, told, shots)
    cues, golds = place_narration(random, spans, plan.kinds, told, shots.end_second)
    steps = (
        Step(index=i, attributes=a, kind=kind, start_second=gold[0], end_second=gold[1])
        for i, (a, kind, gold) in enumerate(zip(plan.steps, plan.kinds, golds, strict=True))
    )
    return Script(
        video_id=plan.video_id,
        split=plan.split,
        seed=plan.seed,
        index=plan.index,
        title=plan.title or choose(random, TITLES),
        motion_only=plan.motion_only,
        duration_second=shots.end_second,
        shots=tuple(shots.shots),
        steps=tuple(steps),
        cues=cues,
    )


def _lay_out(
    random: np.random.Generator, plan: Plan, told: list[Told], shots: ShotList
) -> list[tuple[float, float]]:
    """Fill the shot list; returns when each step is shown or, if it is not, can be told."""
    shots.add("title", float(random.uniform(2, 4)))
    spans: list[tuple[float, float]] = []
    for i, kind in enumerate(plan.kinds):
        if random.random() < TRANSITION_SHARE:
            shots.between(float(random.uniform(*plan.talk_second)))
        if kind == "spoken":
            start = shots.end_second
            shots.between(spoken_second(told[i]) + float(random.uniform(0.6, 2.0)))
            spans.append((start, shots.end_second))
        else:
            spans.append(shots.step(i, float(random.uniform(5, 10))))
    shots.add("talk" if random.random() < 0.5 else "title", float(random.uniform(2, 4)))
    return spans


def _tell(random: np.random.Generator, plan: Plan, index: int) -> Told:
    """What is said about a step: enough to know it from the others; nothing if it is only shown."""
    if plan.kinds[index] == "shown":
        return ()
    step = plan.steps[index]
    mentioned = mention_more(random, needed_attributes(plan.steps, step) | {"colour"})
    return tuple(narrate(random, step, mentioned, int(random.integers(1, 4))))
