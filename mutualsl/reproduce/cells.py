"""What stands at one place of a table before anything is trained."""

from __future__ import annotations

from dataclasses import dataclass

from mutualsl.reproduce.plan import Row
from mutualsl.reproduce.questions import Questions
from mutualsl.reproduce.runs import SeededRun
from mutualsl.training.compared import Data


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One row of a table on one part of a data set: its runs, or why there are none."""

    row: Row
    data: Data
    questions: Questions | None = None
    runs: tuple[SeededRun, ...] = ()
    missing: str | None = None
    without: tuple[str, ...] = ()  # modalities that the model reads and the data does not have
