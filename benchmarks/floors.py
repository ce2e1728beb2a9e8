"""The least time that a device needs for a task: by the operations and bytes it cannot avoid."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.common import Measure

MEGABYTE = 2**20
BF16, FP32 = 2, 4  # bytes of a number
# Bytes a parameter of a training step with AdamW: read forwards and backwards, its gradient written
# and read, itself and both moments read and written.
STEP_BYTES = FP32 * (2 + 2 + 2 + 4)
BACKWARD = 2  # a product has two gradients, each a product of the same size


class Work(NamedTuple):
    """What a task cannot do without."""

    operations: float  # of matrix products and convolutions; multiply and add are two
    bytes: float  # into and out of the device's memory


class Rates(NamedTuple):
    """What a device does in a second, at best."""

    operations: float
    bytes: float

    def floor_second(self, work: Work) -> float:
        """As if moving and computing went on at the same time."""
        return max(work.operations / self.operations, work.bytes / self.bytes)


class Measured(NamedTuple):
    """A line of the table, and what else is to be known of it."""

    measure: Measure
    details: dict[str, Any]


def training_work(forward_operations: float, parameters: int) -> Work:
    """Of one step; what is computed again to save memory is not needed."""
    return Work((1 + BACKWARD) * forward_operations, STEP_BYTES * parameters)


def weight_bytes(module: nn.Module) -> int:
    """Of all parameters, as they are stored."""
    return sum(p.numel() * p.element_size() for p in module.parameters())


@torch.no_grad()
def operations(task: Callable[[], object]) -> int:
    """How many `task` does, as torch counts them: those of products and convolutions."""
    with FlopCounterMode(display=False) as counter:
        task()
    return int(counter.get_total_flops())


def measure_rates(device: torch.device, side: int = 8192, copied: int = 1024 * MEGABYTE) -> Rates:
    """By a square product in bf16, and by a copy, which reads and writes."""
    left, right = (torch.randn(side, side, device=device).bfloat16() for _ in range(2))
    source = torch.zeros(copied, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    # An idle device takes a while to its highest clock.
    product = best_second(lambda: torch.mm(left, right), device, rounds=100)
    copying = best_second(lambda: target.copy_(source), device, rounds=100)
    return Rates(2 * side**3 / product, 2 * copied / copying)


def best_second(task: Callable[[], object], device: torch.device, rounds: int = 5) -> float:
    """The shortest of some runs, after one that sets up memory and kernels."""
    task()
    taken = []
    for _ in range(rounds):
        synchronize(device)
        started = time.perf_counter()
        task()
        synchronize(device)
        taken.append(time.perf_counter() - started)
    return min(taken)


def synchronize(device: torch.device) -> None:
    """Wait until the device has done what it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def forget_peak(device: torch.device) -> None:
    """Begin to measure the peak of memory anew, without what nothing uses any more."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


def peak_memory_mb(device: torch.device) -> int:
    """The most that tensors took at once since `forget_peak`; 0 on a CPU."""
    if device.type != "cuda":
        return 0
    return round(torch.cuda.max_memory_allocated(device) / MEGABYTE)


def result(
    unit: str, count: int, second: float, work: Work, rates: Rates, device: torch.device
) -> dict[str, Any]:
    """`count` units in `second`, beside their floor; memory since `forget_peak`, CUDA only."""
    floor = rates.floor_second(work)
    return {
        "unit": unit,
        "count": count,
        "per_second": round(count / second, 3),
        "second": round(second, 5),
        "floor_second": round(floor, 5),
        "ratio": round(second / floor, 2),
        "bound_by": "operations" if floor == work.operations / rates.operations else "bytes",
        "peak_memory_mb": peak_memory_mb(device),
    }


def beside_floor(what: str, found: dict[str, Any]) -> Measured:
    """The line of a `result`, with its ratio to the floor as value."""
    speed = f"{found['per_second']:,} {found['unit']}s a second"
    measure = Measure(
        what=what,
        value=found["ratio"],
        unit=f"× the floor by {found['bound_by']}",
        note=f"{speed}, {found['peak_memory_mb']:,} MB",
    )
    return Measured(measure, found)
