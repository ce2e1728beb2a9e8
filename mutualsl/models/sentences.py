"""The language model as the reader found it: compares sentences, and is trained no further.

Training on the few hundred answers there are makes the language model forget what it knew of
meaning: on transcripts it has not seen, cosines of its first weights find the right passage more
often than the trained ones do (`docs/decisions/0021-frozen-sentences.md`).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from mutualsl.data.batch import Sentence
from mutualsl.device import AtOnce
from mutualsl.models.language_model import LanguageModel, longest_input
from mutualsl.models.remembered import Remembered

AT_ONCE = 64
REMEMBERED_BYTES = 150_000_000  # of width 384 about 100,000 cues


class SentenceEncoder(nn.Module):
    """One unit vector a sentence: the mean of its token vectors (Reimers and Gurevych, EMNLP 2019).

    It has its own upper layers and shares the lower ones with the language model that is trained,
    whose first `shared_layers` therefore stay as they are. The cues of a video are computed once,
    so a further question about it costs only its own words.
    """

    def __init__(self, language_model: LanguageModel, shared_layers: int) -> None:
        super().__init__()
        shared = {
            id(parameter): parameter
            for name, parameter in language_model.named_parameters()
            if in_first_layers(name, shared_layers)
        }
        self.language_model = copy.deepcopy(language_model, {**shared}).eval()
        for parameter in self.language_model.parameters():
            if id(parameter) not in shared:
                parameter.requires_grad_(False)
        self._at_once = AtOnce(AT_ONCE, "sentences")
        self._remembered = Remembered(REMEMBERED_BYTES)

    @property
    def width(self) -> int:
        """H."""
        return self.language_model.config.hidden_size

    def train(self, mode: bool = True) -> SentenceEncoder:
        """Stay in evaluation mode."""
        return super().train(False)

    @torch.no_grad()
    def forward(self, sentences: Sequence[Sentence]) -> Tensor:
        """Vectors (M, H) of M sentences of any length.

        One longer than the language model reads is read in pieces, each of which counts by length.
        """
        pieces = [self._pieces(sentence) for sentence in sentences]
        vectors = self._of_pieces([piece for each in pieces for piece in each])
        if len(vectors) == len(sentences):
            return vectors
        sizes = torch.tensor([len(piece) for each in pieces for piece in each])
        weighted = (vectors * sizes.to(vectors).unsqueeze(-1)).split([len(p) for p in pieces])
        return functional.normalize(torch.stack([part.sum(0) for part in weighted]), dim=-1)

    def _pieces(self, sentence: Sentence) -> list[Sentence]:
        """The sentence, or as many as it takes for the language model to read all of it."""
        config = self.language_model.config
        limit = longest_input(self.language_model) or config.max_position_embeddings
        if len(sentence) <= limit:
            return [sentence]
        first, *inner, last = sentence
        room = limit - 2
        return [(first, *inner[i : i + room], last) for i in range(0, len(inner), room)]

    def _of_pieces(self, sentences: Sequence[Sentence]) -> Tensor:
        """Vectors (M, H) of M sentences that the language model can read at once."""
        device = next(self.parameters()).device
        order = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))  # little padding
        vectors = torch.zeros(len(sentences), self.width, device=device)

        def encode(part: slice) -> None:
            for group in _alike(order[part], sentences):
                vectors[group] = self._encode([sentences[i] for i in group], device)

        self._at_once.over(len(order), encode)
        return vectors

    def of_questions(self, questions: Sequence[Sentence]) -> Tensor:
        """Vectors (B, H) of B questions, each read alone and once, as the cues of a video are."""
        return torch.stack([self._of_question(question) for question in questions])

    def _of_question(self, question: Sentence) -> Tensor:
        return self._remembered.get_or_make(question, lambda: self([question])[0])

    def of_video(self, cues: tuple[Sentence, ...]) -> Tensor:
        """Vectors (N, 2, H) of the cues of one video: of each alone, and between its neighbours.

        They come from memory where the video was seen before, and depend on nothing but these
        cues, so a run that is resumed finds the same bits.
        """
        return self._remembered.get_or_make(
            cues,
            lambda: (
                self([*cues, *_with_neighbours(cues)])
                .view(2, len(cues), self.width)
                .transpose(0, 1)
                .half()
            ),
        )

    def of_videos(self, videos: Sequence[tuple[Sentence, ...]], count: int) -> Tensor:
        """Vectors (B, N, 2, H) of the cues of B videos, zero where one has fewer than N."""
        device = next(self.parameters()).device
        padded = torch.zeros(len(videos), count, 2, self.width, device=device)
        for i, cues in enumerate(videos):
            padded[i, : len(cues)] = self.of_video(cues)
        return padded

    def _encode(self, sentences: Sequence[Sentence], device: torch.device) -> Tensor:
        pad = self.language_model.config.pad_token_id or 0
        ids = torch.full((len(sentences), max(map(len, sentences))), pad)
        mask = torch.zeros_like(ids)
        for i, sentence in enumerate(sentences):
            ids[i, : len(sentence)] = torch.tensor(sentence)
            mask[i, : len(sentence)] = 1
        ids, mask = ids.to(device), mask.to(device)
        tokens = self.language_model(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(tokens.dtype)
        mean = (tokens * weights).sum(1).float() / weights.sum(1).float()
        return functional.normalize(mean, dim=-1)


def _alike(order: Sequence[int], sentences: Sequence[Sentence]) -> Iterator[list[int]]:
    """Parts of an order by length, in none of which a sentence is twice as long as another."""
    part: list[int] = []
    for i in order:
        if part and len(sentences[i]) >= 2 * len(sentences[part[0]]):
            yield part
            part = []
        part.append(i)
    if part:
        yield part


def _with_neighbours(cues: Sequence[Sentence]) -> list[Sentence]:
    """Each cue with the one before and the one after as a single sentence."""
    inner = [(), *(cue[1:-1] for cue in cues), ()]
    return [
        (cue[0], *inner[i], *inner[i + 1], *inner[i + 2], cue[-1]) for i, cue in enumerate(cues)
    ]


def in_first_layers(name: str, layers: int) -> bool:
    """Whether a parameter of a language model belongs to its embeddings or first layers."""
    return ".embeddings." in f".{name}" or any(
        re.search(rf"\.layers?\.{i}\.", f".{name}") for i in range(layers)
    )
