"""What a config says of a model, before time and memory are taken for it.

One wrong digit in a config can ask for more of both than there is, or for what no model can do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from mutualsl.errors import DataError

MOST_LAYERS = 1000  # several times those of the deepest language models
LAYERS = ("layer", "relations")  # in the name of a number of them; RaNet has relations
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


def check_values(config: Any) -> None:
    """Raise `ValueError` where a field of a config dataclass holds what its type does not allow.

    Numbers are sizes, shares and weights in every config: finite, and none below 0.
    """
    kinds = get_type_hints(type(config))
    for field in fields(config):
        value = getattr(config, field.name)
        if not _allowed(value, kinds[field.name]):
            raise ValueError(f"{field.name} is {value!r:.100}")


def check_heads(width: int, heads: int) -> None:
    """Raise `DataError` where attention cannot divide its width among its heads."""
    if heads < 1 or width % heads:
        raise DataError(f"a width of {width} cannot be divided by {heads} heads; choose another")


def _allowed(value: Any, kind: Any) -> bool:
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Literal:
        return value in inside
    if origin is tuple:
        return type(value) is tuple and all(_allowed(item, inside[0]) for item in value)
    if inside and origin is not dict:  # one or another
        return any(_allowed(value, one) for one in inside)
    if kind is float and type(value) in (int, float):
        return bool(0 <= value < math.inf)
    return type(value) is (origin or kind) and not (kind is int and value < 0)


def _layers(config: Any) -> Iterator[int]:
    """Every number of layers in a config, whatever the architecture calls it."""
    if isinstance(config, dict):
        for key, value in config.items():
            if isinstance(value, int) and any(word in key for word in LAYERS):
                yield value
            yield from _layers(value)
