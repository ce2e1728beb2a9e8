"""Turn decoded pictures upright, to square pixels and to the size that is asked for."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from mutualsl.errors import VideoError

PIXEL_LIMIT = 8192 * 4608
"""Larger pictures are refused before memory is taken for them."""

WIDEST_THUMBNAIL = 4
"""Times its height; a wider picture gets black above and below, or a sliver would fill memory."""


def clockwise_degree(picture: Any) -> int:
    """Rotation from the stored to the shown picture: 0, 90, 180 or 270."""
    return int(round(-picture.rotation / 90) * 90 % 360)


def shown_size(picture: Any, stream: Any) -> tuple[int, int]:
    """Width and height of a picture as a viewer sees it: upright, with square pixels."""
    if picture.width * picture.height > PIXEL_LIMIT:
        raise VideoError(
            f"{_file_name(stream)}: pictures of {picture.width}x{picture.height} are too large; "
            "scale the video down"
        )
    aspect = stream.sample_aspect_ratio or Fraction(1)
    aspect = aspect if Fraction(1, 4) <= aspect <= 4 else Fraction(1)  # else it is nonsense
    width, height = round(picture.width * aspect), picture.height
    return (height, width) if clockwise_degree(picture) in (90, 270) else (width, height)


class Fitter:
    """Scales pictures to one size: to fit it, the rest black, or to fill it, the rest cut off."""

    def __init__(self, width: int, height: int, *, crop: bool = False) -> None:
        self.width, self.height = width, height
        self._crop = crop
        self._reformatter = VideoReformatter()  # keeps its tables between pictures of one size

    def fit(self, picture: Any, stream: Any, canvas: NDArray[np.uint8]) -> None:
        """Draw a picture centred on `canvas`, (height, width, 3) uint8 RGB."""
        shown_width, shown_height = shown_size(picture, stream)
        width, height = self._scaled_size(shown_width, shown_height, stream)
        turns = clockwise_degree(picture) // 90
        stored_width, stored_height = (height, width) if turns % 2 else (width, height)
        small = self._reformatter.reformat(
            picture, stored_width, stored_height, "rgb24", interpolation=Interpolation.AREA
        )
        upright = np.rot90(small.to_ndarray(), -turns)
        if self._crop:
            left, top = round((width - self.width) / 2), round((height - self.height) / 2)
            canvas[:] = upright[top : top + self.height, left : left + self.width]
            return
        left, top = (self.width - width) // 2, (self.height - height) // 2
        if (width, height) != (self.width, self.height):
            canvas[:] = 0
        canvas[top : top + height, left : left + width] = upright

    def _scaled_size(self, shown_width: int, shown_height: int, stream: Any) -> tuple[int, int]:
        """Width and height of a whole picture once it fits, or fills, the canvas."""
        scales = self.width / shown_width, self.height / shown_height
        scale = max(scales) if self._crop else min(scales)
        width, height = round(shown_width * scale), round(shown_height * scale)
        if not self._crop:
            return min(self.width, max(1, width)), min(self.height, max(1, height))
        if width * height > PIXEL_LIMIT:
            raise VideoError(
                f"{_file_name(stream)}: pictures of {shown_width}x{shown_height} are too narrow to "
                f"fill {self.width}x{self.height}; cut the video to a usual shape"
            )
        return max(self.width, width), max(self.height, height)


class JpegEncoder:
    """Upright JPEG pictures of one height, for a film-strip."""

    def __init__(self, height: int) -> None:
        self._height = height
        self._codec: Any = None
        self._fitter = Fitter(0, height)

    def encode(self, picture: Any, stream: Any) -> bytes:
        """One picture as JPEG; the first one decides the width of all."""
        if self._codec is None:
            shown_width, shown_height = shown_size(picture, stream)
            aspect = min(WIDEST_THUMBNAIL, shown_width / shown_height)
            width = 2 * max(1, round(self._height * aspect / 2))
            self._fitter = Fitter(width, self._height)
            self._codec = _mjpeg(width, self._height)
        canvas = np.empty((self._height, self._fitter.width, 3), np.uint8)
        self._fitter.fit(picture, stream, canvas)
        frame = av.VideoFrame.from_ndarray(canvas, format="rgb24").reformat(format="yuvj420p")
        return b"".join(map(bytes, self._codec.encode(frame)))


def _file_name(stream: Any) -> str:
    return Path(stream.container.name).name


def _mjpeg(width: int, height: int) -> Any:
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuvj420p"
    codec.time_base = Fraction(1, 25)
    codec.options = {"qmin": "3", "qmax": "3"}
    return codec
