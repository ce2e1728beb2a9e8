"""What a model computes once and then remembers, up to a limit of memory."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock

from cachetools import LRUCache
from torch import Tensor


class Remembered:
    """Tensors by what they were made of; what was not asked for longest is forgotten first.

    It belongs to one model and its weights: a copy of the model begins with nothing. May be asked
    from several threads.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._lock = Lock()
        self.clear()

    def get_or_make(self, key: Hashable, make: Callable[[], Tensor]) -> Tensor:
        """The tensor of `key`, made now if it is not remembered; kept if it fits at all."""
        with self._lock:
            found = self._tensors.get(key)
        if found is None:
            found = make()
            if found.nbytes <= self._limit_bytes:
                with self._lock:
                    self._tensors[key] = found
        return found

    def clear(self) -> None:
        """Forget everything."""
        self._tensors: LRUCache[Hashable, Tensor] = LRUCache(
            self._limit_bytes, getsizeof=lambda tensor: tensor.nbytes
        )

    def __len__(self) -> int:
        return len(self._tensors)

    def __deepcopy__(self, memo: object) -> Remembered:
        return Remembered(self._limit_bytes)
