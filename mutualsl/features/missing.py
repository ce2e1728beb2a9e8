"""The visual encoder of a model whose weights are not at hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from mutualsl.errors import WeightsMissing
from mutualsl.features.base import Frames, Rows, VisualEncoder
from mutualsl.video import FrameRequest

if TYPE_CHECKING:
    import torch

AGAIN_SECOND = 60  # a host that is out of reach keeps people waiting no more often


class MissingEncoder:
    """Makes no rows and says why; the model still understands rows from files, and subtitles."""

    frames_per_row = 1

    def __init__(
        self,
        *,
        name: str,
        fingerprint: str,
        row_width: int,
        why: str,
        again: Callable[[], VisualEncoder] | None = None,
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.row_width = row_width
        self.why = why
        self._again = again
        self._found: VisualEncoder | None = None
        self._tried_second = time.monotonic()
        self._trying = threading.Lock()

    def opened(self) -> VisualEncoder:
        """The encoder that this one stands in for, if its weights can be had by now.

        Raises `WeightsMissing` if not, and at once within `AGAIN_SECOND` of the last try.
        """
        with self._trying:
            due = time.monotonic() - self._tried_second >= AGAIN_SECOND
            if self._found is None and self._again is not None and due:
                try:
                    self._found = self._again()
                except WeightsMissing as error:
                    self.why = str(error)
                self._tried_second = time.monotonic()
            if self._found is None:
                raise WeightsMissing(self.why)
            return self._found

    @property
    def device(self) -> torch.device:
        """Raises `WeightsMissing`: nothing is computed."""
        raise WeightsMissing(self.why)

    @property
    def request(self) -> FrameRequest:
        """Raises `WeightsMissing`: frames would be of no use."""
        raise WeightsMissing(self.why)

    def encode(self, frames: Frames) -> Rows:
        """Raises `WeightsMissing`."""
        raise WeightsMissing(self.why)
