"""Question and subtitles to one vector a segment (Eq. 2), whatever their length.

Letters: B questions, N cues (segments are N + 1: the question first), W windows, L tokens, H
hidden width of the language model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, PreTrainedModel

from mutualsl.data.batch import Batch, Sentence


class Segments(NamedTuple):
    """What the language model says of each segment: of all its tokens, and of its two edges."""

    mean: Tensor  # (B, N + 1, H) mean of the token vectors
    first: Tensor  # (B, N + 1, H)
    last: Tensor  # (B, N + 1, H)
    mask: Tensor  # (B, N + 1)

    def joined(self) -> Tensor:
        """All of it in one vector a segment, (B, N + 1, 3 H)."""
        return torch.cat([self.mean, self.first, self.last], dim=-1)


class Prompt(NamedTuple):
    """A vector beside the tokens of a question's windows, in the space of word embeddings."""

    vectors: Tensor  # (B, H)
    there: Tensor  # (B,) false: the question has none


class TextEncoder(nn.Module):
    """A pre-trained language model, read out segment by segment."""

    def __init__(self, language_model: PreTrainedModel, windows_at_once: int = 16) -> None:
        super().__init__()
        self.language_model = language_model
        self.windows_at_once = windows_at_once  # bounds memory on hour-long transcripts

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> TextEncoder:
        """Build with random weights from a transformers config."""
        parsed = AutoConfig.for_model(**config)
        return cls(AutoModel.from_config(parsed, **_without_pooler(config["model_type"])))

    @classmethod
    def from_pretrained(cls, path: str) -> TextEncoder:
        """Load a language model from a folder or the Hub.

        Without dropout inside: on a CPU drawing its masks takes twice as long as all the rest.
        """
        config = AutoConfig.from_pretrained(path)
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        options = _without_pooler(config.model_type)
        return cls(AutoModel.from_pretrained(path, config=config, **options))

    @property
    def config(self) -> dict[str, Any]:
        """The transformers config, as data."""
        return self.language_model.config.to_diff_dict()

    @property
    def width(self) -> int:
        """Hidden width H."""
        return self.language_model.config.hidden_size

    def forward(self, batch: Batch, prompt: Prompt | None = None) -> Segments:
        """Vectors of the question and every cue. Eq. 2.

        A cue without tokens keeps zero vectors: it stays a cue that a span may begin or end at. A
        `prompt` stands after the last token of each of its question's windows, which needs a place
        more than their tokens.
        """
        count, segments = len(batch), batch.timeline.cue_mask.shape[1] + 1
        parts = zip(
            batch.window_ids.split(self.windows_at_once),
            batch.window_mask.split(self.windows_at_once),
            batch.window_question.split(self.windows_at_once),
            strict=True,
        )
        encoded = [self._encode(ids, mask, question, prompt) for ids, mask, question in parts]
        tokens = torch.cat(encoded)  # (W, L, H)
        belongs = batch.window_segment >= 0
        place = (batch.window_question[:, None] * segments + batch.window_segment)[belongs]
        values = tokens[belongs].float()
        sums = values.new_zeros(count * segments, self.width).index_add_(0, place, values)
        sizes = torch.bincount(place, minlength=count * segments).clamp_min(1).unsqueeze(1)
        first, last = _edges(values, place, count * segments)
        shape = (count, segments, self.width)
        question = torch.ones(count, 1, dtype=torch.bool, device=sums.device)
        mask = torch.cat([question, batch.timeline.cue_mask], dim=1)
        return Segments((sums / sizes).view(shape), first.view(shape), last.view(shape), mask)

    def checkpoint_gradients(self, on: bool) -> None:
        """Recompute the language model's activations in the backward pass, or keep them."""
        if on:
            self.language_model.activation_checkpointing_enable()
        else:
            self.language_model.activation_checkpointing_disable()

    def of_sentences(self, sentences: Sequence[Sentence], mask: Tensor) -> Tensor:
        """Vectors (B, M, H) of sentences by themselves; `mask` (B, M) has their tokens."""
        ids = torch.zeros(mask.shape, dtype=torch.long)
        for row, sentence in enumerate(sentences):
            ids[row, : len(sentence)] = torch.tensor(sentence)
        output: Tensor = self.language_model(
            input_ids=ids.to(mask.device), attention_mask=mask.long()
        ).last_hidden_state
        return output

    def _encode(self, ids: Tensor, mask: Tensor, question: Tensor, prompt: Prompt | None) -> Tensor:
        """(W, L, H); the prompt itself is not among the tokens."""
        if prompt is None:
            output: Tensor = self.language_model(
                input_ids=ids, attention_mask=mask.long()
            ).last_hidden_state
            return output
        place = mask.sum(dim=1)
        self._check_room(int(place.max()))
        words = self.language_model.get_input_embeddings()(functional.pad(ids, (0, 1)))
        there = torch.zeros_like(words[..., 0], dtype=torch.bool).scatter_(1, place[:, None], True)
        vectors = torch.where(there.unsqueeze(-1), prompt.vectors[question].unsqueeze(1), words)
        seen = functional.pad(mask, (0, 1)) | (there & prompt.there[question].unsqueeze(1))
        output = self.language_model(
            inputs_embeds=vectors.to(words.dtype), attention_mask=seen.long()
        ).last_hidden_state
        return output[:, :-1]

    def _check_room(self, tokens: int) -> None:
        config = self.language_model.config
        limit = config.max_position_embeddings
        if tokens >= limit and getattr(config, "position_biased_input", True):
            raise ValueError(
                f"a window of {tokens} tokens and a prompt do not fit into a language model of "
                f"{limit} places; make windows shorter (window_tokens={limit - 1})"
            )


def _edges(values: Tensor, place: Tensor, segments: int) -> tuple[Tensor, Tensor]:
    """First and last token vector of each segment; `values` (M, H) of token i belong to `place`."""
    order = torch.arange(len(place), device=place.device)
    known = torch.bincount(place, minlength=segments).unsqueeze(1) > 0
    first = order.new_zeros(segments).scatter_reduce_(0, place, order, "amin", include_self=False)
    last = order.new_zeros(segments).scatter_reduce_(0, place, order, "amax", include_self=False)
    return values[first] * known, values[last] * known


def _without_pooler(model_type: str) -> dict[str, bool]:
    """BERT-like models carry a pooler that nothing here reads; leave it out of the weights."""
    return {"add_pooling_layer": False} if model_type in {"bert", "roberta"} else {}
