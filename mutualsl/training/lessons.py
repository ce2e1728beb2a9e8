"""What the lessons of mutual transfer say beside gold, and where their gradients go.

    python -m mutualsl.training.lessons RUN/checkpoint ... --data-root ROOT/synthetic \
        --out docs/results/gradients.json

For training questions of each kind it compares, predictor by predictor, the gradient of what the
other one teaches (Eq. 16-17) with that of gold (Eq. 10-11): their lengths and the cosine between
them. A cosine near 1 is a lesson that says what gold has said; one far below 0 works against it.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mutualsl.checkpoint import Checkpoint, load_model
from mutualsl.data import Example
from mutualsl.data.batch import Batch, Collator
from mutualsl.errors import CheckpointError, DataError
from mutualsl.evaluation.record import current_commit, weights_id, write_record
from mutualsl.features import encoder_at
from mutualsl.models import MutualSL
from mutualsl.models.mutual_losses import MutualSLOutput, lessons
from mutualsl.places import named_by
from mutualsl.spans import batched_iou
from mutualsl.training.config import Part, Stage, TrainConfig
from mutualsl.training.library import Library
from mutualsl.training.validate import HEADS

KINDS = ("both", "shown", "spoken")
TOGETHER = 8  # questions whose gradients are added up, as in a batch of training
BETTER = 0.05  # IoU by which a lesson has to be nearer to gold to know better


def measure(
    model: MutualSL, collate: Callable[[Sequence[Example]], Batch], asked: Sequence[Example]
) -> dict[str, Any]:
    """For each head and kind what its lessons are; `asked` have both modalities."""
    model.eval()
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(not model.never_trained(name))
    found: dict[str, Any] = {head: {} for head in HEADS}
    for kind in KINDS:
        own = [example for example in asked if example.kind == kind]
        groups = [own[i : i + TOGETHER] for i in range(0, len(own), TOGETHER)]
        measured = [list(_of_batch(model, collate(group))) for group in groups]
        for place, head in enumerate(HEADS if measured else ()):
            each = [batch[place] for batch in measured]
            found[head][kind] = {
                "questions": len(own),
                **{name: round(sum(one[name] for one in each) / len(each), 3) for name in each[0]},
            }
    return found


def _of_batch(model: MutualSL, batch: Batch) -> Iterator[dict[str, float]]:
    """The lessons of the visual, then of the textual predictor."""
    output = model(batch)
    terms, taught = model.losses(output, batch), lessons(model.config, output, batch)
    parameters = [p for p in model.parameters() if p.requires_grad]
    right = _how_right(output, batch)
    for head, lesson in zip(HEADS, taught, strict=True):
        gold = _gradient(terms[head], parameters)
        lost = _gradient(terms[f"{head}_mutual"], parameters)
        yield {
            "weight": float(lesson.weight.mean()),
            "teacher_knows_better": float((lesson.weight > right[head] + BETTER).float().mean()),
            "gradient_of_gold": float(gold.norm()),
            "gradient_of_lesson": float(lost.norm()),
            "cosine": float(torch.cosine_similarity(gold, lost, dim=0)),
        }


def _how_right(output: MutualSLOutput, batch: Batch) -> dict[str, Tensor]:
    """IoU (B,) of each predictor's most probable span with gold, on its own axis."""
    assert batch.gold is not None
    seconds = {
        "visual": batch.timeline.rows_to_seconds(*output.visual.best()),
        "textual": batch.timeline.cues_to_seconds(*output.textual.best()),
    }
    return {head: batched_iou(*span, batch.gold) for head, span in seconds.items()}


def _gradient(loss: Tensor, parameters: Sequence[Tensor]) -> Tensor:
    """The gradient of all parameters as one vector; zero where a loss does not reach."""
    found = torch.autograd.grad(loss, parameters, retain_graph=True, allow_unused=True)
    pairs = zip(found, parameters, strict=True)
    return torch.cat([(p.new_zeros(p.numel()) if g is None else g.flatten()) for g, p in pairs])


def _examples(checkpoint: Checkpoint, visual: Path, root: Path, count: int) -> list[Example]:
    """Training questions of the rendered videos, as many of each kind."""
    part = Part(dataset=root.name)
    library = Library(root.parent, checkpoint.tokenizer, encoder_at(visual))
    stage = Stage(name="lessons", parts=(part,), train=TrainConfig())
    (source,) = library.sources(stage)
    shuffled = random.Random(0).sample(list(source.examples), len(source.examples))
    both = [e for e in shuffled if e.video.cues and e.video.rows is not None and e.kind in KINDS]
    if not both:
        raise DataError(
            f"{root}: no training question has a kind, a video and subtitles; "
            "`mutualsl synthesize` renders such"
        )
    return [e for kind in KINDS for e in [e for e in both if e.kind == kind][:count]]


def _record(options: argparse.Namespace) -> Mapping[str, Any]:
    runs = []
    for folder in options.checkpoints:
        checkpoint = load_model(folder)
        if not isinstance(checkpoint.model, MutualSL) or not checkpoint.model.config.mutual:
            raise CheckpointError(f"{folder}: holds no MutualSL that learned by mutual transfer")
        visual = named_by(folder, checkpoint.visual.folder)
        asked = _examples(checkpoint, visual, options.data_root, options.questions)
        collator = Collator(
            tokenizer=checkpoint.tokenizer,
            row_width=checkpoint.model.config.row_width,
            window_tokens=checkpoint.window_tokens,
        )
        about = checkpoint.about
        runs.append(
            {
                "recipe": about.get("recipe"),
                "seeds": about.get("seeds"),
                "weights": weights_id(folder),
                **measure(checkpoint.model, collator, asked),
            }
        )
    return {
        "data": options.data_root.name,
        "split": "train",
        "commit": current_commit(),
        "runs": runs,
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure and write; 2 for what the user can put right."""
    parser = argparse.ArgumentParser(description="What the lessons of mutual transfer say.")
    parser.add_argument("checkpoints", type=Path, nargs="+", help="Checkpoints of MutualSL.")
    parser.add_argument("--data-root", type=Path, required=True, help="Folder of rendered videos.")
    parser.add_argument("--questions", type=int, default=64, help="How many of each kind.")
    parser.add_argument("--out", type=Path, required=True, help="Results file to write.")
    options = parser.parse_args(arguments)
    return write_record(options.out, lambda: _record(options))


if __name__ == "__main__":
    sys.exit(main())
