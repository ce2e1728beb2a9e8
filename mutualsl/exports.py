"""An answer as a file that other programs read: JSON, CSV, and chapters in WebVTT."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from mutualsl.answer import Answer
from mutualsl.spans import Span
from mutualsl.subtitles import Cue, Subtitles, to_webvtt


class Export(NamedTuple):
    """One way to write an answer down."""

    name: str  # as a visitor reads it
    suffix: str
    media_type: str
    write: Callable[[Answer], str]


def to_json(answer: Answer) -> str:
    """The object of the command line and the API."""
    return json.dumps(answer.to_dict(), ensure_ascii=False, indent=2) + "\n"


def to_csv(answer: Answer) -> str:
    """A row for each span: who gives it, its rank, start and end in seconds, score."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["predictor", "rank", "start", "end", "score"])
    for name, rank, span, score in _spans(answer):
        writer.writerow([name, rank, *(f"{second:.3f}" for second in span), f"{score:.4f}"])
    return file.getvalue()


def to_chapters(answer: Answer) -> str:
    """The best span of each predictor and the answer, as chapters in the order of time."""
    chapters = [
        Cue(span.start_second, span.end_second, f"{name}: {' '.join(answer.question.split())}")
        for name, rank, span, _ in _spans(answer)
        if rank == 1
    ]
    chapters.sort(key=lambda chapter: (chapter.start_second, -chapter.end_second))
    return to_webvtt(Subtitles(cues=tuple(chapters)))


def _spans(answer: Answer) -> Iterator[tuple[str, int, Span, float]]:
    """Answer and candidates; a predictor outside its domain stands behind none of its own."""
    yield "answer", 1, answer.span, answer.score
    for name, head in (("visual", answer.visual), ("textual", answer.textual)):
        if head is not None and head.in_domain:
            for rank, candidate in enumerate(head.candidates, start=1):
                yield name, rank, candidate.span, candidate.score


EXPORTS: Mapping[str, Export] = {
    "json": Export("JSON", "json", "application/json", to_json),
    "csv": Export("CSV", "csv", "text/csv", to_csv),
    "chapters": Export("chapters", "vtt", "text/vtt", to_chapters),
}
