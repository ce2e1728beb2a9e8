"""One training with one seed, and its answers: made where they are missing, else used again."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutualsl.answer import ReadOut
from mutualsl.atomic import write_whole
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

QUESTIONS = "questions.txt"  # in a run's folder: `learned_id` of the questions that taught it
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

    def train(
        self,
        questions: Questions,
        root: Path,
        visual: Path,
        deadline: float | None,
        device: str,
    ) -> None:
        """Train, or go on with what was stopped; raises `MutualSLError` where it cannot."""
        questions.check_train(self.reads)
        run(self.config, root, self.folder, visual, resume=True, deadline=deadline, device=device)
        write_whole(self.folder / QUESTIONS, questions.learned_id(self.reads) + "\n")

    @property
    def learned_id(self) -> str | None:
        """Of the training questions that it learned from; `None` where that was not noted."""
        note = self.folder / QUESTIONS
        return note.read_text().strip() if note.is_file() else None

    def answers(self, questions: Questions) -> Path:
        """Folder of the evaluation, whether it is there or not."""
        name = "-".join(part for part in questions.data if part)
        return self.folder / "evaluation" / name

    def answered(self, questions: Questions) -> bool:
        """Whether these weights have answered exactly these questions."""
        out = self.answers(questions)
        if self._outdated(questions):
            return False
        if not (self.about and (out / "run.json").is_file() and (out / "metrics.json").is_file()):
            return False
        same = read_json(out / "run.json")["weights"] == weights_id(self.checkpoint)
        return same and questions.are_those_of(out / "predictions.jsonl")

    @property
    def reads(self) -> Collection[str]:
        """What its model reads where it is there."""
        return MODELS[self.config.model][0].reads if isinstance(self.config, RunConfig) else ()

    def _outdated(self, questions: Questions) -> str | None:
        """What a run did that one on the data of now would not do; more is learned by going on."""
        learned_from = self.about.get("learned_from") if self.finished else None
        return outdated(self.reads, learned_from, self.learned_id, questions)

    def answer(self, questions: Questions, root: Path, device: str) -> None:
        """Answer every question and measure the answers.

        Raises `DataError` for a run that has not learned from what there is to learn from now.
        """
        if other := self._outdated(questions):
            raise DataError(
                f"{self.folder}: this run {other}; remove its folder, or take another --out"
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


def outdated(
    reads: Collection[str],
    learned_from: Collection[str] | None,
    learned_id: str | None,
    questions: Questions,
) -> str | None:
    """How a model learned from other than the training data of now, in words; `None` if it did not.

    `learned_from` is which modalities that data had, `learned_id` its questions; nothing is said
    of what is not known.
    """
    known = questions.learned_with if learned_from is None else set(learned_from)
    if new := sorted((questions.learned_with & set(reads)) - known):
        return f"learned without {' and '.join(new)}, which the data has now"
    if learned_id not in (None, questions.learned_id(reads)):
        return "learned from other training questions, answers or subtitles than there are now"
    return None
