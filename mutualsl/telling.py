"""How much of long work is done, told from deep inside it to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[float], None]  # a fraction; may raise, to end the work

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener | None) -> Iterator[None]:
    """Work done within tells `listener` alone; `None` hears nothing."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(fraction: float) -> None:
    """So much is done of the work in this context."""
    listener = _listener.get()
    if listener is not None:
        listener(fraction)
