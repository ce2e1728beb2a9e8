"""Weights that hold numbers which no training leaves that goes well."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from mutualsl.errors import CheckpointError


def check_finite(network: nn.Module, folder: Path) -> None:
    """Raise `CheckpointError` where a weight read from `folder` is infinite or not a number."""
    learned = {name for name, _ in network.named_parameters()}
    for name, value in network.state_dict().items():
        # A sum takes a tenth of the time of looking at each; its own overflow is told apart below.
        if value.is_floating_point() and not value.sum().isfinite():
            # A buffer may be infinite: a limit that nothing exceeds.
            odd = ~value.isfinite() if name in learned else value.isnan()
            if odd.any():
                raise CheckpointError(
                    f"{folder}: numbers in {name} are not finite, so its training has diverged; "
                    "train it again with smaller learning rates, or use another checkpoint"
                )
