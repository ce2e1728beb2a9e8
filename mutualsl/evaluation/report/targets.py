"""What the first checkpoint has to reach, and whether the measured numbers do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

# Rendered test questions: the kind asks for one predictor, the number is the least mIoU.
LEAST = (("shown", "visual", 45.0), ("spoken", "textual", 50.0))

# A control takes away what a predictor should look at. Its mIoU may then lie this far above
# that of the whole video, which anybody can answer; below it is as good as chance.
MARGIN = 5.0
CONTROLS = (
    ("question about another video", "visual"),
    ("question about another video", "textual"),
    ("rows of another video", "visual"),
    ("motion questions, steps frozen", "visual"),
)


class Target(NamedTuple):
    """One requirement beside the number it asks about."""

    what: str
    requirement: str
    measured: float
    met: bool

    @property
    def verdict(self) -> str:
        """In words."""
        return "met" if self.met else "not met"


def targets(record: Mapping[str, Any]) -> Iterator[Target]:
    """Every requirement that the results in a checkpoint's `metrics.json` speak of."""
    for row in record["rows"]:
        if row["data"] == "synthetic" and row["split"] == "test" and "by_kind" in row:
            for kind, head, least in LEAST:
                measured = row["by_kind"][kind][head]["mIoU"]
                name = f"{head} predictor, questions of kind `{kind}`"
                yield Target(name, f"at least {least:.2f}", measured, measured >= least)
            break
    for control, head in CONTROLS:
        if control in record["controls"]:
            result = record["controls"][control]
            limit = result["whole_video"] + MARGIN
            name = f"{head} predictor, control: {control}"
            yield Target(name, f"at most {limit:.2f}", result[head], result[head] <= limit)
