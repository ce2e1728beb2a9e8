"""An epoch of training against the language model's own forward and backward on the same windows.

python -m benchmarks.training [--questions N]
"""

from __future__ import annotations

import argparse
import random
import shutil
from collections.abc import Callable

import torch
from accelerate import Accelerator
from accelerate.optimizer import AcceleratedOptimizer
from torch.optim.swa_utils import AveragedModel

from benchmarks.common import CHECKPOINT, WORK, Measure, median_second, ratio, save, where_time_goes
from mutualsl.data import Example, jsonl, prepare
from mutualsl.data.batch import Batch, Collator
from mutualsl.data.synthetic import write_dataset
from mutualsl.device import fastest_dtype
from mutualsl.inference import AnswerLocalizer
from mutualsl.models.mutualsl import MutualSL
from mutualsl.models.sentence_reader import SentenceReader
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.training import state
from mutualsl.training.config import Part, TrainConfig
from mutualsl.training.sampling import Source, draw_epoch, make_batches
from mutualsl.training.trainer import Trainer

QUESTIONS, NARRATIONS = 300, 200
ROUNDS = 3
FASTEST = fastest_dtype(torch.device("cpu"))
LIMIT, LIMIT_PADDING_PERCENT = 1.25, 15
PARTS: dict[str, Callable[..., object]] = {
    "batches": Collator.__call__,
    "text encoder, forward": TextEncoder.tokens,
    "sentence reader, forward": SentenceReader.forward,
    "backward, through everything": Accelerator.backward,
    "clipping": Accelerator.clip_grad_norm_,
    "optimizer": AcceleratedOptimizer.step,
    "average of the weights": AveragedModel.update_parameters,
    "state saved": state.save,
}
CONFIG = TrainConfig(epochs=1, max_questions=16, frozen_layers=0, save_every=10**9)


def main() -> None:
    """Measure and write results/training.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    questions = parser.parse_args().questions
    localizer = AnswerLocalizer.from_pretrained(CHECKPOINT, "cpu")
    model, collator = localizer.checkpoint.model, localizer.collator
    assert isinstance(model, MutualSL)
    part = Part(dataset="narrations", per_epoch=questions)
    source = Source(part=part, examples=_examples(localizer))
    chance = random.Random(0)  # what an epoch of the trainer with seed 0 draws
    drawn = draw_epoch([source], chance)
    limits = {"max_tokens": CONFIG.max_tokens, "max_questions": CONFIG.max_questions}
    batches = [collator(group) for group in make_batches(drawn, chance, **limits)]
    out = WORK / "training"

    def trainer() -> Trainer:
        shutil.rmtree(out, ignore_errors=True)
        return Trainer(model, collator, [source], {}, CONFIG, out, lambda averaged: None)

    trainer()  # chooses what learns
    model.train()
    language_model = model.text_encoder.language_model
    epoch, bare = median_second(
        lambda: trainer().train(), lambda: _bare(language_model, batches), rounds=ROUNDS
    )
    used = sum(int(batch.window_mask.sum()) for batch in batches)
    padded = sum(batch.window_mask.numel() for batch in batches)
    reference = "forward and backward of the bare text encoder"
    save(
        "training",
        [
            ratio("an epoch of training", epoch, bare, LIMIT, reference),
            Measure(
                what="padding among the tokens of that epoch",
                value=round(100 * (1 - used / padded), 1),
                unit="%",
                limit=LIMIT_PADDING_PERCENT,
            ),
        ],
        what=f"one epoch of {questions} questions on narration, with the state saved at its end",
        reference=f"the language model alone on the same windows, {FASTEST} as in the epoch",
        second=round(epoch, 3),
        reference_second=round(bare, 3),
        time_goes_to=where_time_goes(trainer().train, PARTS),
    )


def _examples(localizer: AnswerLocalizer) -> list[Example]:
    root = WORK / "narrations"
    if not root.exists():
        write_dataset(root, NARRATIONS, 1, "train", text_only=True)
    return prepare(jsonl.load(root, "train"), localizer.collator.tokenizer)


def _bare(language_model: torch.nn.Module, batches: list[Batch]) -> None:
    """Forward and backward of all windows, as precise as the trainer has them."""
    for batch in batches:
        with torch.autocast("cpu", FASTEST, enabled=FASTEST.itemsize == 2):
            output = language_model(
                input_ids=batch.window_ids, attention_mask=batch.window_mask.long()
            )
        output.last_hidden_state.float().square().mean().backward()
        language_model.zero_grad()


if __name__ == "__main__":
    main()
