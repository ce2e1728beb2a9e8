"""Long work as steps of the page: its progress in the status line, its failure as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from mutualsl.ui import status
from mutualsl.ui.line import MACHINE, Line
from mutualsl.ui.parts import View
from mutualsl.ui.progress import Report, Work
from mutualsl.ui.views import view

T = TypeVar("T")
Steps = Generator[View, None, T]


def watched(
    function: Callable[[Report], T],
    first_stage: str,
    *paths: str | None,
    view: Callable[..., View] = view,
    line: Line = MACHINE,
) -> Steps[T | None]:
    """Run long work with its progress in the status line; `None` when it failed and was said.

    `view` makes the steps of the tab that shows it; the work stands in `line`.
    """
    work = Work(function, first_stage, line)
    for update in work:
        yield view(status=status.running(update))
    try:
        return work.result()
    except Exception as error:  # the page is the last to hear of it: say it, never break
        yield view(status=status.failed(error, *paths))
        return None
