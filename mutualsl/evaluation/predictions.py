"""predictions.jsonl: what was answered to every question, beside what was right.

All analysis starts from these rows alone: neither the model nor the data set is needed again.
"""

from __future__ import annotations

import codecs
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec

from mutualsl.answer import Answer
from mutualsl.data.ceilings import best_iou, covered_share, cue_edges, gold_inside, row_edges
from mutualsl.data.example import Example, VideoInput
from mutualsl.data.record import SHORTEST_SECOND
from mutualsl.errors import DataError
from mutualsl.spans import Span

SLACK = 0.02  # share of a video by which its file may be shorter without a part missing
# Far beyond any video, and far from what overflows when times are added or drawn.
LATEST_SECOND = 1_000_000.0
NO_GOLD = Span(0.0, 0.0)

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Time = Annotated[float, msgspec.Meta(ge=-LATEST_SECOND, le=LATEST_SECOND)]
Duration = Annotated[float, msgspec.Meta(ge=SHORTEST_SECOND, le=LATEST_SECOND)]


class Scored(NamedTuple):
    """A candidate as it is written."""

    start_second: Time
    end_second: Time
    score: float | None = None

    @property
    def span(self) -> Span:
        """Without its score."""
        return Span(self.start_second, self.end_second)


class Found(msgspec.Struct, frozen=True):
    """A span that a predictor gave."""

    span: Span
    score: Share
    candidates: tuple[Scored, ...] = ()  # best first
    in_domain: bool = True  # false: a guess, outside what the predictor has learned


class QuestionResult(msgspec.Struct, frozen=True, kw_only=True):
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

    @property
    def seen_gold(self) -> Span:
        """Gold cut to the video, as metrics see it."""
        start_second, end_second = self.gold
        return Span(max(0.0, start_second), min(end_second, self.duration_second))


def to_row(example: Example, answer: Answer) -> dict[str, Any]:
    """The JSON object of one question: the answer without its timings, and what was right."""
    row = answer.to_dict()
    del row["timings"]
    row["duration"] = length_second(example.video, answer.duration_second)
    video = replace(example.video, duration_second=row["duration"])
    seen = gold_inside(example.gold, video) if example.gold else None
    return row | {
        "sample_id": example.sample_id,
        "video_id": video.video_id,
        "gold": list(example.gold or ()),
        "gold_covered": _covered(seen, video) if seen else None,
        "kind": example.kind,
        "ceilings": _ceilings(seen, video) if seen else None,
    }


def _covered(gold: Span, video: VideoInput) -> float | None:
    """Share of gold with a cue; `None` where gold has no length."""
    return round(covered_share(gold, video.cues), 4) if gold.length_second > 0 else None


def length_second(video: VideoInput, there_second: float) -> float:
    """How long a video is of which a file of `there_second` was read.

    That of the file, unless the data set knows better: by two seconds and by 2 %.
    """
    known_second = video.known_second or 0.0
    missing_second = known_second - there_second
    return known_second if missing_second > max(2.0, SLACK * known_second) else there_second


def _ceilings(gold: Span, video: VideoInput) -> dict[str, float | None]:
    """Best IoU that the edges of cues and of one-second rows allow."""
    cues = round(best_iou(gold, cue_edges(video)), 4) if video.cues else None
    return {"cues": cues, "rows": round(best_iou(gold, row_edges(video, gold)), 4)}


def from_row(row: dict[str, Any], where: str) -> QuestionResult:
    """The typed form of one row; `where` names it in the `DataError` of a damaged one."""
    try:
        line = msgspec.json.encode(row)
    except (TypeError, ValueError, OverflowError) as error:
        raise _damaged(where, str(error)) from error
    return _read(line, where)


def read_predictions(path: str | Path) -> list[QuestionResult]:
    """All rows of a predictions file.

    Raises `DataError` naming file and line when it is missing, empty or damaged, and when no row
    has a gold span.
    """
    path = Path(path)
    if path.exists() and not path.is_file():  # a pipe may never end
        raise DataError(f"{path} is not a file; give the path of a predictions.jsonl")
    try:
        content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise DataError(
            f"{path}: no predictions ({error}); `mutualsl evaluate --out {path.parent}` writes them"
        ) from error
    results = []
    for number, line in enumerate(content.split(b"\n"), start=1):  # a question may hold U+2028
        if line.strip():
            results.append(_read(line, f"{path}, line {number}"))
    if not results:
        raise DataError(f"{path}: holds no predictions; `mutualsl evaluate` writes them")
    if all(result.gold == NO_GOLD for result in results):
        raise DataError(
            f"{path}: no row has a gold span, so nothing in it can be called right or wrong; "
            "evaluate on data that has them"
        )
    return results


def _read(line: bytes, where: str) -> QuestionResult:
    try:
        return _result(_DECODER.decode(line))
    except msgspec.ValidationError as error:
        raise _damaged(where, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _damaged(where, f"not JSON ({error})") from error
    except ValueError as error:
        raise _damaged(where, str(error)) from error


class _Answer(msgspec.Struct):
    span: Span
    score: Share
    source: str


class _Ceilings(msgspec.Struct):
    cues: float | None = None
    rows: float | None = None


class _Row(msgspec.Struct):
    """What is read of a row, beside which it may hold more."""

    sample_id: Any
    video_id: Any
    question: str
    duration: Duration
    gold: tuple[Time, ...] | None
    visual: Found | None
    textual: Found | None
    answer: _Answer
    kind: Any = None
    gold_covered: float | None = None
    ceilings: _Ceilings | None = None


_DECODER = msgspec.json.Decoder(_Row)


def _result(row: _Row) -> QuestionResult:
    for found in (row.answer, row.visual, row.textual):
        if found is not None:
            _check_times(found.span)
    ceilings = row.ceilings or _Ceilings()
    return QuestionResult(
        sample_id=str(row.sample_id),
        video_id=str(row.video_id),
        question=row.question,
        duration_second=row.duration,
        gold=_gold(row.gold),
        visual=row.visual,
        textual=row.textual,
        answer=Found(span=row.answer.span, score=row.answer.score),
        source=row.answer.source,
        kind=None if row.kind is None else str(row.kind),
        gold_covered=row.gold_covered,
        cue_ceiling=ceilings.cues,
        row_ceiling=ceilings.rows,
    )


def _check_times(span: Span) -> None:
    """Refuse what `Time` refuses, of which a `Span` knows nothing: models make spans, too."""
    start_second, end_second = span
    if abs(start_second) > LATEST_SECOND or abs(end_second) > LATEST_SECOND:
        raise ValueError(f"span {list(span)} holds a time beyond {LATEST_SECOND:,.0f} s")


def _gold(pair: tuple[float, ...] | None) -> Span:
    """The true span; without one nothing is right."""
    if not pair:
        return NO_GOLD
    start, end = pair
    return Span(start, end)


def _damaged(where: str, what: str) -> DataError:
    return DataError(f"{where}: {what}; `mutualsl evaluate` writes such rows")
