"""Which device computes, and work in portions that are halved when its memory runs out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import torch

from mutualsl.errors import MutualSLError, memory_is_short
from mutualsl.telling import tell

T = TypeVar("T")
log = logging.getLogger(__name__)


def choose_device(name: str) -> torch.device:
    """The device of that name; auto is CUDA where there is one.

    Raises `MutualSLError` for another name than auto, cpu or cuda, and for cuda without one.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name not in {"cpu", "cuda"}:
        raise MutualSLError(f"unknown device {name!r}; use auto, cpu or cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise MutualSLError("no CUDA device here; use --device cpu or auto")
    return torch.device(name)


def precision(device: torch.device) -> AbstractContextManager[Any]:
    """bf16 on a GPU that multiplies it, plain fp32 elsewhere."""
    native = device.type == "cuda" and fastest_dtype(device) == torch.bfloat16
    return torch.autocast(device.type, torch.bfloat16, enabled=native)


def fastest_dtype(device: torch.device) -> torch.dtype:
    """16 bits where the hardware multiplies them faster than 32, on a CPU by its flags."""
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if native else torch.float16
    flags = torch.cpu.get_capabilities()
    fast = flags.get("avx512_bf16") or flags.get("amx_bf16")
    return torch.bfloat16 if fast else torch.float32


def multiplies_bytes() -> bool:
    """Whether the CPU has instructions for sums of products of bytes, by its flags."""
    return bool(torch.cpu.get_capabilities().get("avx512_vnni"))


@contextmanager
def enough_memory(device: torch.device, what: str) -> Iterator[None]:
    """Around work on `what`: raises `MutualSLError` where the memory of the device ends."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not memory_is_short(error):
            raise
        elsewhere = "" if device.type == "cpu" else "use --device cpu, or "
        raise MutualSLError(
            f"the memory of {device} is too small for {what}; {elsewhere}end what else runs there"
        ) from error


class AtOnce:
    """How many items are worked on at once; what was too much once is not tried again."""

    def __init__(self, most: int, what: str) -> None:
        self.most = most
        self._what = what  # for the warning

    def over(self, count: int, work: Callable[[slice], T], most: int | None = None) -> list[T]:
        """What `work` returns for one slice after the other, until `count` items are done.

        `most`: how many of these items a slice may have, where that is less than usual. After each
        but the last, whoever waits is told (`telling`) how much is done.
        Raises the error of the memory (`memory_is_short`) when one item is too much; and at once
        while gradients are kept, as halves would then take as much together.
        """
        results: list[T] = []
        begin = 0
        while begin < count:
            portion = slice(begin, min(count, begin + min(self.most, most or self.most)))
            try:
                results.append(work(portion))
                begin = portion.stop
                if begin < count:
                    tell(begin / count)
                continue
            except RuntimeError as error:
                last = portion.stop - begin == 1 or torch.is_grad_enabled()
                if last or not memory_is_short(error):
                    raise
            # Not inside `except`: until it is left, the error holds what was computed so far.
            torch.cuda.empty_cache()
            self.most = min(self.most, (portion.stop - begin) // 2)
            log.warning("memory is short: from now on %d %s at once", self.most, self._what)
        return results
