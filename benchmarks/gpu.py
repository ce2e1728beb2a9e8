"""The full model on a GPU: each speed beside the floor that its operations and bytes set.

python -m benchmarks.gpu [--dry]      --dry prints, and writes no results file

Where there is no GPU it says so and leaves the results that are there alone. Exits with 1 where a
part could not be measured, for one because the memory is too small; the results say why, and hold
the others. Weights are random. Each training
saves its state once, below runs/, and removes it: 8 GB of disk.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch

from benchmarks.common import WORK, Measure, save
from benchmarks.floors import (
    BF16,
    Measured,
    Rates,
    Work,
    beside_floor,
    best_second,
    forget_peak,
    measure_rates,
    result,
    synchronize,
    training_work,
)
from benchmarks.full_size import (
    DEBERTA_LARGE,
    examples,
    forward_operations,
    full_model,
    localizer,
    recipe_collator,
)
from benchmarks.gpu_i3d import extraction, from_memory, network_alone
from mutualsl.encoded import ASK_AT_ONCE
from mutualsl.errors import MutualSLError, in_a_line
from mutualsl.training.config import Part
from mutualsl.training.full import paper_medvidqa
from mutualsl.training.sampling import Source
from mutualsl.training.trainer import Trainer

UNCOUNTED_STEPS = 2  # they set up memory and kernels


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is measured."""

    text_encoder: dict[str, Any] = field(default_factory=lambda: DEBERTA_LARGE)
    model: dict[str, Any] = field(default_factory=dict)  # fields of its config, if not the recipe's
    clips: int = 256
    video_second: int = 120
    tokens: tuple[int, ...] = (2048, 4096)  # of a question and its transcript
    questions: int = ASK_AT_ONCE
    steps: int = 8  # of training


def questions(tokens: int, size: Size, rates: Rates, device: torch.device) -> Measured:
    """Questions about as many videos, from rows and tokens in memory to spans."""
    model = full_model(size.text_encoder, size.model, device)
    asked = localizer(model, recipe_collator(), device)
    given = examples(size.questions, tokens, asked.collator)

    def ask() -> None:
        asked.predict(given)

    ask()  # finds out how much fits into memory at once
    batch = asked.collator(given)
    forward = forward_operations(model, batch, device)
    work = Work(forward, BF16 * sum(p.numel() for p in model.parameters()))
    forget_peak(device)
    second = best_second(ask, device)
    found = result("question", size.questions, second, work, rates, device)
    what = f"{size.questions} questions of {tokens:,} tokens, full size"
    return beside_floor(what, found | {"windows": list(batch.window_ids.shape)})


def training(tokens: int, size: Size, rates: Rates, device: torch.device) -> Measured:
    """Steps of the trainer by the recipe `paper_medvidqa`, from one forward pass to the next."""
    (stage,) = paper_medvidqa().stages
    config, collator = replace(stage.train, epochs=1), recipe_collator()
    step_count = UNCOUNTED_STEPS + size.steps + 1  # no other forward pass follows the last
    given = examples(config.max_questions * step_count, tokens, collator)
    batch = collator(given[: config.max_questions])
    model = full_model(size.text_encoder, size.model, device)
    parameters = sum(p.numel() for p in model.parameters())
    forward = forward_operations(model, batch, device)
    source = Source(part=Part(dataset="random", per_epoch=len(given)), examples=given)
    began: list[float] = []

    def note(*_: object) -> None:
        synchronize(device)
        began.append(time.perf_counter())

    model.register_forward_pre_hook(note)
    WORK.mkdir(parents=True, exist_ok=True)
    forget_peak(device)
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        out = Path(folder) / "training"
        Trainer(model, collator, [source], {}, config, out, lambda averaged: None).train()
    took = [after - before for before, after in pairwise(began[UNCOUNTED_STEPS:])]
    work = training_work(forward, parameters)
    found = result("step", 1, statistics.median(took), work, rates, device)
    what = f"a training step on {config.max_questions} questions of {tokens:,} tokens, full size"
    about = {"windows": list(batch.window_ids.shape), "parameters": parameters}
    return beside_floor(what, found | about)


def measure(size: Size, device: torch.device) -> tuple[list[Measure], dict[str, Any]]:
    """Everything, one after the other; what cannot be measured only has its `failed` below `parts`.

    Each part begins with models of its own, so that its peak of memory is its own too.
    """
    rates = measure_rates(device)
    parts: dict[str, Callable[[], Measured]] = {
        "i3d_network": partial(network_alone, rates, device),
        "i3d_from_memory": partial(from_memory, size.clips, device),
        "i3d_extraction": partial(extraction, size.video_second, device),
    }
    for task in (questions, training):
        for tokens in size.tokens:
            parts[f"{task.__name__}_{tokens}"] = partial(task, tokens, size, rates, device)
    measures, details = [], {}
    for name, part in parts.items():
        forget_peak(device)
        try:
            line, details[name] = part()
            measures.append(line)
        except (torch.OutOfMemoryError, MutualSLError) as error:
            details[name] = {"failed": in_a_line(error)}
    return measures, {"rates": rates._asdict(), "parts": details}


def main() -> int:
    """Measure and write results/gpu.json, where there is a GPU; 1 if a part failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--dry", action="store_true")
    options = parser.parse_args()
    if not torch.cuda.is_available():
        print("benchmarks.gpu: no CUDA device here, so nothing is measured and no results change")
        return 0
    measures, details = measure(Size(), torch.device("cuda"))
    details = {"device": torch.cuda.get_device_name(), **details}
    if options.dry:
        print(json.dumps({"measures": [asdict(line) for line in measures], **details}, indent=2))
    else:
        save("gpu", measures, **details)
    failed = [name for name, found in details["parts"].items() if "failed" in found]
    if failed:
        print(f"benchmarks.gpu: not measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
