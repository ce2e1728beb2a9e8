"""Questions of a script: each names enough attributes to fit exactly one of its steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mutualsl.data.synthetic.script import Attributes, Script, stream
from mutualsl.data.synthetic.wording import ask

ALWAYS = ("action", "object")
EXTRA = ("colour", "tool", "place")


def matches(step: Attributes, other: Attributes, mentioned: set[str]) -> bool:
    """Whether `other` fits a description of `step` by the mentioned attributes."""
    return all(getattr(step, name) == getattr(other, name) for name in mentioned)


def needed_attributes(steps: Sequence[Attributes], step: Attributes) -> set[str]:
    """Action, object, and the fewest others that tell a step from all other steps."""
    mentioned = set(ALWAYS)
    others = [other for other in steps if other is not step]
    for name in EXTRA:
        rivals = [other for other in others if matches(step, other, mentioned)]
        if not rivals:
            break
        if any(getattr(step, name) != getattr(other, name) for other in rivals):
            mentioned.add(name)
    return mentioned


def mention_more(random: np.random.Generator, needed: set[str]) -> set[str]:
    """The needed attributes and, mostly, the colour and now and then tool or place."""
    shares = {"colour": 0.7, "tool": 0.25, "place": 0.25}
    return needed | {name for name in EXTRA if random.random() < shares[name]}


def questions_of(script: Script) -> list[dict[str, str | float]]:
    """Rows of the data layout, one or two for each step."""
    random = stream("questions", script.video_id)
    everything = [step.attributes for step in script.steps]
    rows: list[dict[str, str | float]] = []
    for step in script.steps:
        needed = needed_attributes(everything, step.attributes)
        texts: list[str] = []
        for _ in range(1 + int(random.random() < 0.5)):
            text = ask(random, script.split, step.attributes, mention_more(random, needed))
            if text in texts:
                continue
            texts.append(text)
            row: dict[str, str | float] = {
                "sample_id": f"{script.video_id}-{step.index}-{len(texts)}",
                "video_id": script.video_id,
                "question": text,
                "start": step.start_second,
                "end": step.end_second,
                "duration": script.duration_second,
                "kind": step.kind,
            }
            if script.motion_only and step.kind != "spoken":
                row["differs_by"] = "motion"
            rows.append(row)
    return rows
