"""How a served page ends."""

import os
import signal
from types import SimpleNamespace

import pytest

from mutualsl.ui.app import stay


@pytest.fixture
def handlers():
    """What this process does when it is told to end, as it was before.

    Meanwhile Ctrl + C does what it does in a terminal; a shell has what it runs behind ignore it.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def tell():
    os.kill(os.getpid(), signal.SIGTERM)


def press_ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("first", [tell, press_ctrl_c])
def test_told_to_end_again_the_page_is_closed_all_the_same(first, handlers):
    closed = []

    def close(verbose):
        tell()
        closed.append(verbose)

    try:
        stay(SimpleNamespace(close=close), load=first)
    except KeyboardInterrupt:
        pytest.fail("the second signal has ended what puts visitors' files away")
    assert closed == [False]


def test_what_loading_raises_closes_the_page_too(handlers):
    closed = []

    def load():
        raise MemoryError

    with pytest.raises(MemoryError):
        stay(SimpleNamespace(close=lambda verbose: closed.append(verbose)), load=load)
    assert closed == [False]
