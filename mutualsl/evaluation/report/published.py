"""Numbers of other people's systems, as they were published."""

from __future__ import annotations

from typing import NamedTuple

from mutualsl.evaluation.metrics import COLUMNS

Numbers = tuple[float | None, float | None, float | None, float | None]


class Published(NamedTuple):
    """One system on one data set; R1@0.3, R1@0.5, R1@0.7 and mIoU, `None` where not given."""

    system: str
    numbers: Numbers

    def columns(self) -> dict[str, float | None]:
        """The numbers by the name of their column."""
        return dict(zip(COLUMNS, self.numbers, strict=True))


MUTUALSL = "MutualSL (Weng and Li, 2023)"
CACR = "CACR, a 7B video language model on MutualSL's candidates (2026)"

# MutualSL's textual predictor, which its answers come from.
_TEXTUAL: dict[str, Numbers] = {
    "medvidqa": (None, None, 39.99, 58.32),
    "tutorialvqa": (60.14, 43.59, 28.28, 43.48),
    "vehiclevqa": (78.74, 69.81, 53.14, 65.74),
}

PUBLISHED: dict[str, tuple[Published, ...]] = {
    "tutorialvqa": (
        Published(MUTUALSL, _TEXTUAL["tutorialvqa"]),
        Published(CACR, (None, None, None, 43.65)),
    ),
    "vehiclevqa": (
        Published(MUTUALSL, _TEXTUAL["vehiclevqa"]),
        Published(CACR, (None, None, None, 72.11)),
    ),
    "medvidqa": (
        Published(MUTUALSL, _TEXTUAL["medvidqa"]),
        Published(CACR, (None, None, None, 59.65)),
    ),
}

# The MutualSL paper's own tables, by table, row and data set; only what is known to us of them.
# Mean IoU without transfer in Table 2 is the number with it less the change that the text gives.
PAPER: dict[str, dict[str, dict[str, Numbers]]] = {
    "table1": {
        "MoR": {"medvidqa": (None, None, None, 30.67)},
        "VPTSL": {
            "medvidqa": (None, None, None, 57.81),
            "tutorialvqa": (None, None, None, 40.20),
            "vehiclevqa": (None, None, None, 64.51),
        },
        "MutualSL": _TEXTUAL,
    },
    "table2": {
        "visual predictor without transfer": {
            "medvidqa": (None, None, None, 16.42),
            "tutorialvqa": (None, None, None, 12.66),
            "vehiclevqa": (24.40, None, None, 18.53),
        },
        "visual predictor with transfer": {
            "medvidqa": (None, None, None, 21.45),
            "tutorialvqa": (None, None, None, 13.48),
            "vehiclevqa": (16.53, None, None, 20.19),
        },
        "textual predictor without transfer": {
            "medvidqa": (None, None, 43.87, 57.78),
            "tutorialvqa": (None, None, None, 40.44),
            "vehiclevqa": (None, None, None, 62.22),
        },
        "textual predictor with transfer": _TEXTUAL,
    },
    "profiles": {},  # the paper has no such table
    "lessons": {},  # nor this one
}
