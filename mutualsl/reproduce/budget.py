"""The time of one call, divided over what is missing."""

from __future__ import annotations

import time

TRAINING = 0.75  # of a share; the rest is for answering the questions


class Budget:
    """Minutes from now on; `None` is as long as it takes."""

    def __init__(self, minutes: float | None) -> None:
        self._end = None if minutes is None else time.monotonic() + 60.0 * minutes

    @property
    def spent(self) -> bool:
        """Whether nothing more may begin."""
        return self._end is not None and time.monotonic() >= self._end

    def deadline(self, left: int, workers: int = 1) -> float | None:
        """When the next of `left` trainings has to stop, as `time.monotonic` counts.

        All that are left get the same, with as many at a time as there are workers; what one does
        not use goes to the others.
        """
        if self._end is None:
            return None
        now = time.monotonic()
        return now + TRAINING * max(0.0, self._end - now) * min(1.0, workers / left)
