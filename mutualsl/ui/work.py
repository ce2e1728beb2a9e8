"""The work that a visitor starts, step by step: reading files, and answering questions about them.

Each step is a view of the page; whose turn it is decides whether the next one comes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from mutualsl.answer import Answer, check_question
from mutualsl.encoded import ASK_AT_ONCE
from mutualsl.errors import QuestionError
from mutualsl.ui import limits, status, zero_gpu
from mutualsl.ui.progress import Report
from mutualsl.ui.reader import Reader
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.text import file_name
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import (
    Loaded,
    emptied,
    locked,
    shown,
    unasked,
    unlocked,
    view,
    with_answer,
)
from mutualsl.ui.watching import Steps, watched


@dataclass(frozen=True, slots=True)
class Work:
    """What can be done with the models and the reader of files.

    `problem` is a status line of before, which the visitor has yet to read.
    """

    shelf: Shelf
    reader: Reader

    def load(
        self,
        video: str | None,
        subtitles: str | None,
        model: str,
        for_question: bool = False,
    ) -> Steps[Loaded | None]:
        """Read, on an empty page unless it is at hand; the button waits `for_question`."""
        used = self.reader.used(video, subtitles)
        loaded = self.reader.kept(model, *used)
        if loaded is None:
            yield view(**emptied(), ask=locked())
            work = partial(self.reader.read, model, *used)
            loaded = yield from watched(work, "video", *used)
        if loaded is None:
            yield view(ask=unlocked())
        else:
            if subtitles is not None and used != (video, subtitles):
                loaded = replace(loaded, unused=file_name(subtitles))
            button = locked() if for_question else unlocked()
            yield view(**unasked(loaded), ask=button, model=model, clip="")
        return loaded

    def load_and_answer(
        self,
        video: str | None,
        subtitles: str | None,
        question: str,
        model: str,
        turns: Turns,
        problem: str | None = None,
    ) -> Steps[None]:
        """Read, and answer `question`, or a later one that waits by then."""
        reading = self.load(video, subtitles, model, for_question=True)
        loaded = yield from turns.read(reading, question)
        if loaded is not None:
            question = turns.waiting or question
            yield from turns.answer(self._answer(loaded, question, problem), question)

    def answer(
        self, loaded: Loaded, question: str, turns: Turns, problem: str | None = None
    ) -> Steps[None]:
        """Answer about a video that has been read."""

        def steps() -> Steps[None]:
            yield view(ask=locked(), clip="")
            yield from self._answer(loaded, question, problem)

        yield from turns.answer(steps(), question)

    def _answer(self, loaded: Loaded, question: str, problem: str | None) -> Steps[None]:
        """Each line of `question` is one; the last answer stays on the page.

        Each is shown as soon as it is answered. Where a GPU is lent, every time it is asked for
        costs seconds, so there as many are asked together as go into one batch.
        """
        lines = _lines(question)
        at_once = ASK_AT_ONCE if zero_gpu.ACTIVE else 1
        for begin in range(0, len(lines), at_once):
            together = lines[begin : begin + at_once]
            answers = yield from watched(partial(self._ask, loaded, together), "question")
            if answers is None:
                yield view(ask=unlocked())
                return
            for answer in answers:
                loaded = with_answer(loaded, answer)
            changes = {"loaded": loaded, **shown(loaded, len(loaded.answers) - 1)}
            if begin + at_once >= len(lines):
                changes |= {"ask": unlocked()} | ({} if problem is None else {"status": problem})
            yield view(**changes)

    def _ask(self, loaded: Loaded, questions: list[str], report: Report) -> list[Answer]:
        return self.shelf.get(loaded.model).ask_many(loaded.encoded, questions)


def refused(question: str) -> str | None:
    """Why nothing of what was typed is asked, as a status line; `None` where all of it can be."""
    lines = _lines(question)
    try:
        for line in lines:
            check_question(line)
        if len(lines) > limits.MAX_QUESTIONS:
            text = f"these are {len(lines)} questions; ask at most {limits.MAX_QUESTIONS} at once"
            raise QuestionError(text)
    except QuestionError as error:
        return status.failed(error)
    return None


def _lines(question: str) -> list[str]:
    """Each line is a question."""
    return [line for line in question.splitlines() if line.strip()] or [question]
