"""MutualSL: visual answer localization with mutual knowledge transfer.

Weng and Li, "Visual Answer Localization with Cross-Modal Mutual Knowledge Transfer", ICASSP 2023,
https://arxiv.org/abs/2210.14823. This is the paper's model made consistent (`docs/decisions`).
Letters: B questions, K rows, N cues, T tokens of the cues, D model width. The boxes of its Fig. 2
are in `boxes.py` and `layers.py`, its switches in `profiles.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import torch
from torch import Tensor, nn

from mutualsl.data.batch import Batch, Sentence
from mutualsl.models.base import NeuralLocalizer
from mutualsl.models.boxes import (
    FeatureProjection,
    SegmentProjection,
    TextualPredictor,
    TextualProjection,
    cue_features,
)
from mutualsl.models.decoding import decode_cues, decode_rows
from mutualsl.models.layers import ContextQueryAttention, Fusion, SequenceEncoder
from mutualsl.models.losses import SpanLogits, blend
from mutualsl.models.mutual_losses import MutualSLOutput, losses, transfer_weights
from mutualsl.models.profiles import MutualSLConfig
from mutualsl.models.sentence_reader import ReaderConfig, SentenceReader
from mutualsl.models.sentences import in_first_layers
from mutualsl.models.statistics import RowStatistics
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.models.tokens import of_cues
from mutualsl.models.visual_heads import visual_head
from mutualsl.prediction import HeadPredictions, Prediction

READS = {"visual": "video", "textual": "subtitles"}  # what a head cannot do without


class MutualSL(NeuralLocalizer):
    """Two predictors over one video that teach each other through the timeline."""

    config: MutualSLConfig
    language_share: Tensor

    def __init__(self, config: MutualSLConfig, text_encoder: TextEncoder | None = None) -> None:
        super().__init__(config)
        width, dropout = config.width, config.dropout
        self.text_encoder = text_encoder or TextEncoder.from_config(config.text_encoder)
        of_tokens, text_width = config.text_unit == "token", self.text_encoder.width
        if config.vis_text == "segments" or not of_tokens:
            self.text_projection = SegmentProjection(text_width, width, config.edges, config.match)
            if config.join_windows:
                self.cross_window = SequenceEncoder(width, heads=config.heads, dropout=dropout)
        if config.vis_text == "question":
            self.question_projection = nn.Linear(text_width, width)
        self.feature_projection = FeatureProjection(
            config.row_width, width, config.heads, dropout, config.vis_encoder
        )
        self.attention = ContextQueryAttention(width, dropout)
        self.fusion = Fusion(width)
        if config.highlight_weight > 0:
            self.highlight = nn.Linear(width, 1)
        read_width = text_width if of_tokens else width
        if config.visual_bias:
            self.textual_projection = TextualProjection(read_width, width)
            read_width = width
        self.visual_predictor = visual_head(config)
        self.textual_predictor = TextualPredictor(read_width, dropout, config.pairs, config.hidden)
        self.sentence_reader = None
        if config.shared_layers is not None:
            reader = ReaderConfig(
                shared_layers=config.shared_layers,
                width=config.reader_width,
                asked=config.reader_asked,
            )
            self.sentence_reader = SentenceReader(reader, self.text_encoder.language_model)
            # How far the textual predictor is believed: where there are no pictures like those it
            # learned beside, and where there are; 1 until the reader has learned.
            self.register_buffer("language_share", torch.ones(2))

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

    @property
    def share(self) -> Tensor | None:
        """How far the textual predictor is believed beside the sentence reader."""
        return None if self.sentence_reader is None else self.language_share

    def forward(self, batch: Batch) -> MutualSLOutput:
        """Score every row and every cue as start and end of the answer."""
        reader, tokens = self._reader(), None
        if reader is not None and self._reader_alone():
            unseen = torch.zeros_like(batch.row_mask, dtype=torch.float)
            return MutualSLOutput(SpanLogits(unseen, unseen), textual=reader(batch))
        words = self.text_encoder.tokens(batch)
        if self.config.text_unit == "token":
            tokens, text = self.text_encoder.cue_tokens(batch, words), None
        else:
            text = self._segments(batch, words)
        seen, seen_mask = self._seen(batch, words, text)
        rows = self.feature_projection(batch.rows, batch.row_mask)
        attended = self.attention(rows, seen, batch.row_mask, seen_mask)
        fused = self.fusion(attended, seen, seen_mask)
        gated, highlight = self._gate(fused)
        visual = self.visual_predictor(gated, batch.row_mask)
        read = None if reader is None else reader(batch)
        if tokens is None:
            assert text is not None
            cues = self._biased(text[0][:, 1:], fused, batch)
            textual = self.textual_predictor(cues, batch.timeline)
            return MutualSLOutput(visual, textual, read, highlight=highlight)
        biased = self._biased(tokens.vectors, fused, batch)
        spans = self.textual_predictor.edges(biased, tokens.mask)
        textual = of_cues(spans, tokens, batch.timeline.cue_mask)
        return MutualSLOutput(visual, textual, read, spans, tokens, highlight)

    def decode(self, output: MutualSLOutput, batch: Batch, top_k: int = 5) -> list[HeadPredictions]:
        """Both predictors' spans in seconds; `None` for a missing modality or an untrained head."""
        heads, reader, known = self.config.trained_heads, self._reader(), self.knows(batch)
        related = [None] * len(batch) if reader is None else reader.related(batch)
        predictions = []
        for b in range(len(batch)):
            visual = textual = None
            if "visual" in heads and batch.has_video[b]:
                visual = decode_rows(
                    output.visual, batch.timeline, b,
                    top_k=top_k, in_domain=bool(known[b]),
                    most_probable=self.config.most_probable,
                )  # fmt: skip
            if "textual" in heads and batch.has_subtitles[b]:
                textual = self._decode_textual(output, batch, b, bool(known[b]), top_k)
            predictions.append(HeadPredictions(visual, textual, related[b]))
        return predictions

    def _decode_textual(
        self, output: MutualSLOutput, batch: Batch, b: int, known: bool, top_k: int
    ) -> Prediction:
        timeline = batch.timeline.of_one(b)
        count = timeline.cue_mask.shape[1]
        logits = output.textual.of_one(b, count)
        if output.read is not None:
            share = float(self.language_share[int(known)])
            logits = blend(logits, output.read.of_one(b, count), share)
        return decode_cues(logits, timeline, top_k=top_k, most_probable=self.config.most_probable)

    def _segments(self, batch: Batch, words: Tensor) -> tuple[Tensor, Tensor]:
        """T of Eq. 2, (B, N + 1, D), and its mask, of the tokens of all windows."""
        segments = self.text_encoder.segments(batch, words)
        features = cue_features(batch.timeline, batch.cue_words) if self.config.edges else None
        text = self.text_projection(segments, features)
        if self.config.join_windows:
            text = self.cross_window(text, segments.mask)
        return text, segments.mask

    def _seen(
        self, batch: Batch, words: Tensor, text: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, Tensor]:
        """What rows attend to, (B, M, D), and its mask."""
        detached = self.config.detach_plm_in_visual
        if self.config.vis_text == "question":
            with torch.set_grad_enabled(torch.is_grad_enabled() and not detached):
                question = self.text_encoder.of_sentences(
                    batch.question_sentences, batch.question_mask
                )
            return self.question_projection(question), batch.question_mask
        if detached:
            return self._segments(batch, words.detach())
        return self._segments(batch, words) if text is None else text

    def _gate(self, fused: Tensor) -> tuple[Tensor, Tensor | None]:
        """Each row times its highlight, and the logits of that, if there is a gate."""
        if self.config.highlight_weight == 0:
            return fused, None
        logits = self.highlight(fused)
        return fused * logits.sigmoid(), logits.squeeze(-1)

    def _biased(self, vectors: Tensor, fused: Tensor, batch: Batch) -> Tensor:
        """What the textual predictor reads of cues or tokens. Eq. 5-6."""
        if not self.config.visual_bias:
            return vectors
        return self.textual_projection(vectors, fused, batch.row_mask)

    def _reader(self) -> SentenceReader | None:
        """The sentence reader, once it has a say; not in training, where losses do without it."""
        if self.training or self.sentence_reader is None:
            return None
        return None if bool((self.language_share == 1.0).all()) else self.sentence_reader

    def _reader_alone(self) -> bool:
        """Whether neither predictor has a say, so that neither need be computed."""
        silent = not self.language_share.any() and "visual" not in self.config.trained_heads
        return silent and not self.training

    @property
    def untrained(self) -> tuple[str, ...]:
        """What a head reads that has no say: the pictures, the subtitles or both."""
        return tuple(READS[head] for head in READS if head not in self.config.trained_heads)

    def knows(self, batch: Batch) -> Tensor:
        """Where there are pictures, and like those that the visual predictor has learned from."""
        in_domain = self.row_statistics.in_domain(batch.rows, batch.row_mask)
        return in_domain & batch.has_video & ("visual" in self.config.trained_heads)

    def has_learned_from(self, modalities: Collection[str]) -> None:
        """Of the heads that may show a span, keep those that read one of the modalities."""
        kept = tuple(h for h in self.config.trained_heads if READS[h] in modalities)
        self.config = replace(self.config, trained_heads=kept)

    def prepare(self, sentences: tuple[Sentence, ...]) -> None:
        """The sentence vectors of a video's cues."""
        reader = self._reader()
        if reader is not None and sentences:
            reader.prepare(sentences)

    def never_trained(self, name: str) -> bool:
        """The sentence reader, which learns by itself, and the layers it shares."""
        shared = self.config.shared_layers
        if shared is None:
            return False
        of_both = "language_model." in name and in_first_layers(name, shared)
        return of_both or name.startswith("sentence_reader.")

    def losses(self, output: MutualSLOutput, batch: Batch) -> dict[str, Tensor]:
        """The four terms of Eq. 19: both predictors on gold, and each on the other's lesson."""
        return losses(self.config, output, batch)

    def logs(self, output: MutualSLOutput, batch: Batch) -> dict[str, float]:
        """Both transfer weights: how right each teacher is on the student's axis. Fig. 3."""
        return transfer_weights(self.config, output, batch)

    def checkpoint_gradients(self, on: bool) -> None:
        """In the language model, which holds nearly all activations."""
        self.text_encoder.checkpoint_gradients(on)
