"""Question and subtitles to one vector a segment (Eq. 2), whatever their length.

Letters: B questions, N cues (segments are N + 1: the question first), W windows, L tokens, H
hidden width of the language model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from mutualsl.data.batch import Batch, Sentence
from mutualsl.data.tokenizer import TextTokenizer
from mutualsl.device import AtOnce
from mutualsl.errors import CheckpointError
from mutualsl.models import language_model as language_models
from mutualsl.models.language_model import LanguageModel, longest_input

# Pairs of tokens in the windows that a CPU computes at once: where its memory ends, the system ends
# the process and no portion is halved. One window of 4,096, or 16 of 1,024.
PAIRS_AT_ONCE = 4096**2


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

    def of(self, windows: Tensor) -> Prompt:
        """One for each window, (W,) the question that it belongs to."""
        return Prompt(self.vectors[windows], self.there[windows])

    def seen(self, mask: Tensor) -> Tensor:
        """Which places (W, L + 1) are read: tokens (W, L), and after the last one the prompt."""
        return functional.pad(mask, (0, 1)) | (_after(mask) & self.there.unsqueeze(1))


class CueTokens(NamedTuple):
    """What the language model says of every token of the cues, all windows joined, in order."""

    vectors: Tensor  # (B, T, H)
    cue: Tensor  # (B, T) which cue a token belongs to
    mask: Tensor  # (B, T)


class TextEncoder(nn.Module):
    """A pre-trained language model, read out segment by segment.

    None is told token types: those that have them read the type of a single text everywhere
    (`docs/decisions/0026-any-text-encoder.md`).
    """

    def __init__(self, language_model: LanguageModel, windows_at_once: int = 16) -> None:
        super().__init__()
        self.language_model = language_model
        self.at_once = AtOnce(windows_at_once, "windows of text")  # hour-long transcripts

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> TextEncoder:
        """Build with random weights, in 32 bits, from a transformers config."""
        return cls(language_models.build(config))

    def check_input(self, tokenizer: TextTokenizer, window_tokens: int) -> None:
        """Raise `CheckpointError` unless the language model can read such tokens and windows."""
        known = self.language_model.get_input_embeddings().num_embeddings
        if tokenizer.size > known:
            raise CheckpointError(
                f"the tokenizer has {tokenizer.size:,} tokens, the language model knows {known:,}; "
                "give both from one folder"
            )
        pad_id = self.language_model.config.pad_token_id
        if pad_id not in (None, tokenizer.pad_id):
            raise CheckpointError(
                f"the tokenizer fills up with token {tokenizer.pad_id}, the language model expects "
                f"{pad_id}; give both from one folder"
            )
        longest = longest_input(self.language_model)
        if longest is not None and window_tokens > longest:
            raise CheckpointError(
                f"windows of {window_tokens} tokens are longer than the {longest} that the "
                f"language model has positions for; --set window_tokens={longest}"
            )

    def checkpoint_gradients(self, on: bool) -> None:
        """Recompute activations in the backward pass. `CheckpointError` where that cannot be."""
        if not on:
            self.language_model.activation_checkpointing_disable()
            return
        if not self.language_model.supports_gradient_checkpointing:
            raise CheckpointError(
                f"{self.language_model.config.model_type} cannot recompute its activations; "
                "--set gradient_checkpointing=false"
            )
        self.language_model.activation_checkpointing_enable()

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
        return self.segments(batch, self.tokens(batch, prompt))

    def tokens(self, batch: Batch, prompt: Prompt | None = None) -> Tensor:
        """Vectors (W, L, H) of every token of every window."""
        ids, mask = batch.window_ids, batch.window_mask
        if prompt is not None:
            return self.prompted(batch, prompt)[:, :-1]
        return self._over(ids, lambda part: self._encode(ids[part], mask[part]))

    def prompted(self, batch: Batch, prompt: Prompt) -> Tensor:
        """The same with prompts, (W, L + 1, H): each stands where its window's padding begins."""
        ids, mask, owner = batch.window_ids, batch.window_mask, batch.window_question
        return self._over(
            ids, lambda part: self._encode_prompted(ids[part], mask[part], prompt.of(owner[part]))
        )

    def _over(self, ids: Tensor, encode: Callable[[slice], Tensor]) -> Tensor:
        """All windows (W, L) encoded, as many at once as memory is likely to have room for."""
        most = max(1, PAIRS_AT_ONCE // ids.shape[1] ** 2) if ids.device.type == "cpu" else None
        return torch.cat(self.at_once.over(len(ids), encode, most))

    def segments(self, batch: Batch, tokens: Tensor) -> Segments:
        """Tokens (W, L, H) read out segment by segment."""
        count, segments = len(batch), batch.timeline.cue_mask.shape[1] + 1
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

    def cue_tokens(self, batch: Batch, tokens: Tensor) -> CueTokens:
        """Tokens (W, L, H) read out one by one, those of the cues only."""
        belongs = batch.window_segment > 0
        vectors, mask = by_question(tokens, belongs, batch)
        cue, _ = by_question(batch.window_segment - 1, belongs, batch)
        return CueTokens(vectors.float(), cue, mask)

    def of_sentences(self, sentences: Sequence[Sentence], mask: Tensor) -> Tensor:
        """Vectors (B, M, H) of sentences by themselves; `mask` (B, M) has their tokens."""
        ids = torch.full(mask.shape, self.language_model.config.pad_token_id or 0)
        for row, sentence in enumerate(sentences):
            ids[row, : len(sentence)] = torch.tensor(sentence)
        return self._encode(ids.to(mask.device), mask)

    def _encode(self, ids: Tensor, mask: Tensor) -> Tensor:
        output: Tensor = self.language_model(
            input_ids=ids, attention_mask=mask.long()
        ).last_hidden_state
        return output

    def _encode_prompted(self, ids: Tensor, mask: Tensor, prompt: Prompt) -> Tensor:
        """(W, L + 1, H), the prompt among the tokens."""
        place = mask.sum(dim=1)
        longest = longest_input(self.language_model)
        if longest is not None and int(place.max()) >= longest:
            raise CheckpointError(
                f"a window of {int(place.max())} tokens and a prompt do not fit into a language "
                f"model of {longest} places; make windows shorter (window_tokens={longest - 1})"
            )
        words = self.language_model.get_input_embeddings()(functional.pad(ids, (0, 1)))
        vectors = torch.where(_after(mask).unsqueeze(-1), prompt.vectors.unsqueeze(1), words)
        output: Tensor = self.language_model(
            inputs_embeds=vectors.to(words.dtype), attention_mask=prompt.seen(mask).long()
        ).last_hidden_state
        return output


def _after(mask: Tensor) -> Tensor:
    """The place after the last token of each window, (W, L) -> (W, L + 1)."""
    place = torch.zeros_like(functional.pad(mask, (0, 1)))
    return place.scatter(1, mask.sum(dim=1, keepdim=True), True)


def by_question(values: Tensor, belongs: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """Values (W, P, ...) of the positions that belong, (W, P), all windows of a question joined.

    Returns them in order, (B, T, ...), and where there is one, (B, T).
    """
    question = batch.window_question[:, None].expand_as(belongs)[belongs]  # ascending
    count = torch.bincount(question, minlength=len(batch))
    order = torch.arange(len(question), device=question.device)
    place = order - (count.cumsum(0) - count)[question]
    longest = max(1, int(count.max()))
    joined = values.new_zeros(len(batch), longest, *values.shape[2:])
    mask = torch.arange(longest, device=count.device) < count[:, None]
    return joined.index_put((question, place), values[belongs]), mask


def _edges(values: Tensor, place: Tensor, segments: int) -> tuple[Tensor, Tensor]:
    """First and last token vector of each segment; `values` (M, H) of token i belong to `place`."""
    order = torch.arange(len(place), device=place.device)
    known = torch.bincount(place, minlength=segments).unsqueeze(1) > 0
    first = order.new_zeros(segments).scatter_reduce_(0, place, order, "amin", include_self=False)
    last = order.new_zeros(segments).scatter_reduce_(0, place, order, "amax", include_self=False)
    return values[first] * known, values[last] * known
