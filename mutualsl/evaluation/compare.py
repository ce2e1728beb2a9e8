"""Two sets of predictions on the same questions: which is better, and is it more than chance?

python -m mutualsl.evaluation.compare A/predictions.jsonl B/predictions.jsonl
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mutualsl.errors import DataError, MutualSLError
from mutualsl.evaluation.bootstrap import group_sums, intervals
from mutualsl.evaluation.ious import SCORED, measure
from mutualsl.evaluation.metrics import Floats
from mutualsl.evaluation.predictions import QuestionResult, read_predictions
from mutualsl.evaluation.report.markdown import table
from mutualsl.spans import ROUNDING, reaches

FLIPS = 10_000
FLIP_SEED = 0
FLIP_AT_ONCE = 500  # so that thousands of videos fit into memory
SHOWN_IDS = 3


class Comparison(NamedTuple):
    """One predictor in both files; means, difference (second minus first) in percent of IoU."""

    head: str
    first: float
    second: float
    difference: float
    interval: list[float] | None  # 95 %, bootstrap over videos; None with few of them
    p_value: float  # two-sided, of a difference like this if the files were interchangeable
    better: int  # questions on which the second file is better
    worse: int
    same: int


class Compared(NamedTuple):
    """Two files on the same questions."""

    heads: list[Comparison]  # each predictor, the answer and the oracles
    second: list[QuestionResult]  # in the order of the first file
    changes: list[float]  # of the answer's IoU, question by question, second minus first


def compare(first: Sequence[QuestionResult], second: Sequence[QuestionResult]) -> Compared:
    """Both files paired by `sample_id`.

    Raises `DataError` when the files do not answer the same questions.
    """
    pairs = _paired(first, second)
    ious = [measure([pair[side] for pair in pairs]).values for side in (0, 1)]
    videos = [result.video_id for result, _ in pairs]
    heads = [_compare(head, ious[0][:, i], ious[1][:, i], videos) for i, head in enumerate(SCORED)]
    answer = SCORED.index("answer")
    changes = (ious[1][:, answer] - ious[0][:, answer]).tolist()
    return Compared(heads, [other for _, other in pairs], changes)


def _compare(head: str, first: Floats, second: Floats, videos: Sequence[str]) -> Comparison:
    differences = second - first
    ends = intervals(100.0 * differences[:, None], videos)
    return Comparison(
        head=head,
        first=100.0 * float(first.mean()),
        second=100.0 * float(second.mean()),
        difference=100.0 * float(differences.mean()),
        interval=ends[0] if ends else None,
        p_value=sign_flip_p_value(differences, videos),
        better=int((differences > ROUNDING).sum()),
        worse=int((differences < -ROUNDING).sum()),
        same=int((np.abs(differences) <= ROUNDING).sum()),
    )


def sign_flip_p_value(differences: Floats, groups: Sequence[str]) -> float:
    """How often a mean as far from 0 arises when the two files are swapped at random.

    A whole group (a video) is swapped at once. With few groups every way is counted, else 10,000
    random ones and the observed one.
    """
    sums = group_sums(differences[:, None], groups)[0][:, 0]
    if 2 ** len(sums) <= FLIPS:
        signs = np.array(list(product((1.0, -1.0), repeat=len(sums))))
        flipped = np.abs(signs @ sums)
    else:
        generator = np.random.default_rng(FLIP_SEED)
        parts = [FLIP_AT_ONCE] * (FLIPS // FLIP_AT_ONCE)
        drawn = [generator.choice((1.0, -1.0), size=(part, len(sums))) @ sums for part in parts]
        flipped = np.abs(np.concatenate([[sums.sum()], *drawn]))
    return float(reaches(flipped, abs(sums.sum())).mean())


def _paired(
    first: Sequence[QuestionResult], second: Sequence[QuestionResult]
) -> list[tuple[QuestionResult, QuestionResult]]:
    one, other = _by_id(first, "first"), _by_id(second, "second")
    if one.keys() != other.keys():
        missing, extra = sorted(one.keys() - other.keys()), sorted(other.keys() - one.keys())
        raise DataError(
            f"not the same questions: {_listed(missing)} only in the first file, {_listed(extra)} "
            "only in the second; evaluate both on the same split"
        )
    for name, result in one.items():
        beside = other[name]
        if (result.video_id, result.question) != (beside.video_id, beside.question):
            raise DataError(
                f"question {name} is {result.question!r} about {result.video_id} in the first file "
                f"and {beside.question!r} about {beside.video_id} in the second; evaluate both on "
                "the same data"
            )
        if result.gold != beside.gold:
            raise DataError(
                f"question {name} has gold {list(result.gold)} in the first file and "
                f"{list(beside.gold)} in the second; evaluate both on the same data"
            )
    return [(result, other[name]) for name, result in one.items()]


def _by_id(results: Sequence[QuestionResult], which: str) -> dict[str, QuestionResult]:
    found: dict[str, QuestionResult] = {}
    for result in results:
        if result.sample_id in found:
            raise DataError(
                f"sample_id {result.sample_id} occurs twice in the {which} file; "
                "questions can be paired only when every one has its own"
            )
        found[result.sample_id] = result
    return found


def _listed(names: Sequence[str]) -> str:
    more = ", …" if len(names) > SHOWN_IDS else ""
    return f"{len(names)} ({', '.join(names[:SHOWN_IDS])}{more})" if names else "0"


def comparison_table(found: Sequence[Comparison]) -> tuple[list[str], list[list[str]]]:
    """The comparison for people: header and rows."""
    rows = [
        [
            c.head,
            f"{c.first:.1f}",
            f"{c.second:.1f}",
            f"{c.difference:+.1f}",
            f"{c.interval[0]:+.1f} to {c.interval[1]:+.1f}" if c.interval else "-",
            f"{c.p_value:.4f}",
            *(str(count) for count in (c.better, c.worse, c.same)),
        ]
        for c in found
    ]
    head = ["mIoU, percent", "A", "B", "B - A", "95 % (videos)", "p", "better", "worse", "same"]
    return head, rows


def main(arguments: list[str] | None = None) -> int:
    """Print how two predictions files differ; 2 for what the user can put right."""
    parser = argparse.ArgumentParser(description="Compare two predictions files, paired.")
    parser.add_argument("first", type=Path, help="predictions.jsonl, called A.")
    parser.add_argument("second", type=Path, help="predictions.jsonl, called B.")
    options = parser.parse_args(arguments)
    try:
        first, second = read_predictions(options.first), read_predictions(options.second)
        print(table(*comparison_table(compare(first, second).heads)))
    except MutualSLError as error:
        print(f"mutualsl: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
