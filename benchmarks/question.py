"""A further question on a 10-minute video of 1,500 words, against the bare text encoder.

python -m benchmarks.question
"""

from __future__ import annotations

import torch

from benchmarks.common import CHECKPOINT, long_video, median_second, save_ratio, transcript
from mutualsl.data import Example
from mutualsl.inference import AnswerLocalizer

MINUTES, WORDS = 10, 1500
QUESTION = "When do they turn the red jar around on the kitchen counter?"


def main() -> None:
    """Measure and write results/question.json."""
    localizer = AnswerLocalizer.from_pretrained(CHECKPOINT, "cpu")
    encoded = localizer.encode_video(long_video(MINUTES), transcript(MINUTES, WORDS))
    batch = localizer.collator([Example(video=encoded.input, question=QUESTION)])
    language_model = localizer.checkpoint.model.text_encoder.language_model

    @torch.inference_mode()
    def bare() -> None:
        language_model(input_ids=batch.window_ids, attention_mask=batch.window_mask.long())

    def ask() -> None:
        localizer.ask(encoded, QUESTION)

    bare(), ask()  # the first call of each sets up memory and kernels
    asking, encoding = median_second(ask, bare, rounds=15)
    save_ratio(
        "question",
        what="ask() on an encoded 10-minute video with 1,500 words of subtitles",
        reference="the language model alone on the same windows, same precision (fp32)",
        tokens=int(batch.window_mask.sum()),
        second=asking,
        reference_second=encoding,
        limit=1.5,
    )


if __name__ == "__main__":
    main()
