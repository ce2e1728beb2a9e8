"""What both predictors of MutualSL lose: on gold, and on what the other one teaches. Eq. 10-19.

Letters: B questions, K rows, N cues, T tokens of the cues.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from mutualsl.data.batch import Batch
from mutualsl.models.highlight import EXTENSION, highlight_loss, highlighted
from mutualsl.models.losses import SpanLogits, mean_where, span_cross_entropy
from mutualsl.models.profiles import MutualSLConfig
from mutualsl.models.text_encoder import CueTokens
from mutualsl.models.tokens import learned
from mutualsl.models.transfer import (
    Lesson,
    edge_probabilities,
    lesson_for_textual,
    lesson_for_visual,
    soft_transfer_loss,
    transfer_loss,
)


class MutualSLOutput(NamedTuple):
    """Logits over rows and over cues, and what the switches add."""

    visual: SpanLogits  # (B, K)
    textual: SpanLogits  # (B, N), of the textual predictor; without gradient where it has tokens
    read: SpanLogits | None = None  # (B, N), of the sentence reader where it has a say
    token_spans: SpanLogits | None = None  # (B, T), of the textual predictor where it reads tokens
    tokens: CueTokens | None = None  # those tokens
    highlight: Tensor | None = None  # (B, K), logits of the gate


def losses(config: MutualSLConfig, output: MutualSLOutput, batch: Batch) -> dict[str, Tensor]:
    """The four terms of Eq. 19: both predictors on gold, and each on the other's lesson."""
    assert batch.gold is not None, "losses need gold spans"
    timeline, gold = batch.timeline, batch.gold
    weight = config.textual_weight
    rows = timeline.gold_rows(gold)
    own_visual = span_cross_entropy(output.visual, *rows)
    own_textual = span_cross_entropy(*_learned(output, *timeline.gold_cues(gold)))
    terms = {
        "visual": mean_where(own_visual, batch.has_video),
        "textual": weight * mean_where(own_textual, batch.has_subtitles),
    }
    if config.mutual:
        both = batch.has_video & batch.has_subtitles
        to_visual, to_textual = _transfer(config, output, batch)
        factor = config.mutual_weight
        terms["visual_mutual"] = factor * mean_where(to_visual, both)
        terms["textual_mutual"] = factor * weight * mean_where(to_textual, both)
    if output.highlight is not None:
        wanted = highlighted(*rows, EXTENSION, timeline, output.highlight)
        own = highlight_loss(output.highlight, wanted, batch.row_mask)
        terms["highlight"] = config.highlight_weight * own
    return terms


def _transfer(
    config: MutualSLConfig, output: MutualSLOutput, batch: Batch
) -> tuple[Tensor, Tensor]:
    """What the visual and the textual predictor lose by the other's lesson, (B,) each."""
    assert batch.gold is not None, "lessons are weighed by gold spans"
    timeline, kind = batch.timeline, config.lessons
    to_visual, to_textual = lessons(config, output, batch)
    if kind == "soft":
        rows = timeline.cue_edges_to_rows(*edge_probabilities(output.textual), batch.row_mask)
        cues = timeline.row_edges_to_cues(*edge_probabilities(output.visual))
        return (
            soft_transfer_loss(output.visual, to_visual, rows),
            soft_transfer_loss(output.textual, to_textual, cues),
        )
    if kind == "gold":
        right = torch.ones_like(to_visual.weight)
        to_visual = Lesson(*timeline.gold_rows(batch.gold), right)
        to_textual = Lesson(*timeline.gold_cues(batch.gold), right)
    student, start, end = _learned(output, to_textual.start, to_textual.end)
    return (
        transfer_loss(output.visual, to_visual),
        transfer_loss(student, Lesson(start, end, to_textual.weight)),
    )


def lessons(config: MutualSLConfig, output: MutualSLOutput, batch: Batch) -> tuple[Lesson, Lesson]:
    """For the visual predictor, on rows, and for the textual one, on cues."""
    assert batch.gold is not None, "lessons are weighed by gold spans"
    ordered = config.pseudo_decode == "constrained"
    timeline, gold = batch.timeline, batch.gold
    return (
        lesson_for_visual(output.textual, timeline, gold, ordered),
        lesson_for_textual(output.visual, timeline, gold, ordered),
    )


@torch.no_grad()
def transfer_weights(
    config: MutualSLConfig, output: MutualSLOutput, batch: Batch
) -> dict[str, float]:
    """Both transfer weights: how right each teacher is on the student's axis. Fig. 3."""
    both = batch.has_video & batch.has_subtitles
    if not both.any():
        return {}
    to_visual, to_textual = lessons(config, output, batch)
    return {
        "weight_textual_to_visual": float(mean_where(to_visual.weight, both)),
        "weight_visual_to_textual": float(mean_where(to_textual.weight, both)),
    }


def _learned(
    output: MutualSLOutput, start_cue: Tensor, end_cue: Tensor
) -> tuple[SpanLogits, Tensor, Tensor]:
    """The textual logits that losses are about, and a span of cues (B,) on their axis."""
    return learned(output.textual, output.token_spans, output.tokens, start_cue, end_cue)
