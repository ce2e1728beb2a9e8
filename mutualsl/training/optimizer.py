"""Parameter groups, and how the learning rate rises and falls."""

from __future__ import annotations

import torch
from torch import nn

from mutualsl.models.base import NeuralLocalizer
from mutualsl.models.sentences import in_first_layers
from mutualsl.training.config import TrainConfig


def make_optimizer(model: NeuralLocalizer, config: TrainConfig) -> torch.optim.AdamW:
    """AdamW over language model and new layers, each with and without weight decay.

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
        groups.setdefault((config.text_lr if pretrained else config.new_lr, decay), []).append(
            parameter
        )
    return torch.optim.AdamW(
        [
            {"params": parameters, "lr": lr, "weight_decay": decay}
            for (lr, decay), parameters in groups.items()
        ]
    )


def make_schedule(
    optimizer: torch.optim.Optimizer, steps: int, warmup_share: float
) -> torch.optim.lr_scheduler.LambdaLR:
    """Linear rise over the first share of `steps`, then linear fall to zero."""

    def factor(step: int) -> float:
        warm = max(1, round(steps * warmup_share))
        if step < warm:
            return (step + 1) / warm
        return max(0.0, (steps - step) / max(1, steps - warm))

    return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


def _frozen(name: str, layers: int | None) -> bool:
    if layers is None:
        return False
    return in_first_layers(name, layers)
