"""The visual encoder of a model whose weights are not at hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from mutualsl.errors import MutualSLError, WeightsMissing
from mutualsl.features.base import Frames, Rows, VisualEncoder
from mutualsl.video import FrameRequest

if TYPE_CHECKING:
    import torch

AGAIN_SECOND = 60  # a host that is out of reach is not asked more often


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
        """The encoder that this one stands in for, if its weights have come by now.

        Raises `WeightsMissing` if not, without waiting: they are tried again on a thread of its
        own, for whoever comes later, and not within `AGAIN_SECOND` of the last try.
        """
        due = time.monotonic() - self._tried_second >= AGAIN_SECOND
        if self._found is None and self._again and due and self._trying.acquire(blocking=False):
            threading.Thread(target=self._try, args=(self._again,), daemon=True).start()
        if self._found is None:
            raise WeightsMissing(self.why)
        return self._found

    def _try(self, again: Callable[[], VisualEncoder]) -> None:
        try:
            self._found = again()
        except MutualSLError as error:
            self.why = str(error)
        finally:
            self._tried_second = time.monotonic()
            self._trying.release()

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
