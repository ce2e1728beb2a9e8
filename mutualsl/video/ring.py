"""Memory that the reader of frames and its worker share.

An anonymous file, handed to the worker as an open descriptor: it has no name that could be
left behind, and the system frees it when the last of the two lets go, even by a crash.
"""

import mmap
import os
import tempfile
from typing import Self

import numpy as np
from numpy.typing import NDArray

SLOTS = 4
"""Chunks under way at once: enough that neither side waits for the other, little memory."""


class FrameRing:
    """`SLOTS` chunks of `shape` = (T, H, W, 3) uint8 in shared memory."""

    def __init__(self, descriptor: int, shape: tuple[int, int, int, int]) -> None:
        self.descriptor = descriptor
        self._memory = mmap.mmap(descriptor, SLOTS * int(np.prod(shape)))
        self._slots: NDArray[np.uint8] = np.frombuffer(self._memory, np.uint8).reshape(
            SLOTS, *shape
        )

    @classmethod
    def create(cls, shape: tuple[int, int, int, int]) -> Self:
        """Allocate the memory; the descriptor may then be given to a worker."""
        if hasattr(os, "memfd_create"):
            descriptor = os.memfd_create("mutualsl-frames")
        else:
            with tempfile.TemporaryFile() as file:
                descriptor = os.dup(file.fileno())
        os.ftruncate(descriptor, SLOTS * int(np.prod(shape)))
        return cls(descriptor, shape)

    def slot(self, number: int) -> NDArray[np.uint8]:
        """The chunk's memory itself, (T, H, W, 3)."""
        chunk: NDArray[np.uint8] = self._slots[number]
        return chunk

    def close(self) -> None:
        """Let go of the memory; views of a slot must not be used afterwards."""
        del self._slots
        self._memory.close()
        os.close(self.descriptor)
