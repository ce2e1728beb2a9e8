"""Every question with what went right and wrong, ready to sort, filter and write down."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutualsl.atomic import atomic_output
from mutualsl.evaluation.compare import Compared
from mutualsl.evaluation.errors import ErrorClass, classify
from mutualsl.evaluation.ious import FIRST, HEADS, SCORED, Ious, measure
from mutualsl.evaluation.predictions import QuestionResult
from mutualsl.evaluation.slices import SLICES, labels_of

ORACLES = ("oracle", f"oracle@{FIRST}")
UNANSWERED = ", 0 where neither gave any, though a whole video as fallback may overlap gold"
CEILINGS = {
    "cue edges": "spans that begin and end with a cue, as the textual predictor's do",
    "row edges": "spans that begin and end with a one-second row, as the visual predictor's do",
    ORACLES[0]: f"always the better one of the two predictors' spans{UNANSWERED}",
    ORACLES[1]: f"always the best one of the first {FIRST} candidates of both{UNANSWERED}",
}
PREDICTED = ("source", *(f"{head}_" for head in HEADS))  # how names of such columns begin
_FORMULA_SIGNS = {"=", "+", "-", "@", "\t", "\r"}


@dataclass(frozen=True, slots=True)
class Analysis:
    """Questions in the order of their file, with IoU and error class of each head."""

    results: Sequence[QuestionResult]
    ious: Ious
    classes: Mapping[str, tuple[ErrorClass, ...]]  # one a question, for visual, textual, answer
    labels: Mapping[str, list[str]]  # one a question, for each of `SLICES`

    def class_counts(self, head: str) -> dict[ErrorClass, int]:
        """How many questions have each class that occurs, in the order of the classes."""
        counts = Counter(self.classes[head])
        return {kind: counts[kind] for kind in ErrorClass if counts[kind]}

    def ceilings(self) -> dict[str, float]:
        """Best mIoU in percent by each of `CEILINGS`, over the questions where it is known."""
        known = {
            "cue edges": [r.cue_ceiling for r in self.results if r.cue_ceiling is not None],
            "row edges": [r.row_ceiling for r in self.results if r.row_ceiling is not None],
            **{name: self.ious.values[:, SCORED.index(name)].tolist() for name in ORACLES},
        }
        return {name: 100.0 * sum(own) / len(own) for name, own in known.items() if own}

    def rows(self) -> Iterator[dict[str, Any]]:
        """A flat row for each question: identity, spans, IoU, classes and slices."""
        for place, result in enumerate(self.results):
            row: dict[str, Any] = {
                "sample_id": result.sample_id,
                "video_id": result.video_id,
                "question": result.question,
                "duration": result.duration_second,
                "gold_start": result.gold.start_second,
                "gold_end": result.gold.end_second,
                "source": result.source,
            }
            for column, head in enumerate(HEADS):
                found = getattr(result, head)
                row[f"{head}_start"] = found and found.span.start_second
                row[f"{head}_end"] = found and found.span.end_second
                row[f"{head}_score"] = found and found.score
                row[f"{head}_iou"] = (
                    round(float(self.ious.values[place, column]), 4) if found else None
                )
                row[f"{head}_error"] = self.classes[head][place].value
                if head != "answer":
                    row[f"{head}_in_domain"] = found and found.in_domain
            yield row | {name: own[place] for name, own in self.labels.items()}


def analyse(results: Sequence[QuestionResult]) -> Analysis:
    """Measure and classify every answer."""
    classes = {head: classify(results, head) for head in HEADS}
    labels = {name: labels_of(name, results) for name in SLICES}
    return Analysis(results, measure(results), classes, labels)


def write_csv(
    analysis: Analysis,
    path: Path,
    more: Sequence[Mapping[str, Any]] | None = None,
    compared: Compared | None = None,
) -> None:
    """All rows with a header; text that a spreadsheet would run as a formula is quoted first.

    The file begins with a byte order mark, by which Excel knows that it is UTF-8. `more` has
    further columns for each row; those of B in `compared` come last.
    """
    rows = list(analysis.rows())
    if more is not None:
        rows = [{**row, **own} for row, own in zip(rows, more, strict=True)]
    if compared is not None:
        rows = [{**row, **own} for row, own in zip(rows, _beside(compared), strict=True)]
    with (
        atomic_output(path) as partial,
        partial.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)


def _beside(compared: Compared) -> Iterator[dict[str, Any]]:
    """What B answered to each question, and by how much its answer's IoU is higher."""
    rows = analyse(compared.second).rows()
    for row, change in zip(rows, compared.changes, strict=True):
        own = {name: value for name, value in row.items() if name.startswith(PREDICTED)}
        yield {**{f"b_{name}": value for name, value in own.items()}, "change": round(change, 4)}


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA_SIGNS else value
