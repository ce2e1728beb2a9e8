"""Whose turn it is in the tab `Analyse`, and what of that is on its way to the page."""

from __future__ import annotations

from typing import Any

from mutualsl.ui.analyse.opened import Opened
from mutualsl.ui.turns import Turns


class AnalysisTurns(Turns):
    """One visitor's; opening predictions is reading, a question in view is answering."""

    def __init__(self) -> None:
        super().__init__()
        self.latest: Opened | None = None  # what the page was last told to remember
        self.opening = 0  # predictions on their way to the page
        self.arrived: tuple[dict[str, Any], str | None] | None = None  # not shown yet; and `other`
        self.other: str | None = None  # the file given to compare them with
