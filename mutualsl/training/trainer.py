"""The training loop: draw an epoch, step, validate, keep the best by mean validation mIoU."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from mutualsl.data.batch import Collator
from mutualsl.data.example import Example
from mutualsl.evaluation.metrics import score
from mutualsl.models.base import NeuralLocalizer
from mutualsl.spans import Span
from mutualsl.training.sampling import Source, draw_epoch, make_batches, validation_batches


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How long and how fast."""

    seed: int = 0
    epochs: int = 10
    max_tokens: int = 3072  # text tokens of a batch
    max_questions: int = 32
    text_lr: float = 5e-5  # the pre-trained language model
    new_lr: float = 5e-4  # everything else
    weight_decay: float = 0.01  # not on biases, norms and embeddings
    warmup_share: float = 0.05
    # First language model layers that stay as they are, and with any number (0 too) the embeddings.
    frozen_layers: int | None = None
    clip: float = 1.0
    average_decay: float = 0.99  # the weights measured and kept are a running mean over steps
    bf16: bool = True  # matrix products in 16 bits; weights and sums stay in 32


def train(
    model: NeuralLocalizer,
    collator: Collator,
    sources: Sequence[Source],
    validation: Mapping[str, Sequence[Example]],
    config: TrainConfig,
    out: Path,
    save_best: Callable[[NeuralLocalizer], None],
) -> None:
    """Train `model`; `save_best` gets the averaged one after each epoch that is the best so far.

    Every epoch's losses, transfer weights and validation numbers go to `out/log.jsonl`; the state
    after the last finished epoch is in `out/state`, and a run that finds one there continues it.
    """
    accelerator = Accelerator(mixed_precision="bf16" if config.bf16 else "no")
    torch.manual_seed(config.seed)
    out.mkdir(parents=True, exist_ok=True)
    optimizer = torch.optim.AdamW(_parameter_groups(model, config))
    total = config.epochs * len(_epoch_batches(sources, config, 0))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: _warm_then_fall(step, total, config.warmup_share)
    )
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(config.average_decay))
    model, optimizer, schedule = accelerator.prepare(model, optimizer, schedule)
    accelerator.register_for_checkpointing(average)
    first, best = _resume(accelerator, out)
    for epoch in range(first, config.epochs):
        started = time.perf_counter()
        torch.manual_seed(config.seed + 1000 * epoch)
        record = _run_epoch(
            accelerator, model, collator, optimizer, schedule,
            _epoch_batches(sources, config, epoch), config, average,
        )  # fmt: skip
        with accelerator.autocast():
            results = {n: validate(average.module, collator, ex) for n, ex in validation.items()}
        merit = sum(r["mIoU"] for r in results.values()) / max(1, len(results))
        minutes = (time.perf_counter() - started) / 60
        record |= {"epoch": epoch, "minutes": minutes, "merit": merit, "validation": results}
        with (out / "log.jsonl").open("a") as log:
            log.write(json.dumps(record) + "\n")
        accelerator.print(json.dumps(record))
        if merit > best:
            best = merit
            save_best(average.module)
        accelerator.save_state(str(out / "state"))
        (out / "progress.json").write_text(json.dumps({"epoch": epoch, "best": best}))


def validate(
    model: NeuralLocalizer, collator: Collator, examples: Sequence[Example]
) -> dict[str, float]:
    """mIoU of each head on prepared examples; `mIoU` is the mean over the heads that answered."""
    model.eval()
    heads: dict[str, list[Span | None]] = {"visual": [], "textual": []}
    golds: list[Span] = []
    for group in validation_batches(examples):
        golds += [e.gold for e in group if e.gold is not None]
        for prediction in model.predict(collator(group), top_k=1):
            heads["visual"].append(prediction.visual.span if prediction.visual else None)
            heads["textual"].append(prediction.textual.span if prediction.textual else None)
    present = {name: spans for name, spans in heads.items() if any(spans)}
    result = {name: score(spans, golds)["mIoU"] for name, spans in present.items()}
    return {**result, "mIoU": sum(result.values()) / max(1, len(result))}


def _run_epoch(
    accelerator: Accelerator,
    model: NeuralLocalizer,
    collator: Collator,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    batches: list[list[Example]],
    config: TrainConfig,
    average: AveragedModel,
) -> dict[str, object]:
    """One pass over `batches`; returns the mean of every named loss and log."""
    model.train()
    sums: dict[str, list[float]] = {}
    for examples in batches:
        batch = collator(examples).to(accelerator.device)
        output = model(batch)
        terms = model.losses(output, batch)
        loss: Tensor = sum(terms.values(), torch.zeros((), device=accelerator.device))
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(model.parameters(), config.clip)
        optimizer.step()
        average.update_parameters(model)
        schedule.step()
        optimizer.zero_grad()
        for name, value in {**terms, **model.logs(output, batch)}.items():
            sums.setdefault(name, []).append(float(torch.as_tensor(value).detach()))
    return {name: sum(values) / len(values) for name, values in sums.items()}


def _epoch_batches(
    sources: Sequence[Source], config: TrainConfig, epoch: int
) -> list[list[Example]]:
    chance = random.Random(config.seed * 100_003 + epoch)
    drawn = draw_epoch(sources, chance)
    return make_batches(
        drawn, chance, max_tokens=config.max_tokens, max_questions=config.max_questions
    )


def _resume(accelerator: Accelerator, out: Path) -> tuple[int, float]:
    progress = out / "progress.json"
    if not progress.is_file():
        return 0, -1.0
    accelerator.load_state(str(out / "state"))
    state = json.loads(progress.read_text())
    return state["epoch"] + 1, state["best"]


def _parameter_groups(model: nn.Module, config: TrainConfig) -> list[dict[str, object]]:
    """Language model and new layers, each with and without weight decay; frozen ones left out."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        pretrained = "language_model." in name
        parameter.requires_grad_(not (pretrained and _frozen(name, config.frozen_layers)))
        if not parameter.requires_grad:
            continue
        decay = config.weight_decay if parameter.ndim > 1 and "embedding" not in name else 0.0
        groups.setdefault((config.text_lr if pretrained else config.new_lr, decay), []).append(
            parameter
        )
    return [
        {"params": parameters, "lr": lr, "weight_decay": decay}
        for (lr, decay), parameters in groups.items()
    ]


def _frozen(name: str, layers: int | None) -> bool:
    if layers is None:
        return False
    return ".embeddings." in name or any(f".layer.{i}." in name for i in range(layers))


def _warm_then_fall(step: int, total: int, warmup_share: float) -> float:
    warm = max(1, round(total * warmup_share))
    if step < warm:
        return (step + 1) / warm
    return max(0.0, (total - step) / max(1, total - warm))
