"""A further question about a long video, against the bare text encoder on the same tokens.

python -m benchmarks.question [--rounds N]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any

import torch

from benchmarks.common import (
    CHECKPOINT,
    Measure,
    long_video,
    median_second,
    ratio,
    save,
    transcript,
    where_time_goes,
)
from mutualsl.data import Example
from mutualsl.data.batch import Collator
from mutualsl.inference import AnswerLocalizer
from mutualsl.models.mutualsl import MutualSL
from mutualsl.models.sentence_reader import SentenceReader
from mutualsl.models.text_encoder import TextEncoder

SIZES = ((10, 1500, 1.25), (60, 10_000, 1.3))  # minutes, words, limit of the ratio
LIMIT_SECOND = 0.7  # of the first size
# Each is asked once, as what is remembered of a question would flatter the next; all have the same
# number of tokens.
QUESTIONS = tuple(
    f"When do they turn the {colour} {thing} around on the kitchen {place}?"
    for colour in ("red", "blue", "green", "white", "black")
    for thing in ("jar", "box", "cup", "bowl")
    for place in ("counter", "table", "floor")
)
PARTS: dict[str, Callable[..., object]] = {
    "batch": Collator.__call__,
    "text encoder": TextEncoder.tokens,
    "sentence reader": SentenceReader.forward,
    "spans and candidates": MutualSL.decode,
}


def measured(
    localizer: AnswerLocalizer, questions: Iterator[str], minutes: int, words: int, rounds: int
) -> tuple[float, float, dict[str, Any]]:
    """Seconds of one of `questions` and of the text encoder alone, and what else is to be known."""
    encoded = localizer.encode_video(long_video(minutes, (640, 360)), transcript(minutes, words))
    batch = localizer.collator([Example(video=encoded.input, question=QUESTIONS[0])])
    model = localizer.checkpoint.model
    assert isinstance(model, MutualSL)
    encoder = model.text_encoder

    @torch.inference_mode()
    def bare() -> None:
        at_once = encoder.at_once.most
        masks = batch.window_mask.long()
        parts = (torch.split(tensor, at_once) for tensor in (batch.window_ids, masks))
        for ids, mask in zip(*parts, strict=True):
            encoder.language_model(input_ids=ids, attention_mask=mask)

    def ask() -> None:
        localizer.ask(encoded, next(questions))

    bare()  # the first call of each sets up memory and kernels
    ask()
    second, reference_second = median_second(ask, bare, rounds=rounds)
    return (
        second,
        reference_second,
        {
            "minutes": minutes,
            "words": words,
            "tokens": int(batch.window_mask.sum()),
            "second": round(second, 4),
            "reference_second": round(reference_second, 4),
            "time_goes_to": where_time_goes(ask, PARTS),
        },
    )


def main() -> None:
    """Measure and write results/question.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    localizer = AnswerLocalizer.from_pretrained(CHECKPOINT, "cpu")
    measures, sizes, questions = [], [], iter(QUESTIONS)
    for minutes, words, limit in SIZES:
        second, reference_second, found = measured(localizer, questions, minutes, words, rounds)
        what = f"a further question, {minutes} minutes with {words:,} words"
        measures.append(ratio(what, second, reference_second, limit, "the bare text encoder"))
        sizes.append(found)
    first = Measure(
        what="that question, 10 minutes with 1,500 words, in seconds",
        value=sizes[0]["second"],
        unit="s",
        limit=LIMIT_SECOND,
    )
    save(
        "question",
        [*measures, first],
        what="ask() on an encoded 640x360 video with subtitles",
        reference="the language model alone on the same windows, same precision (fp32)",
        sizes=sizes,
    )


if __name__ == "__main__":
    main()
