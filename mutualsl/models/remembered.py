"""What a model computes once and then remembers, up to a limit of memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from threading import Lock

from cachetools import LRUCache
from torch import Tensor

ENTRY_BYTES = 1_000  # about what a tensor takes beside its numbers


class Remembered:
    """Tensors by what they were made of; what was not asked for longest is forgotten first.

    Of a key, which may be the tokens of a whole video, a hash is kept: any value whose `repr` says
    all of it. It belongs to one model and its weights: a copy of the model begins with nothing. May
    be asked from several threads.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._lock = Lock()
        self.clear()

    def get_or_make(self, key: object, make: Callable[[], Tensor]) -> Tensor:
        """The tensor of `key`, made now if it is not remembered; kept if it fits at all."""
        digest = hashlib.sha256(repr(key).encode()).digest()
        with self._lock:
            found = self._tensors.get(digest)
        if found is None:
            found = make()
            if found.nbytes + ENTRY_BYTES <= self._limit_bytes:
                with self._lock:
                    self._tensors[digest] = found
        return found

    def clear(self) -> None:
        """Forget everything."""
        self._tensors: LRUCache[bytes, Tensor] = LRUCache(
            self._limit_bytes, getsizeof=lambda tensor: tensor.nbytes + ENTRY_BYTES
        )

    def __len__(self) -> int:
        return len(self._tensors)

    def __deepcopy__(self, memo: object) -> Remembered:
        return Remembered(self._limit_bytes)
