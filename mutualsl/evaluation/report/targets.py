"""What weights have to reach, shipped or not, and whether the measured numbers do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mutualsl.evaluation.report.markdown import part_name


class Least(NamedTuple):
    """Least mIoU of a predictor on one part of a data set, or on some kinds of its questions."""

    data: str
    split_set: str | None
    split: str
    head: str
    miou: float
    kinds: tuple[str, ...] = ()


LEAST = (
    Least("synthetic", None, "test", "visual", 60.0, ("shown", "both")),
    Least("synthetic", None, "test", "textual", 60.0, ("spoken", "both")),
    Least("tutorialvqa", "disjoint", "test", "textual", 50.0),
    Least("vehiclevqa", "disjoint", "test", "textual", 60.0),
    Least("medvidqa", "official", "val", "textual", 35.0),
    # Of weights trained on the published splits, which are not shipped.
    Least("tutorialvqa", "official", "test", "textual", 75.0),
    Least("vehiclevqa", "official", "test", "textual", 80.0),
)
GAIN = 5.0  # how far the answer has to lie above either predictor on rendered videos

TRANSFER = 2.0  # what mutual transfer has to give either predictor, a mean over seeds

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
    """Every requirement that the results in a record such as `metrics.json` speak of."""
    for row in record["rows"]:
        yield from (_at_least(least, row) for least in LEAST if _speaks_of(row, least))
        if row["data"] == "synthetic" and row["split"] == "test":
            higher = max(row["visual"]["mIoU"], row["textual"]["mIoU"])
            measured = row["answer"]["mIoU"]
            limit = higher + GAIN
            yield Target(
                f"{part_name(row, between=' ')}: answer, above either predictor",
                f"at least {limit:.2f}", measured, measured >= limit,
            )  # fmt: skip
    for control, head in CONTROLS:
        if control in record["controls"]:
            result = record["controls"][control]
            limit = result["whole_video"] + MARGIN
            name = f"{head} predictor, control: {control}"
            yield Target(name, f"at most {limit:.2f}", result[head], result[head] <= limit)


def gains(record: Mapping[str, Any]) -> Iterator[Target]:
    """What a record of Table 2 says of the transfer; nothing of other tables and without videos."""
    means = {
        (cell["data"], cell["split"], cell["row"]): cell["scores"]["mIoU"]["mean"]
        for cell in record["cells"]
        if record["table"] == "table2" and cell.get("scores")
    }
    for (data, split, row), mean in means.items():
        before = means.get((data, split, row.replace(" with ", " without ")))
        if " with " in row and before is not None:
            name = f"{data} {split}: gain of the {row}"
            gain = mean - before
            yield Target(name, f"at least {TRANSFER:.2f}", gain, gain >= TRANSFER)


def _speaks_of(row: Mapping[str, Any], least: Least) -> bool:
    same = (row["data"], row["split_set"], row["split"]) == least[:3]
    return same and (not least.kinds or "by_kind" in row)


def _at_least(least: Least, row: Mapping[str, Any]) -> Target:
    """Several kinds count by their numbers of questions."""
    parts = [row["by_kind"][kind] for kind in least.kinds] or [row]
    counts = [part[least.head]["n"] for part in parts]
    sums = [part[least.head]["mIoU"] * n for part, n in zip(parts, counts, strict=True)]
    measured = sum(sums) / max(1, sum(counts))
    kinds = ", kinds " + " and ".join(f"`{k}`" for k in least.kinds) if least.kinds else ""
    name = f"{part_name(row, between=' ')}: {least.head} predictor{kinds}"
    return Target(name, f"at least {least.miou:.2f}", measured, measured >= least.miou)
