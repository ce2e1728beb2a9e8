"""The one way this package sets up an H.264 stream: what every browser plays."""

from fractions import Fraction
from typing import Any

from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

CONTAINER_OPTIONS = {"movflags": "+faststart", "fflags": "+bitexact"}
"""The index in front, so that playing starts at once; no dates or versions in the file."""


def add_h264_stream(
    container: Any, size: tuple[int, int], rate: Fraction, threads: int, **options: str
) -> Any:
    """Add a stream of 8-bit 4:2:0 BT.709 pictures of an even (width, height)."""
    # Without cpu-independent, x264 with AVX-512 gives other bytes from one run to the next.
    recipe = {"flags": "+bitexact", "x264-params": "cpu-independent=1", **options}
    stream = container.add_stream("libx264", rate=rate, options=recipe)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    codec = stream.codec_context
    codec.thread_count = threads
    # Said in the file, because players guess the colour matrix from the size otherwise.
    codec.colorspace, codec.color_range = Colorspace.ITU709, ColorRange.MPEG
    codec.color_primaries, codec.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    return stream


def to_h264_colors(picture: Any, reformatter: Any, size: tuple[int, int]) -> Any:
    """Scale a picture to (width, height) in the colours that the stream announces."""
    return reformatter.reformat(
        picture,
        *size,
        "yuv420p",
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        interpolation="AREA",
    )
