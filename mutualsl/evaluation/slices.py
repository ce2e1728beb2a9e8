"""Which part of the questions a question belongs to, seen from several sides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from mutualsl.evaluation.predictions import QuestionResult

LENGTH_BINS_SECOND = (10, 20, 40, 80)
THIRDS = ("first third", "middle third", "last third")
QUESTION_WORDS = ("what", "how", "where", "why", "when", "which")
FULLY = 0.99  # cue times are rounded, so a gap of this size is none
UNKNOWN = "unknown"


def answer_length(result: QuestionResult) -> str:
    """Bin of the gold span's length in seconds."""
    length, lower = result.seen_gold.length_second, 0
    for upper in LENGTH_BINS_SECOND:
        if length < upper:
            return f"{lower} to {upper} s"
        lower = upper
    return f"{lower} s and more"


def position(result: QuestionResult) -> str:
    """Third of the video in which the middle of the gold span lies."""
    middle_second = sum(result.seen_gold) / 2
    third = int(3 * middle_second / result.duration_second) if result.duration_second > 0 else 0
    return THIRDS[min(max(third, 0), 2)]


def subtitle_coverage(result: QuestionResult) -> str:
    """How much of the gold span has a cue on screen."""
    share = result.gold_covered
    if share is None:
        return UNKNOWN
    return "none" if share <= 0 else "full" if share >= FULLY else "part"


def question_word(result: QuestionResult) -> str:
    """The first question word, wherever it stands: "if I want to cut it, how …" asks how."""
    words = re.findall(r"[a-z]+", result.question.lower())
    return next((word for word in words if word in QUESTION_WORDS), "other")


def kind(result: QuestionResult) -> str:
    """What the data set says of the question."""
    return result.kind or UNKNOWN


# Labels in the order they are shown; a kind is whatever the data set calls it.
SLICES: Mapping[str, tuple[Callable[[QuestionResult], str], tuple[str, ...]]] = {
    "answer length": (
        answer_length,
        ("0 to 10 s", "10 to 20 s", "20 to 40 s", "40 to 80 s", "80 s and more"),
    ),
    "position": (position, THIRDS),
    "subtitle coverage": (subtitle_coverage, ("none", "part", "full", UNKNOWN)),
    "question word": (question_word, (*QUESTION_WORDS, "other")),
    "kind": (kind, ()),
}


def partition(name: str, results: Sequence[QuestionResult]) -> dict[str, list[bool]]:
    """One side of `SLICES`: for every label that occurs, which questions have it."""
    labels = labels_of(name, results)
    return {label: [own == label for own in labels] for label in in_order(name, labels)}


def labels_of(name: str, results: Sequence[QuestionResult]) -> list[str]:
    """The label of each question on one side of `SLICES`."""
    label, _ = SLICES[name]
    return [label(result) for result in results]


def in_order(name: str, labels: Iterable[str]) -> list[str]:
    """Each of the labels of one side of `SLICES` once, in the order they are shown."""
    _, order = SLICES[name]
    occurring = set(labels)
    return [label for label in order if label in occurring] + sorted(occurring - set(order))
