"""What Tables 1 and 2, Fig. 3 and ours consist of: rows, data, and the recipe of each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mutualsl.models import profiles
from mutualsl.training.compared import DATA, LONG, RENDERED, UNTAUGHT, Data
from mutualsl.training.systems import SYSTEMS

FIGURE = "figure3"
PROFILES = "profiles"  # ours: the paper has none
LESSONS = "lessons"  # ours too


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One system as a table shows it."""

    name: str  # as the paper calls it
    model: str  # key of MODELS
    variant: str = ""  # of its recipe on rendered videos, where it has several
    settings: tuple[str, ...] = ()  # changes to its recipe, as `--set` takes them
    head: str = "answer"  # whose numbers are shown, a key of metrics.json
    both: bool = False  # whether it says something only of data with videos and subtitles
    remark: str = ""  # what has to be known of every number in it

    def recipe(self, data: Data) -> str:
        """What trains it for this data."""
        everywhere = data == RENDERED or self.variant == UNTAUGHT
        return data.recipe(self.model, self.variant if everywhere else "")


def run_name(recipe: str, settings: Sequence[str]) -> str:
    """What the folder of a recipe's runs with these settings is called."""
    return "_".join((recipe, *(setting.replace("=", "-") for setting in settings)))


_TOGETHER = ("together.epochs=2",)  # twice as long as in Table 1: one epoch shows little
_TAUGHT: dict[str, tuple[str, ...]] = {
    "nothing": ("mutual=false",),
    "spans, as in the paper": (),
    "spans, three times as much": ("mutual_weight=3",),
    "probabilities": ("lessons=soft",),
    "gold": ("lessons=gold",),
}

TABLES: dict[str, tuple[Row, ...]] = {
    "table1": (
        *(Row(name=system.title, model=system.model) for system in SYSTEMS),
        Row(name="MoR", model="mor", remark="without text in the picture (OCR)"),
        Row(name="VPTSL", model="vptsl"),
        Row(name="MutualSL", model="mutualsl"),
    ),
    "table2": tuple(
        Row(
            name=f"{head} predictor {'with' if taught else 'without'} transfer",
            model="mutualsl",
            variant=LONG if taught else UNTAUGHT,
            head=head,
            both=True,
        )
        for head in ("visual", "textual")
        for taught in (False, True)
    ),
    FIGURE: (Row(name="transfer weights", model="mutualsl", variant=LONG, both=True),),
    PROFILES: tuple(
        Row(name=f"{profile}: {head}", model="mutualsl", variant=profile, head=head, both=True)
        for head in ("visual", "textual")
        for profile in profiles.PROFILES
    ),
    LESSONS: tuple(
        Row(
            name=f"{head} predictor, taught {what}",
            model="mutualsl",
            settings=(*_TOGETHER, *settings),
            head=head,
            both=True,
        )
        for head in ("visual", "textual")
        for what, settings in _TAUGHT.items()
    ),
}


def data_of(table: str) -> tuple[Data, ...]:
    """What a table is made on: the paper's on everything, ours on rendered videos."""
    return (RENDERED,) if table in (PROFILES, LESSONS) else DATA
