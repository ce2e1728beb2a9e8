"""The visual encoder of a model whose weights are not at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mutualsl.errors import WeightsMissing
from mutualsl.features.base import Frames, Rows
from mutualsl.video import FrameRequest

if TYPE_CHECKING:
    import torch


class MissingEncoder:
    """Makes no rows and says why; the model still understands rows from files, and subtitles."""

    frames_per_row = 1

    def __init__(self, *, name: str, fingerprint: str, row_width: int, why: str) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.row_width = row_width
        self.why = why

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
