"""Collator: examples to one padded batch; training, evaluation and serving all pass through it.

Letters: B questions, K rows, F row width, N cues, W text windows, L tokens of a window, M tokens
of a question, H hidden width of a language model.
Segments number the text of one question's input: 0 is the question, i + 1 is cue i.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from threading import Lock
from typing import Any

import numpy as np
import torch
from cachetools import LRUCache, cached
from torch import Tensor

from mutualsl.data.example import Example, VideoInput
from mutualsl.data.lexical import word_matches, words
from mutualsl.data.tokenizer import TextTokenizer
from mutualsl.timeline import Timeline

Sentence = tuple[int, ...]  # token ids
Window = tuple[list[int], list[int]]  # token ids, segment of each (-1: belongs to none)
QuestionEncoder = Callable[[Sentence], Tensor]  # one vector a token, (M, H)

SMALLEST_WINDOW = 5  # tokens: one of a question and one of a cue, in three that mark where they are
REMEMBERED_WORDS = 500_000  # of cues, with their tokens about 70 MB


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Padded tensors of B questions."""

    rows: Tensor  # (B, K, F) float, zero without video
    row_mask: Tensor  # (B, K)
    window_ids: Tensor  # (W, L)
    window_mask: Tensor  # (W, L)
    window_segment: Tensor  # (W, L) segment of each token, -1 for none
    window_question: Tensor  # (W,) which of the B questions a window belongs to
    cue_words: Tensor  # (B, N, 2) words that a cue shares with the question, see `word_matches`
    cue_size: Tensor  # (B, N) tokens of a cue
    question_sentences: tuple[Sentence, ...]  # B, with special tokens
    question_vectors: Tensor | None  # (B, M, H), where the collator has an encoder for them
    question_mask: Tensor  # (B, M) tokens of `question_sentences`
    cue_sentences: tuple[tuple[Sentence, ...], ...]  # B times as many as it has cues
    timeline: Timeline
    gold: Tensor | None  # (B, 2) seconds
    has_video: Tensor  # (B,)
    has_subtitles: Tensor  # (B,)

    def __len__(self) -> int:
        return self.rows.shape[0]

    def to(self, device: torch.device | str) -> Batch:
        """The same batch on another device."""
        moved: dict[str, Any] = {
            f.name: value.to(device, non_blocking=True)
            for f in fields(self)
            if isinstance(value := getattr(self, f.name), Tensor)
        }
        timeline = Timeline(
            **{f.name: getattr(self.timeline, f.name).to(device) for f in fields(Timeline)}
        )
        return replace(self, timeline=timeline, **moved)


