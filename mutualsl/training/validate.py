"""Mean IoU of both heads on held-out questions, shared between the processes of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accelerate import Accelerator
from accelerate.utils import gather_object

from mutualsl.data import Example
from mutualsl.data.batch import Collator
from mutualsl.data.ceilings import gold_inside
from mutualsl.models.base import NeuralLocalizer
from mutualsl.prediction import Prediction
from mutualsl.spans import Span, iou
from mutualsl.training.sampling import validation_batches

HEADS = ("visual", "textual")


def validate(
    model: NeuralLocalizer,
    collator: Collator,
    validation: Mapping[str, Sequence[Example]],
    accelerator: Accelerator,
) -> dict[str, dict[str, float]]:
    """For each data set mIoU, in percent, of each head that answered, and their mean `mIoU`.

    Every process answers its share; all get the same result.
    """
    model.eval()
    results = {}
    for name, examples in validation.items():
        mine = examples[accelerator.process_index :: accelerator.num_processes]
        with accelerator.autocast():
            found = _overlaps(model, collator, mine, accelerator)
        pairs = gather_object(found)
        heads = {
            head: [pair[i] for pair in pairs]
            for i, head in enumerate(HEADS)
            if any(pair[i] is not None for pair in pairs)
        }
        means = {
            head: 100.0 * sum(value or 0.0 for value in values) / len(values)
            for head, values in heads.items()
        }
        results[name] = {**means, "mIoU": sum(means.values()) / max(1, len(means))}
    return results


def _overlaps(
    model: NeuralLocalizer, collator: Collator, examples: Sequence[Example], device: Accelerator
) -> list[tuple[float | None, float | None]]:
    """IoU with gold of the visual and the textual span of each question; `None` without one."""
    found = []
    for group in validation_batches(examples) if examples else []:
        predictions = model.predict(collator(group).to(device.device), top_k=1)
        for example, heads in zip(group, predictions, strict=True):
            assert example.gold is not None, "validation needs gold spans"
            gold = gold_inside(example.gold, example.video)
            found.append((_iou(heads.visual, gold), _iou(heads.textual, gold)))
    return found


def _iou(prediction: Prediction | None, gold: Span) -> float | None:
    return None if prediction is None else iou(prediction.span, gold)
