"""What each predictor learns from the other: one-way weighted knowledge transfer, Eq. 12-18.

Letters: B questions, M positions of the student.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from mutualsl.models.losses import SpanLogits, span_cross_entropy
from mutualsl.timeline import Timeline


class Lesson(NamedTuple):
    """A teacher's span on the student's axis, and how right the teacher is."""

    start: Tensor  # (B,) row or cue index
    end: Tensor  # (B,)
    weight: Tensor  # (B,) IoU with gold, in [0, 1]


def lesson_for_visual(
    textual: SpanLogits, timeline: Timeline, gold: Tensor, constrained: bool = True
) -> Lesson:
    """The textual span looked up as rows, weighted by its IoU with gold. Eq. 13-15.

    Where the teacher is not `constrained` its span may be inverted, and then weighs nothing.
    """
    first, last = textual.best(constrained)
    start, end = timeline.cues_to_rows(first, last)
    return Lesson(start, end, timeline.row_iou(start, end, gold) * (first <= last))


def lesson_for_textual(
    visual: SpanLogits, timeline: Timeline, gold: Tensor, constrained: bool = True
) -> Lesson:
    """The visual span looked up as cues, weighted by its IoU with gold. Eq. 12, 14, 18.

    Where the teacher is not `constrained` its span may be inverted, and then weighs nothing.
    """
    first, last = visual.best(constrained)
    start, end = timeline.rows_to_cues(first, last)
    return Lesson(start, end, timeline.cue_iou(start, end, gold) * (first <= last))


def transfer_loss(student: SpanLogits, lesson: Lesson) -> Tensor:
    """Cross-entropy towards the teacher's hard label, times its weight, (B,). Eq. 16-17.

    Only the student learns: the lesson is made of indices and an IoU, which carry no gradient.
    """
    return lesson.weight.detach() * span_cross_entropy(student, lesson.start, lesson.end)


def soft_transfer_loss(
    student: SpanLogits, lesson: Lesson, probabilities: tuple[Tensor, Tensor]
) -> Tensor:
    """Cross-entropy towards the teacher's probabilities (B, M), times the lesson's weight, (B,).

    They are of each start and of each end, looked up on the student's axis: soft labels where
    `transfer_loss` has hard ones. Weights are the same, and so is who learns.
    """
    edges = student.log_probs()
    start, end = (label.detach() for label in probabilities)
    own = -(start * edges.start).sum(dim=1) - (end * edges.end).sum(dim=1)
    return lesson.weight.detach() * own


def edge_probabilities(teacher: SpanLogits) -> tuple[Tensor, Tensor]:
    """Of each start and of each end, (B, M), without gradient."""
    edges = teacher.log_probs()
    return edges.start.detach().exp(), edges.end.detach().exp()