@dataclass(frozen=True, kw_only=True, slots=True)
class Collator:
    """Builds batches; knows the text encoder's window length and the row width."""

    tokenizer: TextTokenizer
    row_width: int
    window_tokens: int = 384
    max_question_tokens: int = 128
    question_encoder: QuestionEncoder | None = None

    @property
    def question_tokens(self) -> int:
        """How many tokens of a question are used: a small window keeps room for a cue."""
        return min(self.max_question_tokens, self.window_tokens - SMALLEST_WINDOW + 1)

    def __call__(self, examples: Sequence[Example]) -> Batch:
        """Pad and stack; any number of questions, any length, any missing modality."""
        row_counts = [0 if e.video.rows is None else len(e.video.rows) for e in examples]
        rows = np.zeros((len(examples), max(1, *row_counts), self.row_width), np.float32)
        for i, example in enumerate(examples):
            if example.video.rows is not None:
                rows[i, : row_counts[i]] = example.video.rows
        counts = torch.tensor(row_counts)
        questions = self.tokenizer.encode_all([e.question for e in examples])
        ids, mask, segment, owner = self._windows(examples, questions)
        timeline = self._timeline(examples, counts)
        sentences = tuple(self.sentence(q[: self.question_tokens]) for q in questions)
        sizes = torch.tensor([len(sentence) for sentence in sentences])
        gold = None
        if all(e.gold is not None for e in examples):
            gold = torch.tensor([e.gold for e in examples], dtype=torch.float32)
        return Batch(
            rows=torch.from_numpy(rows),
            row_mask=torch.arange(rows.shape[1])[None, :] < counts[:, None],
            window_ids=ids,
            window_mask=mask,
            window_segment=segment,
            window_question=owner,
            cue_words=self._shared_words(examples, timeline.cue_mask.shape[1]),
            cue_size=_sizes(examples, timeline.cue_mask.shape[1]),
            question_sentences=sentences,
            question_vectors=self._question_vectors(sentences),
            question_mask=torch.arange(int(sizes.max()))[None, :] < sizes[:, None],
            cue_sentences=tuple(self.sentences(e.video) for e in examples),
            timeline=timeline,
            gold=gold,
            has_video=counts > 0,
            has_subtitles=timeline.cue_mask.any(dim=1),
        )

    def sentence(self, tokens: Sequence[int]) -> Sentence:
        """[CLS] tokens [SEP]."""
        return (self.tokenizer.cls_id, *tokens, self.tokenizer.sep_id)

    def sentences(self, video: VideoInput) -> tuple[Sentence, ...]:
        """Every cue of a video as a sentence of its own."""
        return tuple(self.sentence(tokens) for tokens in video.cue_tokens)

    def question_limit(self, question: str) -> int | None:
        """How many tokens are used of a question that has too many; `None` for all of them."""
        most = self.question_tokens
        return most if len(self.tokenizer.encode_all([question])[0]) > most else None

    def text_windows(self, question: Sequence[int], cues: Sequence[Sequence[int]]) -> list[Window]:
        """[CLS] question [SEP] cues [SEP], in as many equally full windows as the cues need.

        A cue goes to the next window when it does not fit, and is divided only if it is longer
        than a window; all its tokens keep its segment number.
        """
        question = list(question[: self.question_tokens])
        head = [self.tokenizer.cls_id, *question, self.tokenizer.sep_id]
        room = self.window_tokens - len(head) - 1
        total = sum(len(cue) for cue in cues)
        aim = math.ceil(total / math.ceil(total / room)) if total else room
        windows: list[Window] = []
        tokens: list[int] = []
        segments: list[int] = []

        def close() -> None:
            ids = [*head, *tokens, *([self.tokenizer.sep_id] if tokens else [])]
            owner = [*([0] * len(head)), *segments, *([-1] if tokens else [])]
            windows.append((ids, owner))
            tokens.clear()
            segments.clear()

        for number, cue in enumerate(cues, start=1):
            if tokens and (len(tokens) >= aim or len(tokens) + len(cue) > room):
                close()
            for begin in range(0, len(cue), room):
                piece = list(cue[begin : begin + room])
                if len(tokens) + len(piece) > room:
                    close()
                tokens += piece
                segments += [number] * len(piece)
        if tokens or not windows:
            close()
        return windows

    def _windows(
        self, examples: Sequence[Example], questions: Sequence[Sequence[int]]
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        windows, owner = [], []
        for i, (question, example) in enumerate(zip(questions, examples, strict=True)):
            made = self.text_windows(question, example.video.cue_tokens)
            windows += made
            owner += [i] * len(made)
        length = max(len(ids) for ids, _ in windows)
        ids = torch.full((len(windows), length), self.tokenizer.pad_id)
        segment = torch.full((len(windows), length), -1)
        mask = torch.zeros(len(windows), length, dtype=torch.bool)
        for w, (tokens, segments) in enumerate(windows):
            ids[w, : len(tokens)] = torch.tensor(tokens)
            segment[w, : len(tokens)] = torch.tensor(segments)
            mask[w, : len(tokens)] = True
        return ids, mask, segment, torch.tensor(owner)

    def _question_vectors(self, questions: Sequence[Sentence]) -> Tensor | None:
        if self.question_encoder is None:
            return None
        vectors = [self.question_encoder(question) for question in questions]
        return torch.nn.utils.rnn.pad_sequence(vectors, batch_first=True)

    def _shared_words(self, examples: Sequence[Example], most: int) -> Tensor:
        shared = torch.zeros(len(examples), most, 2)
        for i, example in enumerate(examples):
            if example.video.cue_tokens:
                cues = [_words(self.tokenizer, tokens) for tokens in example.video.cue_tokens]
                shared[i, : len(cues)] = torch.from_numpy(
                    word_matches(words(example.question), cues)
                )
        return shared

    def _timeline(self, examples: Sequence[Example], row_counts: Tensor) -> Timeline:
        videos = [e.video for e in examples]
        most = max(1, *(len(v.cues) for v in videos))
        times = np.zeros((2, len(videos), most), np.float32)
        for i, video in enumerate(videos):
            times[0, i, : len(video.cues)] = [cue.start_second for cue in video.cues]
            times[1, i, : len(video.cues)] = [cue.end_second for cue in video.cues]
        counts = torch.tensor([len(v.cues) for v in videos])
        return Timeline(
            duration_second=torch.tensor([v.duration_second for v in videos], dtype=torch.float32),
            row_second=torch.ones(len(videos)),
            row_count=row_counts,
            cue_start_second=torch.from_numpy(times[0]),
            cue_end_second=torch.from_numpy(times[1]),
            cue_mask=torch.arange(most)[None, :] < counts[:, None],
        )


@cached(LRUCache(REMEMBERED_WORDS, getsizeof=lambda found: len(found) + 1), lock=Lock())
def _words(tokenizer: TextTokenizer, tokens: Sentence) -> list[str]:
    """Words of a cue; cues that were cut anew have no other text than their tokens."""
    return words(tokenizer.text(tokens))


def _sizes(examples: Sequence[Example], most: int) -> Tensor:
    """(B, N): tokens of every cue."""
    sizes = torch.zeros(len(examples), most)
    for i, example in enumerate(examples):
        counts = [len(tokens) for tokens in example.video.cue_tokens]
        sizes[i, : len(counts)] = torch.tensor(counts, dtype=torch.float32)
    return sizes
