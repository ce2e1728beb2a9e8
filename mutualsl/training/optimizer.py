"""Parameter groups, and how the learning rate rises and falls."""

from __future__ import annotations

import math

import torch
from torch import nn

from mutualsl.models.base import NeuralLocalizer
from mutualsl.models.sentences import in_first_layers
from mutualsl.training.config import TrainConfig


def make_optimizer(model: NeuralLocalizer, config: TrainConfig) -> torch.optim.Adam:
    """AdamW or Adam over language model and new layers, each with and without weight decay.

    Frozen parameters are left out; they stop asking for gradients.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        pretrained = "language_model." in name
        frozen = pretrained and _frozen(name, config.frozen_layers)
        frozen = frozen or model.never_trained(name)
        parameter.requires_grad_(not frozen)
        if frozen:
            continue
        decay = config.weight_decay if parameter.ndim > 1 and "embedding" not in name else 0.0
        lr = config.text_lr if pretrained else config.new_lr
        if "bias" in name.rpartition(".")[2]:
            lr *= config.bias_lr
        groups.setdefault((lr, decay), []).append(parameter)
    return torch.optim.Adam(
        [
            {"params": parameters, "lr": lr, "weight_decay": decay}
            for (lr, decay), parameters in groups.items()
        ],
        decoupled_weight_decay=config.decoupled_decay,
    )


def make_schedule(
    optimizer: torch.optim.Optimizer, steps: int, config: TrainConfig
) -> torch.optim.lr_scheduler.LambdaLR:
    """Linear rise over the first share of `steps`, then a fall to zero, or sudden ones."""

    def factor(step: int) -> float:
        warm = max(1, round(steps * config.warmup_share))
        if step < warm:
            return (step + 1) / warm
        if config.drops is not None:
            epoch = step * config.epochs // max(1, steps)
            return 0.1 ** sum(epoch >= drop for drop in config.drops)
        left = max(0.0, (steps - step) / max(1, steps - warm))
        return left if config.fall == "even" else 0.5 - 0.5 * math.cos(math.pi * left)

    return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


def _frozen(name: str, layers: int | None) -> bool:
    if layers is None:
        return False
    return in_first_layers(name, layers)
