"""Which questions an epoch asks, and how they are grouped into batches of similar cost."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mutualsl.data.example import Example, VideoInput
from mutualsl.training.augment import WordPieces, crop
from mutualsl.training.config import Part

QUESTION_TOKENS = 16  # what a question adds to a batch, about


@dataclass(frozen=True, kw_only=True)
class Source:
    """The training questions of one part of a stage."""

    part: Part
    examples: Sequence[Example]
    pieces: WordPieces | None = None  # what recutting and hiding need to know of the tokenizer

    def videos(self) -> list[VideoInput]:
        """Every video once."""
        return _videos(self.examples)


def _videos(examples: Sequence[Example]) -> list[VideoInput]:
    return list({e.video.video_id: e.video for e in examples}.values())


def questions_id(parts: Iterable[Sequence[Example]]) -> str:
    """Hash of what every part asks: questions, answers, subtitles, and how many rows."""
    digest = hashlib.sha256()
    for examples in parts:
        for video in _videos(examples):
            rows = 0 if video.rows is None else len(video.rows)
            times = [(cue.start_second, cue.end_second) for cue in video.cues]
            digest.update(repr((video.video_id, rows, times, video.cue_tokens)).encode())
        for e in examples:
            digest.update(repr((e.video.video_id, e.question, e.gold)).encode())
    return digest.hexdigest()[:16]


def draw_epoch(sources: Sequence[Source], chance: random.Random) -> list[Example]:
    """One epoch's questions, as each part of the stage wants them."""
    drawn = []
    for source in sources:
        for example in _draw(source.examples, source.part.per_epoch, chance):
            drawn.append(replace(example, video=_changed(example, source, chance)))
    return drawn


def _changed(example: Example, source: Source, chance: random.Random) -> VideoInput:
    """A modality hidden where there are both; a transcript alone recut and cropped."""
    part, video = source.part, example.video
    if video.rows is not None and video.cues:
        fate = chance.random()
        if fate < part.drop_subtitles:
            video = video.without_subtitles()
        elif fate < part.drop_subtitles + part.drop_video:
            video = video.without_video()
    if video.rows is None:
        if source.pieces and chance.random() < part.caption_share:
            video = source.pieces.as_captions(video, chance)
        if part.crop_tokens is not None:
            video = crop(video, example.gold, part.crop_tokens, chance)
    return video


def make_batches(
    examples: Sequence[Example],
    chance: random.Random,
    *,
    max_tokens: int,
    max_questions: int,
    pool_batches: int | None = None,
) -> list[list[Example]]:
    """Batches of at most `max_tokens` text tokens, neighbours in length, in random order.

    Neighbours among all examples, or of random pools of so many batches each.
    """
    shuffled = chance.sample(list(examples), len(examples))
    size = len(shuffled) if pool_batches is None else pool_batches * max_questions
    batches = []
    for begin in range(0, len(shuffled), max(1, size)):
        pool = sorted(shuffled[begin : begin + size], key=lambda e: e.video.token_count)
        batches += _cut(pool, max_tokens, max_questions)  # sorted stably: ties stay shuffled
    chance.shuffle(batches)
    return batches


def _cut(examples: Sequence[Example], max_tokens: int, max_questions: int) -> list[list[Example]]:
    """The examples in order, as few batches as the limits allow."""
    batches: list[list[Example]] = [[]]
    cost = 0
    for example in examples:
        tokens = example.video.token_count + QUESTION_TOKENS
        if batches[-1] and (cost + tokens > max_tokens or len(batches[-1]) == max_questions):
            batches.append([])
            cost = 0
        batches[-1].append(example)
        cost += tokens
    return batches


def validation_batches(examples: Sequence[Example]) -> list[list[Example]]:
    """Batches for measuring, the same each time; without gradients they may be large."""
    return make_batches(examples, random.Random(0), max_tokens=6144, max_questions=32)


def _draw(examples: Sequence[Example], count: int | None, chance: random.Random) -> list[Example]:
    count = len(examples) if count is None else count
    drawn: list[Example] = []
    while len(drawn) < count:
        drawn += chance.sample(list(examples), min(count - len(drawn), len(examples)))
    return drawn
