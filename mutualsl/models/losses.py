"""Span losses and the one-way weighted knowledge transfer. Letters: B questions, M positions."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional as F

from mutualsl.spans import best_span
from mutualsl.timeline import Timeline


class SpanLogits(NamedTuple):
    """Start and end logits over rows or cues, each (B, M); padded positions are about -1e30."""

    start: Tensor
    end: Tensor

    def log_probs(self) -> SpanLogits:
        """Log-softmax over positions, in float32."""
        return SpanLogits(
            self.start.float().log_softmax(dim=-1), self.end.float().log_softmax(dim=-1)
        )

    def best(self) -> tuple[Tensor, Tensor]:
        """Most probable start <= end, as indices (B,) that carry no gradient."""
        log_probs = self.log_probs()
        return best_span(log_probs.start.detach(), log_probs.end.detach())


class Lesson(NamedTuple):
    """A teacher's span on the student's axis, and how right the teacher is."""

    start: Tensor  # (B,) row or cue index
    end: Tensor  # (B,)
    weight: Tensor  # (B,) IoU with gold, in [0, 1]


def span_cross_entropy(logits: SpanLogits, start: Tensor, end: Tensor) -> Tensor:
    """CE(start) + CE(end) for each question (B,). Eq. 10 on rows, Eq. 11 on cues."""
    log_probs = logits.log_probs()
    return F.nll_loss(log_probs.start, start, reduction="none") + F.nll_loss(
        log_probs.end, end, reduction="none"
    )


def lesson_for_visual(textual: SpanLogits, timeline: Timeline, gold: Tensor) -> Lesson:
    """The textual span looked up as rows, weighted by its IoU with gold. Eq. 13-15."""
    start, end = timeline.cues_to_rows(*textual.best())
    return Lesson(start, end, timeline.row_iou(start, end, gold))


def lesson_for_textual(visual: SpanLogits, timeline: Timeline, gold: Tensor) -> Lesson:
    """The visual span looked up as cues, weighted by its IoU with gold. Eq. 12, 14, 18."""
    start, end = timeline.rows_to_cues(*visual.best())
    return Lesson(start, end, timeline.cue_iou(start, end, gold))


def transfer_loss(student: SpanLogits, lesson: Lesson) -> Tensor:
    """Cross-entropy towards the teacher's hard label, times its weight, (B,). Eq. 16-17.

    Only the student learns: the lesson is made of indices and an IoU, which carry no gradient.
    """
    return lesson.weight.detach() * span_cross_entropy(student, lesson.start, lesson.end)


def mean_where(values: Tensor, present: Tensor) -> Tensor:
    """Mean of (B,) values over the questions that have the modality; 0 when none has."""
    return values.where(present, 0.0).sum() / present.sum().clamp_min(1)
