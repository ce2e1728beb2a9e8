"""Answer: what both predictors say about one question, and which of them is believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import index
from typing import Any, Literal, SupportsIndex

from mutualsl.errors import QuestionError, UnknownName
from mutualsl.prediction import HeadPredictions, Prediction
from mutualsl.spans import Span, iou

Source = Literal["textual", "visual", "fallback"]
ReadOut = Literal["confident", "textual"]
READ_OUTS: tuple[ReadOut, ...] = ("confident", "textual")
MAX_QUESTION_CHARACTERS = 1000
UNANSWERED_BELOW = 0.2
"""An answer with a lower score is called probably not answered in the video.

A score is the calibrated probability that the span overlaps the answer by an IoU of at least 0.5,
so this is a bound on a probability of a question that the video answers.
"""
UNRELATED_BELOW = 0.33
"""A question that no subtitle comes nearer to is called so too, whatever its score.

The nearness is a cosine of sentence vectors. `python -m tools.unrelated` measures how many
questions that a video answers fall below, and how many of others (`docs/results/unrelated.json`).
"""


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Answer:
    """Both predictors' answers to one question, and the chosen one."""

    question: str
    duration_second: float
    visual: Prediction | None
    textual: Prediction | None
    span: Span
    score: float
    source: Source
    agreement: float | None  # IoU of the two spans
    related: float | None = None  # cosine of the question and the nearest subtitle, where known
    foreign: str | None = None  # what is not in English, as a subject with its verb
    warnings: tuple[str, ...] = ()
    video_name: str = ""
    model: dict[str, Any] | None = None
    timings: dict[str, float] | None = None  # seconds: video, features, question

    @property
    def doubt(self) -> str | None:
        """A sentence when the spans are guesses, or the answer is probably not in the video.

        The spans are given anyway. Without an answer to stand behind there is no probability to go
        by. The visual predictor reads the subtitles beside the pictures, so they mislead it too.
        """
        if self.foreign is not None:
            seen = self.visual is not None and self.visual.in_domain
            by_pictures = seen and "question" not in self.foreign
            return (
                f"Not to be relied on: {self.foreign} not in English, which is what this model has "
                "learned to read; the spans are guesses, and their scores say little."
                f"{' Ask without the subtitles to search the pictures alone.' * by_pictures}"
            )
        if self.unrelated:
            return (
                "Probably not answered in this video: nothing said in it is near to the question."
            )
        if self.source == "fallback" or self.score >= UNANSWERED_BELOW:
            return None
        return (
            "Probably not answered in this video: the chance that this span is right "
            f"(IoU ≥ 0.5) is put at less than {100 * UNANSWERED_BELOW:.0f} %."
        )

    @property
    def unrelated(self) -> bool:
        """Whether the question is about something that nobody speaks of; scores then say little."""
        return self.related is not None and self.related < UNRELATED_BELOW

    @property
    def chance(self) -> float | None:
        """The score where it is a chance: of a predictor, about something that it can read of."""
        unknown = self.source == "fallback" or self.unrelated or self.foreign is not None
        return None if unknown else self.score

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of the command line and the API, schema 1."""
        duration = _seconds(self.duration_second)
        return record(
            self.video_name,
            duration,
            self.model,
            [*([self.doubt] if self.doubt else []), *self.warnings],
            self.timings or {},
            question=self.question,
            visual=_head(self.visual, duration),
            textual=_head(self.textual, duration),
            answer={
                "span": _span(self.span, duration),
                "source": self.source,
                "score": round(self.score, 4),
            },
            agreement=None if self.agreement is None else round(self.agreement, 4),
        )


def record(
    video: str,
    duration_second: float,
    model: dict[str, Any] | None,
    warnings: Iterable[str],
    timings: Mapping[str, float],
    question: str | None = None,
    **found: Any,
) -> dict[str, Any]:
    """The JSON object of schema 1: what is known of a video alone, and what was found in it."""
    nothing = dict.fromkeys(("visual", "textual", "answer", "agreement"))
    return {
        "schema": 1,
        "video": video,
        "question": question,
        "duration": _seconds(duration_second),
        **nothing,
        **found,
        "warnings": list(warnings),
        "model": model,
        "timings": {stage: round(second, 3) for stage, second in timings.items()},
    }


def check_read_out(name: str) -> ReadOut:
    """One of `READ_OUTS` by its name; `UnknownName` if there is none."""
    for known in READ_OUTS:
        if known == name:
            return known
    raise UnknownName("read_out", name, READ_OUTS)


def check_how(top_k: int, read_out: str) -> None:
    """Raise `QuestionError` for what is no number of candidates, and what `check_read_out` does."""
    if not isinstance(top_k, SupportsIndex) or index(top_k) < 1:
        raise QuestionError(f"top_k is {top_k!r}; give a whole number from 1 on")
    check_read_out(read_out)


def check_question(question: str) -> None:
    """Raise `QuestionError` for a question that is empty, endless or no text."""
    if not isinstance(question, str):
        raise QuestionError(f"the question is of type {type(question).__name__}; give a text")
    if not question.strip():
        raise QuestionError("the question is empty; type what you want to see in the video")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"the question has {len(question):,} characters; "
            f"shorten it to at most {MAX_QUESTION_CHARACTERS:,}"
        )
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise QuestionError("the question holds half a character; type it again")


def choose(
    heads: HeadPredictions, duration_second: float, read_out: ReadOut = "confident"
) -> tuple[Span, float, Source]:
    """The span to believe, its score and where it comes from.

    `textual` is the paper's rule; `confident` takes the head with the higher calibrated score. The
    visual head counts only on footage like what it has learned. With nothing left to believe, the
    answer is the whole video.
    """
    textual, visual = heads.textual, heads.visual
    if visual is not None and not visual.in_domain:
        visual = None
    if textual is not None and (
        read_out == "textual" or visual is None or textual.score >= visual.score
    ):
        return textual.span, textual.score, "textual"
    if visual is not None:
        return visual.span, visual.score, "visual"
    return Span(0.0, duration_second), 0.0, "fallback"


def agreement(heads: HeadPredictions) -> float | None:
    """IoU of the two heads' spans; `None` if one is missing."""
    if heads.visual is None or heads.textual is None:
        return None
    return iou(heads.visual.span, heads.textual.span)


def _seconds(value: float) -> float:
    return round(float(value), 3)


def _span(span: Span, duration: float) -> list[float]:
    """Rounded, which moves it neither out of the video nor to nothing."""
    end = min(_seconds(span.end_second), duration)
    start = min(_seconds(span.start_second), _seconds(end - 0.001))
    return [max(0.0, start), end]


def _head(prediction: Prediction | None, duration: float) -> dict[str, Any] | None:
    if prediction is None:
        return None
    return {
        "span": _span(prediction.span, duration),
        "score": round(prediction.score, 4),
        "candidates": [
            [*_span(each.span, duration), round(each.score, 4)] for each in prediction.candidates
        ],
        "in_domain": prediction.in_domain,
    }
