"""predictions.jsonl: what was answered to every question, beside what was right.

All analysis starts from these rows alone: neither the model nor the data set is needed again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutualsl.answer import Answer
from mutualsl.data.ceilings import best_iou, covered_share, cue_edges, row_edges
from mutualsl.data.example import Example, VideoInput
from mutualsl.errors import DataError
from mutualsl.spans import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A span that a predictor gave."""

    span: Span
    score: float  # in [0, 1]
    candidates: tuple[Span, ...] = ()  # best first


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionResult:
    """One row: a question, its gold span and everything that was answered."""

    sample_id: str
    video_id: str
    question: str
    duration_second: float
    gold: Span
    visual: Found | None
    textual: Found | None
    answer: Found
    source: str  # textual | visual | fallback
    kind: str | None = None
    gold_covered: float | None = None  # share of the gold span during which a cue is shown
    cue_ceiling: float | None = None  # best IoU that spans from cue to cue allow
    row_ceiling: float | None = None  # best IoU that spans of whole seconds allow


def to_row(example: Example, answer: Answer) -> dict[str, Any]:
    """The JSON object of one question: the answer without its timings, and what was right."""
    row = answer.to_dict()
    del row["timings"]
    gold = example.gold
    return row | {
        "sample_id": example.sample_id,
        "video_id": example.video.video_id,
        "gold": list(gold or ()),
        "gold_covered": round(covered_share(gold, example.video.cues), 4) if gold else None,
        "kind": example.kind,
        "ceilings": _ceilings(gold, example.video) if gold else None,
    }


def _ceilings(gold: Span, video: VideoInput) -> dict[str, float | None]:
    """Best IoU that the edges of cues and of one-second rows allow."""
    cues = round(best_iou(gold, cue_edges(video)), 4) if video.cues else None
    return {"cues": cues, "rows": round(best_iou(gold, row_edges(video)), 4)}


def from_row(row: dict[str, Any], where: str) -> QuestionResult:
    """The typed form of one row; `where` names it in the `DataError` of a damaged one."""
    try:
        covered = row.get("gold_covered")
        ceilings = row.get("ceilings") or {}
        return QuestionResult(
            sample_id=_text(row["sample_id"]),
            video_id=_text(row["video_id"]),
            question=_text(row["question"]),
            duration_second=_number(row["duration"]),
            gold=_span(row["gold"] or (0.0, 0.0)),  # without gold nothing is right
            visual=_found(row["visual"]),
            textual=_found(row["textual"]),
            answer=_given(row["answer"]),
            source=_text(row["answer"]["source"]),
            kind=None if row.get("kind") is None else _text(row["kind"]),
            gold_covered=_number_or_none(covered),
            cue_ceiling=_number_or_none(ceilings.get("cues")),
            row_ceiling=_number_or_none(ceilings.get("rows")),
        )
    except KeyError as error:
        raise DataError(f"{where}: no {error}; `mutualsl evaluate` writes such rows") from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise DataError(f"{where}: {error}; `mutualsl evaluate` writes such rows") from error


def read_predictions(path: str | Path) -> list[QuestionResult]:
    """All rows of a predictions file.

    Raises `DataError` naming file and line when it is missing, empty or damaged.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path}: no predictions ({error}); `mutualsl evaluate --out {path.parent}` writes them"
        ) from error
    results = []
    for number, line in enumerate(text.split("\n"), start=1):  # a question may hold U+2028
        if line.strip():
            where = f"{path}, line {number}"
            results.append(from_row(_parse(line, where), where))
    if not results:
        raise DataError(f"{path}: holds no predictions; `mutualsl evaluate` writes them")
    return results


def _parse(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: not JSON ({error}); evaluate again") from error
    if not isinstance(row, dict):
        raise DataError(f"{where}: not an object; `mutualsl evaluate` writes such rows")
    return row


def _found(head: dict[str, Any] | None) -> Found | None:
    return None if head is None else _given(head)


def _given(head: dict[str, Any]) -> Found:
    return Found(
        span=_span(head["span"]),
        score=_share(head["score"]),
        candidates=tuple(_span(candidate[:2]) for candidate in head.get("candidates", ())),
    )


def _span(pair: Sequence[Any]) -> Span:
    start, end = pair
    return Span(_number(start), _number(end))


def _text(value: Any) -> str:
    text = str(value)
    text.encode()  # half a character, as JSON can hold, could not be shown or written
    return text


def _share(value: Any) -> float:
    share = _number(value)
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"score {value} is not in [0, 1]")
    return share


def _number_or_none(value: Any) -> float | None:
    return None if value is None else _number(value)


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is not a number")
    return number
