"""From the name of a table to its record: train and answer what is missing, then collect."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from mutualsl.errors import DataError, MutualSLError, known, no_worker_lost
from mutualsl.features import encoder_at
from mutualsl.models import MODELS
from mutualsl.reproduce.budget import Budget
from mutualsl.reproduce.cells import Cell
from mutualsl.reproduce.collect import record
from mutualsl.reproduce.measured import MEASURED, Measured, measured, write
from mutualsl.reproduce.plan import TABLES, Row, data_of, run_name
from mutualsl.reproduce.questions import Questions, read_questions
from mutualsl.reproduce.runs import SeededRun
from mutualsl.training.compared import Data
from mutualsl.training.overrides import override
from mutualsl.training.recipes import RECIPES

Say = Callable[[str, float], None]
log = logging.getLogger(__name__)

NO_TIME = "no time was left; run the same command again to go on"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reproduction:
    """A table to be made from the data below `root`; runs and results lie below `out`."""

    table: str
    root: Path
    out: Path
    visual: Path
    seeds: int = 3
    device: str = "auto"
    workers: int = 1  # runs at a time, each in a process of its own with its share of the cores
    measured: Path | None = None  # folder of files of runs that were made before, see `measured`

    def make(self, budget: Budget, say: Say = lambda what, share: None) -> dict[str, Any]:
        """Do what is missing, as far as the budget goes, and return the record of the table."""
        asked = known("table", self.table, TABLES)
        encoder = encoder_at(self.visual)
        found, rows = dict(self._questions(encoder.name)), encoder.fingerprint
        cells = [self._cell(row, rows, *part) for row in asked for part in found.items()]
        reasons = self._work(cells, budget, say)
        names = {run.folder: run.name for cell in cells for run in cell.runs}
        for folder, reason in reasons.items():
            if reason != NO_TIME:  # which the table says
                log.warning("%s: %s", names[folder], reason)
        runs = dict(self._measured(cells))
        for run in runs.values():
            write(run, self.out / MEASURED)
        return record(self.table, cells, runs, reasons, self.out / "references")

    def _measured(self, cells: Iterable[Cell]) -> Iterator[tuple[Path, Measured]]:
        """What is known of every run, by its folder."""
        for cell in cells:
            for run in cell.runs:
                if cell.questions and (found := measured(run, cell.questions, self.measured)):
                    yield run.folder, found

    def _questions(self, encoder: str) -> Iterator[tuple[Data, Questions | str]]:
        for data in data_of(self.table):
            try:
                yield data, read_questions(data, self.root, encoder)
            except DataError as error:
                yield data, self._plain(error)

    def _plain(self, error: Exception) -> str:
        """What an error says, without the folders of this machine."""
        text = " ".join(str(error).split()).replace(str(self.out), "OUT")
        return text.replace(str(self.root), "ROOT")

    def _cell(self, row: Row, rows: str, data: Data, questions: Questions | str) -> Cell:
        recipe = row.recipe(data)
        if isinstance(questions, str):
            return Cell(row=row, data=data, missing=questions)
        if row.model not in MODELS or recipe not in RECIPES:
            return Cell(
                row=row, data=data, questions=questions, missing=f"there is no recipe {recipe}"
            )
        kind = MODELS[row.model][0]
        nothing = not questions.modalities & set(kind.reads)
        needed = kind.reads if row.both or nothing else kind.needs
        if lacking := questions.lack(needed):
            return Cell(row=row, data=data, questions=questions, missing=lacking)
        return Cell(
            row=row, data=data, questions=questions,
            runs=tuple(self._run(recipe, row.settings, rows, seed) for seed in range(self.seeds)),
            without=tuple(name for name in kind.reads if name not in questions.modalities),
        )  # fmt: skip

    def _run(self, recipe: str, settings: Sequence[str], rows: str, seed: int) -> SeededRun:
        name = run_name(recipe, settings)
        config = override(RECIPES[recipe](), [*settings, f"seed={seed}"])
        folder = self.out / "runs" / name / f"seed-{seed}"
        return SeededRun(config=config, seed=seed, folder=folder, visual=rows)

    def _work(self, cells: Sequence[Cell], budget: Budget, say: Say) -> Mapping[Path, str]:
        """Train and answer what is not there; why a run, by its folder, is not there after all.

        The first seed of every cell comes before the second of any.
        """
        done = {folder for folder, run in self._measured(cells) if not run["stopped"]}
        todo: dict[Path, tuple[SeededRun, Questions]] = {}
        for number in range(self.seeds):
            for cell in cells:
                if cell.runs and cell.questions and cell.runs[number].folder not in done:
                    todo.setdefault(cell.runs[number].folder, (cell.runs[number], cell.questions))
        waiting, count = list(todo.values()), len(todo)
        reasons: dict[Path, str] = {}
        began: dict[Future[str | None], Path] = {}
        with no_worker_lost(), self._executor() as executor:
            while waiting or began:
                while waiting and len(began) < self.workers:
                    run, questions = waiting.pop(0)
                    if budget.spent:
                        reasons[run.folder] = NO_TIME
                        continue
                    place = count - len(waiting)
                    say(f"{place} of {count}: {run.name}", (place - 1) / count)
                    deadline = budget.deadline(len(waiting) + 1, self.workers)
                    began[executor.submit(self._finish, run, questions, deadline)] = run.folder
                for ended in wait(began, return_when=FIRST_COMPLETED).done:
                    folder, reason = began.pop(ended), ended.result()
                    if reason is not None:
                        reasons[folder] = reason
        return reasons

    def _executor(self) -> Executor:
        if self.workers == 1:
            return _Here()
        threads = max(1, (os.cpu_count() or 1) // self.workers)
        return ProcessPoolExecutor(
            self.workers, get_context("spawn"), torch.set_num_threads, (threads,)
        )

    def _finish(self, run: SeededRun, questions: Questions, deadline: float | None) -> str | None:
        """Train and answer what is missing of a run; returns why that was not possible."""
        try:
            if not run.finished:
                run.train(questions, self.root, self.visual, deadline, self.device)
            run.answer(questions, self.root, self.device)
        except MutualSLError as error:
            return self._plain(error)
        return None


class _Here(Executor):
    """Does what it is given at once, in this process."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The result is there when this returns; an error is raised by it."""
        future: Future[Any] = Future()
        future.set_result(function(*args, **kwargs))
        return future
