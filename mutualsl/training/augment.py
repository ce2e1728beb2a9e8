"""Transcripts made different: shorter, or cut like automatic captions."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from mutualsl.data.example import VideoInput
from mutualsl.data.tokenizer import TextTokenizer
from mutualsl.spans import Span
from mutualsl.subtitles import Cue

INNER, BEGINNINGS = "##", ("▁", "Ġ")  # how vocabularies mark pieces of words
CAPTION_TOKENS = (5, 14)  # a line of automatic captions


def crop(video: VideoInput, gold: Span | None, tokens: int, chance: random.Random) -> VideoInput:
    """A random stretch of at most `tokens` text tokens that holds every cue of the answer.

    It also holds the cues whose edges are nearest to the answer's: those are the targets. Finding
    the answer among fewer cues costs less; validation and use see whole transcripts. An answer
    longer than that is kept whole.
    """
    if gold is None or video.token_count <= tokens:
        return video
    sizes = [len(cue) for cue in video.cue_tokens]
    inside = [
        i
        for i, cue in enumerate(video.cues)
        if cue.start_second < gold.end_second and cue.end_second > gold.start_second
    ]
    places = range(len(sizes))
    first = min(places, key=lambda i: abs(video.cues[i].start_second - gold.start_second))
    last = min(reversed(places), key=lambda i: abs(video.cues[i].end_second - gold.end_second))
    first, last = min([first, last, *inside]), max([first, last, *inside])
    spare = tokens - sum(sizes[first : last + 1])
    before = chance.randint(0, max(0, spare))
    spare -= before
    while first > 0 and sizes[first - 1] <= before:
        first -= 1
        before -= sizes[first]
    spare += before
    while last + 1 < len(sizes) and sizes[last + 1] <= spare:
        last += 1
        spare -= sizes[last]
    return video.with_cues(first, last + 1)


@dataclass(frozen=True, slots=True)
class WordPieces:
    """Which word pieces are punctuation and which continue a word."""

    marks: frozenset[int]
    continues: frozenset[int]

    @classmethod
    def of(cls, tokenizer: TextTokenizer) -> WordPieces:
        """Read off a tokenizer's vocabulary.

        Vocabularies mark either pieces that continue a word (## of WordPiece) or pieces that begin
        one (▁ of SentencePiece, Ġ of byte-level BPE); one of whole words marks neither.
        """
        vocabulary = tokenizer.tokenizer.get_vocab()
        inner, *beginnings = (
            {piece: i for piece, i in vocabulary.items() if piece.startswith(sign)}
            for sign in (INNER, *BEGINNINGS)
        )
        beginning = max(beginnings, key=len)
        marks = {
            i
            for piece, i in vocabulary.items()
            if not any(map(str.isalnum, piece.lstrip("".join(BEGINNINGS))))
        }
        if len(beginning) > len(inner):
            continues = set(vocabulary.values()) - set(beginning.values()) - marks
        else:
            continues = set(inner.values())
        return cls(frozenset(marks), frozenset(continues))

    def as_captions(self, video: VideoInput, chance: random.Random) -> VideoInput:
        """The same words as automatic captions: lines cut anywhere, and times that overlap.

        Half of the time punctuation is left out. A word's time is read off its place in its cue.
        Half of the time every line stays until the next one ends, as rolling captions do.
        """
        marks = self.marks if chance.random() < 0.5 else frozenset[int]()
        timed = [
            (piece, cue.start_second + (cue.end_second - cue.start_second) * place / len(pieces))
            for cue, pieces in zip(video.cues, video.cue_tokens, strict=True)
            for place, piece in enumerate(pieces)
            if piece not in marks
        ]
        lines: list[list[tuple[int, float]]] = []
        aim = chance.randint(*CAPTION_TOKENS)
        for piece, second in timed:
            if not lines or (len(lines[-1]) >= aim and piece not in self.continues):
                lines.append([])
            lines[-1].append((piece, second))
        if not lines:
            return video
        starts = [line[0][1] for line in lines]
        ends = [*starts[1:], video.cues[-1].end_second]
        if chance.random() < 0.5:
            ends = [*ends[1:], ends[-1]]
        cues = tuple(
            Cue(start, max(end, start + 0.01), "") for start, end in zip(starts, ends, strict=True)
        )
        tokens = tuple(tuple(piece for piece, _ in line) for line in lines)
        return replace(video, cues=cues, cue_tokens=tokens)
