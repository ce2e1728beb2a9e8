"""Numbers of other people's systems, as they were published."""

from __future__ import annotations

from typing import NamedTuple

from mutualsl.evaluation.metrics import COLUMNS


class Published(NamedTuple):
    """One system on one data set; R1@0.3, R1@0.5, R1@0.7 and mIoU, `None` where not given."""

    system: str
    numbers: tuple[float | None, float | None, float | None, float]

    def columns(self) -> dict[str, float | None]:
        """The numbers by the name of their column."""
        return dict(zip(COLUMNS, self.numbers, strict=True))


MUTUALSL = "MutualSL (Weng and Li, 2023)"
CACR = "CACR, a 7B video language model on MutualSL's candidates (2026)"

PUBLISHED: dict[str, tuple[Published, ...]] = {
    "tutorialvqa": (
        Published(MUTUALSL, (60.14, 43.59, 28.28, 43.48)),
        Published(CACR, (None, None, None, 43.65)),
    ),
    "vehiclevqa": (
        Published(MUTUALSL, (78.74, 69.81, 53.14, 65.74)),
        Published(CACR, (None, None, None, 72.11)),
    ),
    "medvidqa": (
        Published(MUTUALSL, (None, None, None, 58.32)),
        Published(CACR, (None, None, None, 59.65)),
    ),
}
