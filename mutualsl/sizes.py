"""Sizes of the model that a config describes, before time and memory are taken for it.

One wrong digit in a config can ask for more of both than there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

MOST_LAYERS = 1000  # several times those of the deepest language models
AMPLE_NUMBERS = 10_000_000  # 40 MB: more than any model has beside what its file holds
AMPLE_TIMES = 4

Model = TypeVar("Model", bound=nn.Module)


def outline(config: Any, build: Callable[[], Model]) -> Model:
    """What `build` makes of the config, without memory for it: shapes only.

    Raises `ValueError` for a number of layers that no model has.
    """
    layers = max(_layers(config), default=0)
    if layers > MOST_LAYERS:
        raise ValueError(f"the config asks for {layers:,} layers")
    with torch.device("meta"), unfilled():
        return build()


class unfilled(TorchFunctionMode):  # noqa: N801  a context manager
    """Around models that are built: weights keep the memory they are given, a file fills them."""

    # By name, as transformers puts functions of its own in the place of torch's.
    _RANDOM = frozenset({
        "normal_", "trunc_normal_", "uniform_", "kaiming_normal_", "kaiming_uniform_",
        "xavier_normal_", "xavier_uniform_",
    })  # fmt: skip

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if getattr(func, "__name__", None) in self._RANDOM:
            return args[0] if args else kwargs["tensor"]
        return func(*args, **(kwargs or {}))


def check_sizes(model: nn.Module, weights: Path) -> None:
    """Raise `ValueError` where a model is much larger than a file of weights can fill."""
    asked = sum(value.numel() for value in (*model.parameters(), *model.buffers()))
    held = weights.stat().st_size
    if asked > AMPLE_TIMES * held + AMPLE_NUMBERS:
        raise ValueError(f"the config asks for {asked:,} numbers, the weights have {held:,} bytes")


def _layers(config: Any) -> Iterator[int]:
    """Every number of layers in a config, whatever the architecture calls it."""
    if isinstance(config, dict):
        for key, value in config.items():
            if isinstance(value, int) and "layer" in key:
                yield value
            yield from _layers(value)
