"""How a sentence encoder learns: to find the passage that a question is about.

Letters: B questions, N cues, H width of the vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from mutualsl.data.batch import Batch, Sentence
from mutualsl.models.base import NeuralLocalizer
from mutualsl.models.decoding import decode_cues
from mutualsl.models.losses import SpanLogits
from mutualsl.models.matching import compare
from mutualsl.models.sentences import SentenceEncoder, in_first_layers
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.prediction import HeadPredictions, Prediction

TEMPERATURE = 0.05  # of cosines, which are otherwise too much alike


class Found(NamedTuple):
    """Vectors of questions, and of the cues of each one's video: alone and between neighbours."""

    questions: Tensor  # (B, H)
    cues: tuple[Tensor, ...]  # (N, 2, H) each


class PassageFinder(NeuralLocalizer):
    """A sentence encoder as a localizer of its own, which has no other parameters.

    It needs answers of many kinds, or it learns by heart the few there are
    (`docs/decisions/0034-sentences-learn-from-talks.md`). The layers that the encoder shares with
    another language model stay as they are.
    """

    needs = ("subtitles",)
    reads = ()  # nothing that it learns makes a head a trained one

    def __init__(self, encoder: SentenceEncoder) -> None:
        super().__init__(None)
        self.encoder = encoder

    @classmethod
    def create(
        cls, config: Callable[..., Any], row_width: int, text_encoder: TextEncoder
    ) -> PassageFinder:
        """A new one for this language model, whose embeddings stay; rows are nothing to it."""
        return cls(SentenceEncoder(text_encoder.language_model, 0))

    def never_trained(self, name: str) -> bool:
        """What is shared; the embeddings always."""
        return in_first_layers(name, self.encoder.shared_layers)

    def forward(self, batch: Batch) -> Found:
        """Encode every question, and the cues of every video once."""
        videos = dict.fromkeys(cues for cues in batch.cue_sentences if cues)
        sentences: list[Sentence] = list(batch.question_sentences)
        for cues in videos:
            sentences += self.encoder.both_ways(cues)
        counts = [len(batch), *(2 * len(cues) for cues in videos)]
        questions, *encoded = self.encoder.encode(sentences).split(counts)
        of = {
            cues: vectors.view(2, len(cues), -1).transpose(0, 1)
            for cues, vectors in zip(videos, encoded, strict=True)
        }
        none = questions.new_zeros(0, 2, self.encoder.width)
        return Found(questions, tuple(of.get(cues, none) for cues in batch.cue_sentences))

    def losses(self, output: Found, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the cues inside the answer, and of the answer among those of the batch.

        The first is over the cues of a question's own video, of each alone and of each between
        its neighbours; the second over the answers to all questions, whatever video they are in.
        One that holds another or overlaps it is another one: how much is asked for is learned too.
        """
        assert batch.gold is not None, "losses need gold spans"
        first, last = (edge.tolist() for edge in batch.timeline.gold_cues(batch.gold))
        said = [b for b, sentences in enumerate(batch.cue_sentences) if sentences]
        if not said:
            nothing = output.questions.sum() * 0.0
            return {"cues": nothing, "passages": nothing}
        inside = {b: slice(first[b], last[b] + 1) for b in said}
        cues = [_missed(output.questions[b], output.cues[b], inside[b]) for b in said]
        numbers: dict[Hashable, int] = {}
        passages: list[Tensor] = []
        answers = []
        for b in said:
            place = batch.cue_sentences[b], first[b], last[b]
            answers.append(numbers.setdefault(place, len(numbers)))
            if len(passages) < len(numbers):
                passages.append(_whole(output.cues[b][inside[b], 0], batch.cue_size[b, inside[b]]))
        among = output.questions[said] @ torch.stack(passages).T / TEMPERATURE
        right = torch.tensor(answers, device=among.device)
        return {
            "cues": torch.stack(cues).mean(),
            "passages": functional.cross_entropy(among.float(), right),
        }

    def decode(self, output: Found, batch: Batch, top_k: int = 5) -> list[HeadPredictions]:
        """The spans that match best, as a whole and by one of their cues; to choose weights by."""
        return [
            HeadPredictions(None, self._best(output, batch, b, top_k), None)
            for b in range(len(batch))
        ]

    def _best(self, output: Found, batch: Batch, b: int, top_k: int) -> Prediction | None:
        cues, count = output.cues[b], len(output.cues[b])
        if not count:
            return None
        sizes, shared, mask = (
            each[b, None, :count]
            for each in (batch.cue_size, batch.cue_words, batch.timeline.cue_mask)
        )
        match = compare(output.questions[b, None], cues[None], sizes, shared, mask)
        whole, best, *_ = match.spans
        anywhere = cues.new_zeros(1, count)
        logits = SpanLogits(anywhere, anywhere, (whole() + best()) / TEMPERATURE)
        return decode_cues(logits.of_one(0, count), batch.timeline.of_one(b), top_k=top_k)


def _missed(question: Tensor, cues: Tensor, inside: slice) -> Tensor:
    """Cross-entropy of the cues (N, 2, H) inside the answer, the mean of both ways to read them."""
    match = cues @ question / TEMPERATURE
    return (match.logsumexp(0) - match[inside].logsumexp(0)).mean()


def _whole(cues: Tensor, sizes: Tensor) -> Tensor:
    """Unit vector (H,) of a passage: of its cues (N, H), each as often as it has tokens (N,)."""
    return functional.normalize((cues * sizes.unsqueeze(-1)).sum(0), dim=-1)
