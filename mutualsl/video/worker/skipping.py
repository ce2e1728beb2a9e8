"""Which packets need not be decoded: pictures that no other picture needs and nobody asks for.

What is decoded is the same to the last bit, only less of it.
"""

import math
from bisect import bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Wanted = Callable[[float, float], bool]
"""Whether a picture that is shown from one second to another is asked for."""

CODECS = {"h264"}
"""Those whose decoder knows by the stream alone that no other picture, of any layer, needs one."""

AHEAD_PACKETS = 64
"""More than pictures are reordered by; what is not known by then is decoded."""

MARGIN_SECOND = 0.002
"""Decoded too, on both sides: containers round timestamps."""


def at_every(*steps_second: float) -> Wanted:
    """Ask for the pictures shown at the multiples of some steps."""

    def wanted(start_second: float, end_second: float) -> bool:
        first, last = start_second - MARGIN_SECOND, end_second + MARGIN_SECOND
        return any(math.ceil(first / step) * step <= last for step in steps_second)

    return wanted


def with_following(packets: Iterable[Any]) -> Iterator[tuple[Any, int | None]]:
    """Each packet with the timestamp of the picture shown after its own, where that is certain.

    Certain it is once packets have come so far that no later one can be shown before that.
    """
    waiting: deque[Any] = deque()
    shown: list[int] = []  # timestamps of pictures, sorted
    for packet in packets:
        waiting.append(packet)
        certain = packet.pts is not None and packet.dts is not None  # not at the end
        if certain and not packet.is_discard:
            insort(shown, packet.pts)
            del shown[: -2 * AHEAD_PACKETS]
        while waiting:
            following = _after(shown, waiting[0].pts) if certain else None
            if following is not None and following > packet.dts:
                following = None
            if certain and following is None and len(waiting) <= AHEAD_PACKETS:
                break
            yield waiting.popleft(), following


def _after(shown: list[int], timestamp: int) -> int | None:
    place = bisect_right(shown, timestamp)
    return shown[place] if place < len(shown) else None
