"""Hostile input by the seed: few with the other tests, all with `make hostile`."""

from __future__ import annotations

import os
import random

FULL = os.environ.get("MUTUALSL_HOSTILE") == "full"
JUNK = (b"\0" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0")  # lengths that cannot be


def count(full: int, few: int) -> int:
    """How many to try. A case that failed is tried again by its name: `pytest -k <seed>`."""
    return full if FULL else few


def mutated(data: bytes, seed: int, head: int) -> bytes:
    """The data with some bytes changed, left out or said twice; half of it in the first `head`."""
    chance = random.Random(seed)
    made = bytearray(data)
    kind = chance.randrange(5)
    for _ in range(chance.choice((1, 3, 10, 50))):
        begin = chance.randrange(len(made) if chance.random() < 0.5 else min(head, len(made)))
        end = min(len(made), begin + chance.randint(1, 32))
        if kind == 0:
            made[begin] ^= 1 << chance.randrange(8)
        elif kind == 1:
            made[begin:end] = chance.randbytes(end - begin)
        elif kind == 2:
            made[begin : begin + 4] = chance.choice(JUNK)
        elif kind == 3 and len(made) > 100:
            del made[begin:end]
        else:
            made[begin:begin] = made[begin:end]
    if chance.random() < 0.15:
        del made[chance.randrange(1, len(made)) :]
    return bytes(made)
