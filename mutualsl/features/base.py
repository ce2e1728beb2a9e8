"""What a visual encoder is: frames in, one feature row a second out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from mutualsl.video import FrameRequest

if TYPE_CHECKING:
    import torch

Frames = npt.NDArray[np.uint8]  # (T, H, W, 3) RGB
Rows = npt.NDArray[np.float32]  # (K, F)


class VisualEncoder(Protocol):
    """A visual encoder; `fingerprint` changes whenever its rows would."""

    @property
    def name(self) -> str:
        """Its key in `VISUAL_ENCODERS`."""

    @property
    def fingerprint(self) -> str:
        """Identifies weights and preprocessing."""

    @property
    def device(self) -> torch.device:
        """Where rows are computed."""

    @property
    def row_width(self) -> int:
        """Width F of a row."""

    @property
    def request(self) -> FrameRequest:
        """The frames wanted from one pass over a video."""

    @property
    def frames_per_row(self) -> int:
        """Frames that make one row (one second)."""

    def encode(self, frames: Frames) -> Rows:
        """Rows of consecutive frames, the last one padded by repetition."""


def by_rows(frames: Frames, frames_per_row: int) -> Frames:
    """Frames (T, H, W, 3) as those of each row, (K, frames_per_row, H, W, 3).

    The last row repeats its last frame where it has too few.
    """
    missing = -len(frames) % frames_per_row
    if missing:
        frames = np.concatenate([frames, np.repeat(frames[-1:], missing, axis=0)])
    return frames.reshape(-1, frames_per_row, *frames.shape[1:])
