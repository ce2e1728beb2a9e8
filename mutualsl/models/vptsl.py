"""VPTSL: span location in the subtitles, prompted by what is seen.

Li et al., "Towards Visual-Prompt Temporal Answer Grounding in Medical Instructional Video", 2022,
https://arxiv.org/abs/2203.06667. Video and question meet in attention; how much each row belongs to
the answer becomes one vector, which the language model reads beside question and subtitles; spans
are scored on its tokens. How ours differs:
- the language model is the small one that every system here starts from, and reads transcripts of
  any length in windows, each with question and prompt;
- a span starts at the first token of a cue and ends at the last of another, so cues share the
  probability and neither question nor prompt can be chosen; of spans the best in order is taken.
  With `all_tokens` all tokens and the prompt share it, as in the authors' code, and a cue has the
  probability of its tokens: the span read out is still the best in order;
- scores of rows are brought to 128 places between begin and end of the video, for any length;
- the prompt joins the word vectors before the first normalisation, and stays away where there is no
  video, or one unlike those learned from;
- rows are standardised, theirs are raw, and meet the question at width 256, theirs at 1,024.
Letters: B questions, K rows, N cues, M tokens of a question, T of all cues, H language model width,
D model width.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from mutualsl.data.batch import Batch
from mutualsl.models.base import NeuralLocalizer
from mutualsl.models.decoding import decode_cues
from mutualsl.models.highlight import EXTENSION, highlight_loss, highlighted
from mutualsl.models.layers import MASKED, ContextQueryAttention, Fusion
from mutualsl.models.losses import SpanLogits, mean_where, span_cross_entropy
from mutualsl.models.statistics import RowStatistics
from mutualsl.models.text_encoder import CueTokens, Prompt, TextEncoder, by_question
from mutualsl.models.tokens import learned, of_cues
from mutualsl.prediction import HeadPredictions

PLACES = 128  # scores of a prompt, evenly over the video
HIGHLIGHT_WEIGHT = 0.1


@dataclass(frozen=True, kw_only=True)
class VPTSLConfig:
    """Sizes of VPTSL."""

    row_width: int
    text_encoder: dict[str, Any] = field(repr=False)  # a transformers config
    width: int = 256  # D
    video_dropout: float = 0.1
    dropout: float = 0.2
    all_tokens: bool = False  # all tokens and the prompt share the probability; off: the cues


class VPTSLOutput(NamedTuple):
    """Logits over cues, and of each row belonging to the answer."""

    textual: SpanLogits  # (B, N)
    highlight: Tensor  # (B, K)
    token_spans: SpanLogits | None = None  # with `all_tokens`: (B, T), then all other places
    tokens: CueTokens | None = None


class VPTSL(NeuralLocalizer):
    """A span reader of subtitles with one vector of what is seen."""

    needs = ("subtitles",)
    config: VPTSLConfig

    def __init__(self, config: VPTSLConfig, text_encoder: TextEncoder | None = None) -> None:
        super().__init__(config)
        width = config.width
        self.text_encoder = text_encoder or TextEncoder.from_config(config.text_encoder)
        text_width = self.text_encoder.width
        self.statistics = RowStatistics(config.row_width)
        self.video_dropout = nn.Dropout(config.video_dropout)
        self.project_rows = nn.Linear(config.row_width, width)
        self.project_question = nn.Linear(text_width, width)
        self.attention = ContextQueryAttention(width, config.dropout)
        self.fusion = Fusion(width)
        self.highlight = nn.Linear(width, 1)
        self.prompt = nn.Linear(PLACES, text_width)
        self.start = nn.Linear(text_width, 1)
        self.end = nn.Linear(text_width, 1)

    @classmethod
    def create(
        cls, config: Callable[..., VPTSLConfig], row_width: int, text_encoder: TextEncoder
    ) -> VPTSL:
        """A new one around a pre-trained language model."""
        return cls(config(row_width=row_width, text_encoder=text_encoder.config), text_encoder)

    @property
    def row_statistics(self) -> RowStatistics:
        """Of the rows that prompts were learned from."""
        return self.statistics

    def forward(self, batch: Batch) -> VPTSLOutput:
        """Score every cue as start and end of the answer, and every row as a part of it."""
        highlight = self._highlight(batch)
        there = batch.has_video
        if not self.training:  # what is learned from becomes the domain
            there = there & self.statistics.in_domain(batch.rows, batch.row_mask)
        vectors = self.prompt(spread(highlight.sigmoid(), batch.timeline.row_count))
        prompt = Prompt(vectors, there)
        if self.config.all_tokens:
            return self._of_tokens(batch, prompt, highlight)
        segments = self.text_encoder(batch, prompt)
        mask = batch.timeline.cue_mask
        start = self.start(segments.first[:, 1:]).squeeze(-1).masked_fill(~mask, MASKED)
        end = self.end(segments.last[:, 1:]).squeeze(-1).masked_fill(~mask, MASKED)
        return VPTSLOutput(SpanLogits(start, end), highlight)

    def _of_tokens(self, batch: Batch, prompt: Prompt, highlight: Tensor) -> VPTSLOutput:
        """Score every token and the prompt of every window: L + 1 positions where one is enough."""
        vectors = self.text_encoder.prompted(batch, prompt)
        tokens = self.text_encoder.cue_tokens(batch, vectors[:, :-1])
        said = functional.pad(batch.window_segment > 0, (0, 1))
        seen = prompt.of(batch.window_question).seen(batch.window_mask)
        others, there = by_question(vectors, seen & ~said, batch)
        every = torch.cat([tokens.vectors, others.float()], dim=1)
        mask = torch.cat([tokens.mask, there], dim=1)
        start = self.start(every).squeeze(-1).masked_fill(~mask, MASKED)
        end = self.end(every).squeeze(-1).masked_fill(~mask, MASKED)
        count = tokens.mask.shape[1]
        of_cue = SpanLogits(start[:, :count], end[:, :count])
        textual = of_cues(of_cue, tokens, batch.timeline.cue_mask)
        return VPTSLOutput(textual, highlight, SpanLogits(start, end), tokens)

    def _highlight(self, batch: Batch) -> Tensor:
        """(B, K): how each row goes with the question, whose reading learns nothing from it."""
        with torch.no_grad():
            question = self.text_encoder.of_sentences(batch.question_sentences, batch.question_mask)
        question = self.project_question(question.detach())
        rows = self.project_rows(self.video_dropout(self.statistics.standardise(batch.rows)))
        attended = self.attention(rows, question, batch.row_mask, batch.question_mask)
        return self.highlight(self.fusion(attended, question, batch.question_mask)).squeeze(-1)

    def losses(self, output: VPTSLOutput, batch: Batch) -> dict[str, Tensor]:
        """Half the cross-entropies of both edges, and a tenth of that of the rows."""
        assert batch.gold is not None, "losses need gold spans"
        timeline, gold = batch.timeline, batch.gold
        spans = learned(
            output.textual, output.token_spans, output.tokens, *timeline.gold_cues(gold)
        )
        textual = span_cross_entropy(*spans) / 2
        rows = timeline.gold_rows(gold)
        wanted = highlighted(*rows, EXTENSION, timeline, output.highlight)
        own = highlight_loss(output.highlight, wanted, batch.row_mask)
        return {
            "textual": mean_where(textual, batch.has_subtitles),
            "highlight": HIGHLIGHT_WEIGHT * own,
        }

    def checkpoint_gradients(self, on: bool) -> None:
        """In the language model, which holds nearly all activations."""
        self.text_encoder.checkpoint_gradients(on)

    def decode(self, output: VPTSLOutput, batch: Batch, top_k: int = 5) -> list[HeadPredictions]:
        """The most probable textual span where there are subtitles, as its authors read it out."""
        predictions = []
        for b in range(len(batch)):
            textual = None
            if batch.has_subtitles[b]:
                timeline = batch.timeline.of_one(b)
                logits = output.textual.of_one(b, timeline.cue_mask.shape[1])
                textual = decode_cues(logits, timeline, top_k=top_k, most_probable=True)
            predictions.append(HeadPredictions(None, textual))
        return predictions


def spread(scores: Tensor, row_count: Tensor) -> Tensor:
    """Scores of rows (B, K), of which the first `row_count` (B,) count, at even places (B, P).

    Between two rows the score is in proportion; without rows it is 0.
    """
    place = torch.linspace(0.0, 1.0, PLACES, device=scores.device)
    at = place[None, :] * (row_count - 1).clamp_min(0)[:, None]
    before = at.floor().long()
    after = (before + 1).minimum((row_count - 1).clamp_min(0)[:, None])
    part = at - before
    found = scores.gather(1, before) * (1.0 - part) + scores.gather(1, after) * part
    return found * (row_count > 0)[:, None]
