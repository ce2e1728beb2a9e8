"""What commands print: progress on stderr, the answer for people."""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mutualsl.spans import clock_range

if TYPE_CHECKING:
    from mutualsl.answer import Answer


_CONTROL = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f]")  # all but tabs and ends of lines


def printable(text: str) -> str:
    """The text with a sign in place of control characters, which could command the terminal.

    They may stand in names of files, in transcripts and in what videos say about themselves.
    """
    return _CONTROL.sub("\ufffd", text)


def say(message: str) -> None:
    """Print a message as one line on stderr."""
    print(f"mutualsl: {printable(' '.join(message.split()))}", file=sys.stderr)


def write_anything() -> None:
    """Let stdout take any text: what its encoding lacks is escaped, as JSON does it.

    Terminals may know ASCII alone, and names of files may be no text at all.
    """
    codecs.register_error("mutualsl.escape", _escaped)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="mutualsl.escape")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


LINE_EVERY_SECOND = 60.0


@contextmanager
def progress(title: str) -> Iterator[Callable[[str, float], None]]:
    """A progress bar on stderr; where that is no terminal, a line every minute."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _now_and_then(LINE_EVERY_SECOND)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda stage, fraction: bar.update(task, description=stage, completed=fraction)


def _now_and_then(every_second: float) -> Callable[[str, float], None]:
    due_second = time.monotonic() + every_second

    def report(stage: str, fraction: float) -> None:
        nonlocal due_second
        if time.monotonic() >= due_second:
            due_second = time.monotonic() + every_second
            say(f"{stage} ({fraction:.0%})")

    return report


def answer_table(answer: Answer) -> str:
    """The answer for people."""
    lines = [f"{answer.question}", ""]
    for name, head in (("visual", answer.visual), ("textual", answer.textual)):
        if head is None:
            lines.append(f"  {name:8} -")
            continue
        note = "" if head.in_domain else "  (outside what this predictor has learned)"
        lines.append(f"  {name:8} {clock_range(head.span)}   score {head.score:.2f}{note}")
    span = clock_range(answer.span)
    lines.append(f"  {'answer':8} {span}   score {answer.score:.2f}  from {answer.source}")
    if answer.doubt is not None:
        lines.append(f"  {answer.doubt}")
    if answer.agreement is not None:
        lines.append(f"  agreement (IoU) {answer.agreement:.2f}")
    lines += [f"  note: {warning}" for warning in answer.warnings]
    return "\n".join(lines)
