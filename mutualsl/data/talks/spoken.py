"""When the words of a talk are said, and the subtitles they make."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from mutualsl.data.talks.written import Talk
from mutualsl.subtitles import Cue

Cut = Literal["sentences", "lines", "captions"]

# How subtitles are cut: a sentence each; as wide as a screen, within a passage; or anywhere and
# without punctuation, as automatic captions are.
CUTS: dict[Cut, float] = {"sentences": 0.35, "lines": 0.45, "captions": 0.2}
WORDS_PER_SECOND = (2.1, 3.3)
LINE_WORDS = (6, 14)
SENTENCE_PAUSES_SECOND = (0.0, 0.1, 0.3, 0.8)
PASSAGE_PAUSES_SECOND = (0.0, 0.3, 1.0, 3.0)
MARKS = re.compile(r"[^\w\s'-]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, when it is said, and the passage and sentence of the talk that it belongs to."""

    text: str
    start_second: float
    end_second: float
    passage: int
    sentence: int


def spoken(talk: Talk, chance: random.Random) -> list[Word]:
    """Every word of a talk in one voice, with pauses after sentences and after passages."""
    per_second = chance.uniform(*WORDS_PER_SECOND)
    clock, words, sentence = chance.uniform(0.0, 3.0), list[Word](), 0
    for p, passage in enumerate(talk.passages):
        for text in passage.sentences:
            pace = per_second * chance.uniform(0.85, 1.15)
            for word in text.split():
                second = (0.4 + len(word) / 8.0) / pace  # a word of five letters: about one beat
                words.append(Word(word, clock, clock + second, p, sentence))
                clock += second
            clock += chance.choice(SENTENCE_PAUSES_SECOND)
            sentence += 1
        clock += chance.choice(PASSAGE_PAUSES_SECOND)
    return words


def cues_of(words: Sequence[Word], chance: random.Random) -> tuple[Cue, ...]:
    """Subtitles of what is said, cut in one of the ways of `CUTS`."""
    (cut,) = chance.choices(list(CUTS), list(CUTS.values()))
    width = chance.randint(*LINE_WORDS)
    if cut == "sentences":
        lines = [list(line) for _, line in groupby(words, key=lambda word: word.sentence)]
    elif cut == "lines":
        passages = groupby(words, key=lambda word: word.passage)
        lines = [line for _, passage in passages for line in _lines(passage, width)]
    else:
        lines = list(_lines(words, width))
    return tuple(_cue(line, cut) for line in lines)


def _lines(words: Iterable[Word], width: int) -> Iterator[list[Word]]:
    """The words in lines of as many."""
    every = list(words)
    for i in range(0, len(every), width):
        yield every[i : i + width]


def _cue(line: Sequence[Word], cut: Cut) -> Cue:
    text = " ".join(word.text for word in line)
    if cut == "captions":
        text = MARKS.sub("", text).lower()
    return Cue(round(line[0].start_second, 2), round(line[-1].end_second, 2), text)
