"""Write the talks to a folder in the data layout the loaders and the evaluation read.

DIR/train.jsonl, DIR/val.jsonl     one question per row
DIR/subtitles/<talk_id>.vtt        there are no videos
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mutualsl.atomic import write_whole
from mutualsl.data.jsonl import split_file, text_of
from mutualsl.data.talks.spoken import Word, cues_of, spoken
from mutualsl.data.talks.written import TALKS, Talk, written_talks
from mutualsl.subtitles import Cue, write_subtitles

VALIDATION_SHARE = 0.1


def write_talks(out: str | Path, seed: int = 0, talks: Path = TALKS) -> dict[str, int]:
    """Give every talk times and subtitles and list its questions below `out`.

    Same seed, same times; whatever the seed, the same tenth of the talks or so is for validation.
    Returns how many questions each split has. Raises `DataError` for talks that are not as
    `written.py` describes and where `out` holds other questions, and `OSError` for files that
    cannot be read or written.
    """
    out = Path(out)
    cues: dict[str, Sequence[Cue]] = {}
    rows: dict[str, list[dict[str, Any]]] = {"train": [], "val": []}
    for talk in written_talks(talks):
        chance = random.Random(f"{seed} {talk.talk_id}")
        chance.random()  # the times of the shipped weights' talks begin with the second number
        split = "val" if random.Random(f"0 {talk.talk_id}").random() < VALIDATION_SHARE else "train"
        words = spoken(talk, chance)
        cues[talk.talk_id] = cues_of(words, chance)
        rows[split] += _rows(talk, words, words[-1].end_second + chance.uniform(0.0, 4.0))
    texts = {(file := split_file(out, split)): text_of(file, rows[split]) for split in rows}
    (out / "subtitles").mkdir(parents=True, exist_ok=True)
    for talk_id, shown in cues.items():
        write_subtitles(shown, out / "subtitles" / f"{talk_id}.vtt")
    for file, text in texts.items():
        write_whole(file, text)
    return {split: len(asked) for split, asked in rows.items()}


def _rows(talk: Talk, words: Sequence[Word], duration_second: float) -> Iterator[dict[str, Any]]:
    """A row of the layout in `data/jsonl.py` for each question."""
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    for word in words:
        starts.setdefault(word.passage, word.start_second)
        ends[word.passage] = word.end_second
    for p, passage in enumerate(talk.passages):
        for q, (question, count) in enumerate(passage.questions):
            yield {
                "sample_id": f"{talk.talk_id}-{p}-{q}",
                "video_id": talk.talk_id,
                "question": question,
                "start": round(starts[p], 2),
                "end": round(ends[p + count - 1], 2),
                "duration": round(duration_second, 2),
                "title": talk.title,
            }
