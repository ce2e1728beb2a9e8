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
    value, problem = yield from tried(function, first_stage, *paths, view=view, line=line)
    if problem is not None:
        yield view(status=problem)
    return value


def tried(
    function: Callable[[Report], T],
    first_stage: str,
    *paths: str | None,
    view: Callable[..., View] = view,
    line: Line = MACHINE,
) -> Steps[tuple[T | None, str | None]]:
    """As `watched`, but a failure is returned, as the status line that says it."""
    work = Work(function, first_stage, line)
    for update in work:
        yield view(status=status.running(update))
    try:
        return work.result(), None
    except Exception as error:  # the page is the last to hear of it: say it, never break
        return None, status.failed(error, *paths)
