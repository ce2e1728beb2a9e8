"""One training with one seed, and its answers: made where they are missing, else used again."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutualsl.answer import ReadOut
from mutualsl.errors import DataError
from mutualsl.evaluation.collect import read_json
from mutualsl.evaluation.evaluate import evaluate
from mutualsl.evaluation.record import weights_id, write_run
from mutualsl.features import FeatureCache
from mutualsl.inference import AnswerLocalizer
from mutualsl.models import MODELS
from mutualsl.reproduce.questions import Questions
from mutualsl.training.config import RunConfig
from mutualsl.training.run import run
from mutualsl.training.run_note import NOTE, Run, is_note_of

READ_OUT: ReadOut = "textual"  # the paper's: the textual span where there is one


@dataclass(frozen=True, kw_only=True, slots=True)
class SeededRun:
    """A recipe with its settings and seed, in a folder of its own."""

    config: Run
    seed: int
    folder: Path
    visual: str  # fingerprint of the encoder whose rows it learns from, where it reads rows

    @property
    def name(self) -> str:
        """What progress calls it."""
        return f"{self.folder.parent.name}, seed {self.seed}"

    @property
    def checkpoint(self) -> Path:
        """Folder of what was learned."""
        return self.folder / "checkpoint"

    @property
    def about(self) -> dict[str, Any]:
        """What the checkpoint says of its training; empty where there is none by this recipe."""
        about: dict[str, Any] = self._record.get("about", {})
        return about

    @property
    def _record(self) -> dict[str, Any]:
        note, config = self.folder / NOTE, self.checkpoint / "config.json"
        if not (note.is_file() and config.is_file() and is_note_of(note.read_text(), self.config)):
            return {}
        record: dict[str, Any] = json.loads(config.read_text())
        learned_from = record.get("about", {}).get("learned_from")
        return record if self.reads_rows_of(record["visual"]["fingerprint"], learned_from) else {}

    def reads_rows_of(self, visual: str, learned_from: Collection[str] | None) -> bool:
        """Whether what learned from rows of `visual` is this run; without rows it is."""
        looked = "video" in (self.reads if learned_from is None else learned_from)
        return not looked or visual == self.visual

    @property
    def finished(self) -> bool:
        """Whether it was trained to the end."""
        about = self.about
        return bool(about) and about.get("stopped") is None

    def train(self, root: Path, visual: Path, deadline: float | None, device: str) -> None:
        """Train, or go on with what was stopped; raises `MutualSLError` where it cannot."""
        run(self.config, root, self.folder, visual, resume=True, deadline=deadline, device=device)

    def answers(self, questions: Questions) -> Path:
        """Folder of the evaluation, whether it is there or not."""
        name = "-".join(part for part in questions.data if part)
        return self.folder / "evaluation" / name

    def answered(self, questions: Questions) -> bool:
        """Whether these weights have answered exactly these questions."""
        out = self.answers(questions)
        if self._unread(questions):
            return False
        if not (self.about and (out / "run.json").is_file() and (out / "metrics.json").is_file()):
            return False
        same = read_json(out / "run.json")["weights"] == weights_id(self.checkpoint)
        return same and questions.are_those_of(out / "predictions.jsonl")

    @property
    def reads(self) -> Collection[str]:
        """What its model reads where it is there."""
        return MODELS[self.config.model][0].reads if isinstance(self.config, RunConfig) else ()

    def _unread(self, questions: Questions) -> list[str]:
        """What there is to learn from now, and was not when a finished run learned."""
        learned_from = self.about.get("learned_from") if self.finished else None
        return unread(self.reads, learned_from, questions)

    def answer(self, questions: Questions, root: Path, device: str) -> None:
        """Answer every question and measure the answers.

        Raises `DataError` for a run that has not learned from all there is to learn from now.
        """
        if new := self._unread(questions):
            raise DataError(
                f"{self.folder}: this run learned without {' and '.join(new)}, which the data has "
                "now; remove its folder, or take another --out"
            )
        out = self.answers(questions)
        (out / "run.json").unlink(missing_ok=True)  # half an evaluation is none
        localizer = AnswerLocalizer.from_pretrained(self.checkpoint, device)
        localizer.cache = FeatureCache(root / ".features", limit_bytes=2**40)
        evaluate(
            localizer, questions.asked, questions.folder, out,
            dataset=questions.source, read_out=READ_OUT,
        )  # fmt: skip
        write_run(
            out, folder=self.checkpoint, checkpoint=localizer.checkpoint,
            dataset=questions.data.name, data_root=questions.folder, split=questions.data.split,
            split_set=questions.data.split_set, read_out=READ_OUT,
        )  # fmt: skip


def unread(
    reads: Collection[str], learned_from: Collection[str] | None, questions: Questions
) -> list[str]:
    """What a model reads, and the training data has, but had not when the model was trained.

    `learned_from` is what it had then; nothing is said where that is not known.
    """
    if learned_from is None:
        return []
    return sorted((questions.learned_with & set(reads)) - set(learned_from))
