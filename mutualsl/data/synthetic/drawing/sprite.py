"""A thing drawn once, to be placed in frames under any affine transform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
Matrix: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sprite:
    """A drawn thing: premultiplied RGBA pixels and where they lie, in units."""

    pixels: Image  # (H, W, 4)
    left: float
    top: float
    pixels_per_unit: float

    def draw(self, frame: Image, placement: Matrix, opacity: float = 1.0) -> None:
        """Blend the sprite into an RGB frame; `placement` (2, 3) maps units to frame pixels."""
        height, width = self.pixels.shape[:2]
        step = 1 / self.pixels_per_unit
        local = np.array(
            [[step, 0, self.left + step / 2], [0, step, self.top + step / 2], [0, 0, 1]]
        )
        matrix = placement @ local
        corners = matrix @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
        x0, y0 = np.maximum(np.floor(corners.min(axis=1)).astype(int) - 1, 0)
        x1 = min(int(np.ceil(corners[0].max())) + 1, frame.shape[1])
        y1 = min(int(np.ceil(corners[1].max())) + 1, frame.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        matrix[:, 2] -= (x0, y0)
        warped = cv2.warpAffine(self.pixels, matrix, (int(x1 - x0), int(y1 - y0)))
        if opacity < 1:
            warped = cv2.convertScaleAbs(warped, alpha=opacity)
        region = frame[y0:y1, x0:x1]
        keep = cv2.cvtColor(255 - warped[..., 3], cv2.COLOR_GRAY2RGB)
        behind = cv2.multiply(region, keep, scale=1 / 255)
        cv2.add(behind, np.ascontiguousarray(warped[..., :3]), dst=behind)
        region[:] = behind
