"""What a person and a plot see of a stage: a bar with the time left, and `log.jsonl`."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from torch import Tensor


class Report:
    """One stage's log and progress bar; does nothing in any but the main process.

    A line of the log is the mean over the batches since the last one: every named loss (0 for a
    batch without what it is about), both transfer weights, the learning rates. Where stderr is no
    terminal, lines stand in for the bar.
    """

    def __init__(self, out: Path, name: str, total: int, done: int, log_bytes: int, active: bool):
        self._path = out / "log.jsonl"
        self._name, self._total, self._done, self._active = name, total, done, active
        self._began_with, self._began = done, time.perf_counter()
        self._values: dict[str, list[Tensor | float]] = {}
        console = Console(stderr=True)
        self._terminal = console.is_terminal
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
            console=console, disable=not (active and self._terminal),
        )  # fmt: skip
        self._task = self._bar.add_task(name, total=total, completed=done)
        if active:
            with self._path.open("ab") as log:  # forget what a stopped run wrote after its state
                log.truncate(min(log_bytes, log.tell()))

    def __enter__(self) -> Report:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    @property
    def log_bytes(self) -> int:
        """Length of the log so far."""
        return self._path.stat().st_size if self._path.is_file() else 0

    def step(self, values: Mapping[str, Tensor | float]) -> None:
        """Count a batch and remember its numbers."""
        self._done += 1
        for name, value in values.items():
            kept = value.detach() if isinstance(value, Tensor) else value
            self._values.setdefault(name, []).append(kept)
        self._bar.update(self._task, completed=self._done)

    def flush(self, **about: Any) -> None:
        """Write one line: `about`, and the means of what was remembered."""
        means = {
            name: float(torch.tensor([float(v) for v in values]).mean())
            for name, values in self._values.items()
        }
        self._values.clear()
        if means:
            self.write(about | means)

    def epoch(self, record: dict[str, Any]) -> None:
        """Write an epoch's validation, and say it."""
        self.write(record)
        scores = ", ".join(f"{n} {r['mIoU']:.1f}" for n, r in record["validation"].items())
        self.say(f"epoch {record['epoch'] + 1}: validation mIoU {scores or '-'}")

    def say(self, message: str) -> None:
        """A line on stderr that stays."""
        if self._active:
            text = f"{self._name}: {message}{'' if self._terminal else self._left()}"
            self._bar.console.print(text) if self._terminal else print(text, file=sys.stderr)

    def _left(self) -> str:
        made = self._done - self._began_with
        if not made:
            return ""
        pace = (time.perf_counter() - self._began) / made
        minutes = pace * (self._total - self._done) / 60
        return f" ({self._done} of {self._total} batches, {minutes:.0f} min left)"

    def write(self, record: dict[str, Any]) -> None:
        """Write one line of the log."""
        if not self._active:
            return
        with self._path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(record) + "\n")
            log.flush()
            os.fsync(log.fileno())
