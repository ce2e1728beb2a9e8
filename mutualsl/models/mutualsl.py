"""MutualSL: visual answer localization with mutual knowledge transfer.

Weng and Li, "Visual Answer Localization with Cross-Modal Mutual Knowledge Transfer", ICASSP 2023,
https://arxiv.org/abs/2210.14823. This is the paper's model made consistent (`docs/decisions`).
Letters: B questions, K rows, N cues, F row width, D model width. The boxes of its Fig. 2 are in
`boxes.py` and `layers.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mutualsl.data.batch import Batch, Sentence
from mutualsl.models.base import HeadPredictions, NeuralLocalizer, Prediction
from mutualsl.models.boxes import (
    FeatureProjection,
    SegmentProjection,
    TextualPredictor,
    TextualProjection,
    VisualPredictor,
    cue_features,
)
from mutualsl.models.decoding import decode_rows, decode_span
from mutualsl.models.layers import ContextQueryAttention, Fusion, SequenceEncoder
from mutualsl.models.losses import (
    SpanLogits,
    lesson_for_textual,
    lesson_for_visual,
    mean_where,
    span_cross_entropy,
    transfer_loss,
)
from mutualsl.models.matching import Match, compare
from mutualsl.models.sentences import SentenceEncoder, in_first_layers
from mutualsl.models.statistics import RowStatistics
from mutualsl.models.text_encoder import TextEncoder


@dataclass(frozen=True, kw_only=True)
class MutualSLConfig:
    """Sizes and switches of MutualSL."""

    row_width: int  # F
    text_encoder: dict[str, Any] = field(repr=False)  # a transformers config
    width: int = 256  # D
    heads: int = 4
    dropout: float = 0.2
    mutual: bool = True  # Eq. 14-19; off for the ablation of Table 2
    edges: bool = True  # cue vectors know their edges, silences and shared words; off: Eq. 2 alone
    pairs: bool = True  # whole spans are scored beside their edges; off: Eq. 9 alone
    # Sentences are also compared by the language model as it came, which shares this many first
    # layers, never trained, with the text encoder; `None`: they are not.
    shared_layers: int | None = None
    trained_heads: tuple[str, ...] = ("visual", "textual")  # a head not named here shows no span


class MutualSLOutput(NamedTuple):
    """Logits over rows and over cues."""

    visual: SpanLogits  # (B, K)
    textual: SpanLogits  # (B, N)


class MutualSL(NeuralLocalizer):
    """Two predictors over one video that teach each other through the timeline."""

    config: MutualSLConfig
    comparing: Tensor

    def __init__(self, config: MutualSLConfig, text_encoder: TextEncoder | None = None) -> None:
        super().__init__(config)
        width, dropout = config.width, config.dropout
        self.text_encoder = text_encoder or TextEncoder.from_config(config.text_encoder)
        compared = config.shared_layers is not None
        text_width = self.text_encoder.width
        self.text_projection = SegmentProjection(text_width, width, config.edges)
        self.cross_window = SequenceEncoder(width, heads=config.heads, dropout=dropout)
        self.feature_projection = FeatureProjection(config.row_width, width, config.heads, dropout)
        self.attention = ContextQueryAttention(width, dropout)
        self.fusion = Fusion(width)
        self.textual_projection = TextualProjection(width)
        self.visual_predictor = VisualPredictor(width)
        self.textual_predictor = TextualPredictor(
            width, dropout, config.pairs, text_width if compared else None
        )
        self.sentence_encoder = None
        if config.shared_layers is not None:
            language_model = self.text_encoder.language_model
            self.sentence_encoder = SentenceEncoder(language_model, config.shared_layers)
            # Whether what it says is looked at; stored, as weights learn with it or without it.
            self.register_buffer("comparing", torch.tensor(True))

    @classmethod
    def create(
        cls, config: Callable[..., MutualSLConfig], row_width: int, text_encoder: TextEncoder
    ) -> MutualSL:
        """A new model around a pre-trained language model."""
        return cls(config(row_width=row_width, text_encoder=text_encoder.config), text_encoder)

    @property
    def row_statistics(self) -> RowStatistics:
        """Of the rows that the visual predictor has learned from."""
        return self.feature_projection.statistics

    def forward(self, batch: Batch) -> MutualSLOutput:
        """Score every row and every cue as start and end of the answer."""
        segments = self.text_encoder(batch)
        segment_mask = segments.mask
        features = cue_features(batch.timeline, batch.cue_words) if self.config.edges else None
        text = self.cross_window(self.text_projection(segments, features), segment_mask)
        rows = self.feature_projection(batch.rows, batch.row_mask)
        attended = self.attention(rows, text, batch.row_mask, segment_mask)
        fused = self.fusion(attended, text, segment_mask)
        cues = self.textual_projection(text[:, 1:], fused, batch.row_mask)
        return MutualSLOutput(
            visual=self.visual_predictor(fused, batch.row_mask),
            textual=self.textual_predictor(cues, batch.timeline, segments, self._match(batch)),
        )

    def _match(self, batch: Batch) -> Match | None:
        """What the frozen sentence encoder says, where it is looked at."""
        if self.sentence_encoder is None or not bool(self.comparing):
            return None
        return compare(
            self.sentence_encoder(batch.question_sentences),
            self.sentence_encoder.of_videos(batch.cue_sentences, batch.cue_size.shape[1]),
            batch.cue_size,
            batch.cue_words,
            batch.timeline.cue_mask,
        )

    def compare_sentences(self, on: bool) -> None:
        """Look at what the sentence encoder says, or do as if there were none."""
        if self.sentence_encoder is not None:
            self.comparing.fill_(on)

    def prepare(self, sentences: tuple[Sentence, ...]) -> None:
        """The sentence vectors of a video's cues."""
        if self.sentence_encoder is not None and sentences:
            self.sentence_encoder.of_video(sentences)

    def never_trained(self, name: str) -> bool:
        """The sentence encoder, and the layers it shares."""
        shared = self.config.shared_layers
        if shared is None:
            return False
        of_both = "language_model." in name and in_first_layers(name, shared)
        return of_both or name.startswith("sentence_encoder.")

    def losses(self, output: MutualSLOutput, batch: Batch) -> dict[str, Tensor]:
        """The four terms of Eq. 19: both predictors on gold, and each on the other's lesson."""
        assert batch.gold is not None, "losses need gold spans"
        timeline, gold = batch.timeline, batch.gold
        own_visual = span_cross_entropy(output.visual, *timeline.gold_rows(gold))
        own_textual = span_cross_entropy(output.textual, *timeline.gold_cues(gold))
        terms = {
            "visual": mean_where(own_visual, batch.has_video),
            "textual": mean_where(own_textual, batch.has_subtitles),
        }
        if self.config.mutual:
            both = batch.has_video & batch.has_subtitles
            to_visual = lesson_for_visual(output.textual, timeline, gold)
            to_textual = lesson_for_textual(output.visual, timeline, gold)
            terms["visual_mutual"] = mean_where(transfer_loss(output.visual, to_visual), both)
            terms["textual_mutual"] = mean_where(transfer_loss(output.textual, to_textual), both)
        return terms

    def checkpoint_gradients(self, on: bool) -> None:
        """In the language model, which holds nearly all activations."""
        language_model = self.text_encoder.language_model
        if on:
            language_model.activation_checkpointing_enable()
        else:
            language_model.activation_checkpointing_disable()

    @torch.no_grad()
    def logs(self, output: MutualSLOutput, batch: Batch) -> dict[str, float]:
        """Both transfer weights: how right each teacher is on the student's axis. Fig. 3."""
        assert batch.gold is not None, "transfer weights need gold spans"
        both = batch.has_video & batch.has_subtitles
        if not both.any():
            return {}
        to_visual = lesson_for_visual(output.textual, batch.timeline, batch.gold)
        to_textual = lesson_for_textual(output.visual, batch.timeline, batch.gold)
        return {
            "weight_textual_to_visual": float(mean_where(to_visual.weight, both)),
            "weight_visual_to_textual": float(mean_where(to_textual.weight, both)),
        }

    def decode(self, output: MutualSLOutput, batch: Batch, top_k: int = 5) -> list[HeadPredictions]:
        """Both predictors' spans in seconds; `None` for a missing modality or an untrained head."""
        in_domain = self.feature_projection.statistics.in_domain(batch.rows, batch.row_mask)
        heads = self.config.trained_heads
        predictions = []
        for b in range(len(batch)):
            visual = textual = None
            if "visual" in heads and batch.has_video[b]:
                visual = decode_rows(
                    output.visual, batch.timeline, b, top_k=top_k, in_domain=bool(in_domain[b])
                )
            if "textual" in heads and batch.has_subtitles[b]:
                textual = self._decode_textual(output.textual, batch, b, top_k)
            predictions.append(HeadPredictions(visual, textual))
        return predictions

    def _decode_textual(self, logits: SpanLogits, batch: Batch, b: int, top_k: int) -> Prediction:
        timeline = batch.timeline.of_one(b)
        count = int(timeline.cue_mask.sum())
        return decode_span(
            logits.of_one(b, count),
            timeline.cue_start_second[0, :count],
            timeline.cue_end_second[0, :count],
            timeline.cues_to_seconds,
            top_k=top_k,
        )
