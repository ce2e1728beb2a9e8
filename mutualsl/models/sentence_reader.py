"""A textual localizer that learns from few transcripts: it reads frozen sentence vectors.

Letters: B questions, N cues, H language model width, M matches of a cue, D model width.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mutualsl.data.batch import Batch, Sentence
from mutualsl.models.base import NeuralLocalizer
from mutualsl.models.boxes import CUE_FEATURES, TextualPredictor, cue_features
from mutualsl.models.decoding import decode_cues
from mutualsl.models.language_model import LanguageModel
from mutualsl.models.layers import SequenceEncoder
from mutualsl.models.losses import SpanLogits, mean_where, span_cross_entropy
from mutualsl.models.matching import CUE_MATCHES, SPAN_MATCHES, compare
from mutualsl.models.sentences import SentenceEncoder
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.prediction import HeadPredictions


@dataclass(frozen=True, kw_only=True)
class ReaderConfig:
    """Sizes of a sentence reader."""

    shared_layers: int = 0  # first layers that its language model shares with the one it is made of
    width: int = 128  # D
    dropout: float = 0.3
    asked: bool = False  # reads the question's own vector beside its matches, see `QuestionGate`


class QuestionGate(nn.Module):
    """What a cue says (B, N, 2H), multiplied with what is asked (B, H), to the model width.

    With it the reader can learn which questions belong to which cues: where the videos asked about
    are those it learned from, as on the official split sets. On other videos matches carry over,
    and this does not (`docs/log.md`).
    """

    def __init__(self, vector_width: int, width: int, dropout: float) -> None:
        super().__init__()
        self.scale = vector_width**0.5  # unit vectors to coordinates of about 1
        self.dropout = nn.Dropout(dropout)
        self.question = nn.Sequential(
            nn.Linear(vector_width, width), nn.GELU(), nn.Dropout(dropout), nn.Linear(width, width)
        )
        self.cues = nn.Linear(2 * vector_width, width)
        self.join = nn.Linear(width, width)

    def forward(self, question: Tensor, cues: Tensor) -> Tensor:
        """(B, H), (B, N, 2H) -> (B, N, D)."""
        asked: Tensor = self.question(self.dropout(question * self.scale)).unsqueeze(1)
        said = functional.gelu(self.cues(self.dropout(cues * self.scale)))
        return self.join(said * asked)


class SentenceReader(NeuralLocalizer):
    """Spans of cues by how their sentences match the question; knows nothing of pictures.

    Its encoder is never trained, so a few hundred answers cannot make it forget what sentences
    mean (`docs/decisions/0021-frozen-sentences.md`); what is trained is a third of a million
    parameters, for which the vectors of a video are computed once.
    """

    reads = needs = ("subtitles",)

    def __init__(self, config: ReaderConfig, language_model: LanguageModel) -> None:
        super().__init__(config)
        width, dropout = config.width, config.dropout
        self.encoder = SentenceEncoder(language_model, config.shared_layers)
        self.dropout = nn.Dropout(dropout)
        self.words = nn.Linear(2 * self.encoder.width, width)
        self.matches = nn.Linear(CUE_MATCHES, width)
        self.features = nn.Linear(CUE_FEATURES, width)
        self.gate = QuestionGate(self.encoder.width, width, dropout) if config.asked else None
        self.encode = SequenceEncoder(width, dropout=dropout)
        self.predictor = TextualPredictor(width, dropout)
        self.span_matches = nn.Parameter(torch.tensor(SPAN_MATCHES))

    @classmethod
    def create(
        cls, config: Callable[..., ReaderConfig], row_width: int, text_encoder: TextEncoder
    ) -> SentenceReader:
        """A new one that reads with this language model; rows are nothing to it."""
        return cls(config(), text_encoder.language_model)

    def forward(self, batch: Batch) -> SpanLogits:
        """Score every span of cues: two (B, N) and one (B, N, N)."""
        timeline = batch.timeline
        vectors = self.encoder.of_videos(batch.cue_sentences, batch.cue_size.shape[1])
        question = self.encoder.of_questions(batch.question_sentences)
        match = compare(
            question,
            vectors,
            batch.cue_size,
            batch.cue_words,
            timeline.cue_mask,
        )
        cues = (
            self.words(self.dropout(vectors.flatten(2)))
            + self.matches(match.cues)
            + self.features(cue_features(timeline, batch.cue_words))
        )
        if self.gate is not None:
            cues = cues + self.gate(question, vectors.flatten(2))
        start, end, pair = self.predictor(self.encode(cues, timeline.cue_mask), timeline)
        for weight, spans in zip(self.span_matches, match.spans, strict=True):
            # Where nothing learns, in place: hours of cues have 100 MB of pairs.
            pair = (pair.addcmul if torch.is_grad_enabled() else pair.addcmul_)(weight, spans())
        return SpanLogits(start, end, pair)

    @torch.inference_mode()
    def related(self, batch: Batch) -> list[float | None]:
        """For each question its cosine with the nearest cue; `None` without subtitles.

        It says whether a video speaks of something at all, which no span probability does: those
        are shares of what is there (`docs/decisions/0030-questions-about-something-else.md`).
        """
        nearest: list[float | None] = []
        for sentences, question in zip(batch.cue_sentences, batch.question_sentences, strict=True):
            if not sentences:
                nearest.append(None)
                continue
            asked, cues = self.encoder.of_questions([question])[0], self.encoder.of_video(sentences)
            nearest.append(float((cues[:, 0].to(asked.dtype) @ asked).max()))
        return nearest

    def prepare(self, sentences: tuple[Sentence, ...]) -> None:
        """Compute and remember the vectors of a video's cues."""
        self.encoder.of_video(sentences)

    def never_trained(self, name: str) -> bool:
        """The sentence encoder."""
        return name.startswith("encoder.")

    def losses(self, output: SpanLogits, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the gold span, Eq. 11 over spans."""
        assert batch.gold is not None, "losses need gold spans"
        own = span_cross_entropy(output, *batch.timeline.gold_cues(batch.gold))
        return {"textual": mean_where(own, batch.has_subtitles)}

    def decode(self, output: SpanLogits, batch: Batch, top_k: int = 5) -> list[HeadPredictions]:
        """Textual spans in seconds with raw confidences; `None` without subtitles."""
        predictions, related = [], self.related(batch)
        for b in range(len(batch)):
            timeline = batch.timeline.of_one(b)
            count = timeline.cue_mask.shape[1]
            logits = output.of_one(b, count)
            textual = decode_cues(logits, timeline, top_k=top_k) if count else None
            predictions.append(HeadPredictions(None, textual, related[b]))
        return predictions
