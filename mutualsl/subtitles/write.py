"""Subtitles to WebVTT and SRT files."""

from collections.abc import Iterable
from pathlib import Path

from mutualsl.atomic import write_whole
from mutualsl.errors import SubtitleError
from mutualsl.subtitles.markup import escape_text, srt_text, tidy_lines
from mutualsl.subtitles.model import Cue, Subtitles
from mutualsl.subtitles.timestamps import format_timing_line


def to_webvtt(subtitles: Subtitles | Iterable[Cue]) -> str:
    """Return clean WebVTT; reading it again gives the same cues, to the millisecond."""
    cues = list(subtitles)
    if isinstance(subtitles, Subtitles):
        cues = sorted([*cues, *subtitles.silent], key=lambda cue: cue.start_second)
    blocks = [f"{_timing_line(cue)}\n{escape_text(cue.text)}".rstrip() for cue in cues]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def to_srt(subtitles: Subtitles | Iterable[Cue]) -> str:
    """Return SubRip text; signs are escaped only where they would be taken for markup."""
    blocks = [
        f"{number}\n{_timing_line(cue, ',')}\n{_srt_text(cue.text)}"
        for number, cue in enumerate(subtitles, start=1)
    ]
    return "\n\n".join(blocks) + "\n"


def write_subtitles(subtitles: Subtitles | Iterable[Cue], path: str | Path) -> None:
    """Write a .vtt or .srt file in UTF-8, whole or not at all, into a folder that is there.

    Raises `SubtitleError` for another ending, or when it cannot be written.
    """
    path = Path(path)
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise SubtitleError(
            f"{path}: cannot write {path.suffix!r} files; end the name in .vtt or .srt"
        )
    try:
        path.parent.stat()  # a folder that is mistyped is not made
        write_whole(path, writer(subtitles))
    except OSError as error:
        raise SubtitleError(f"{path}: cannot be written ({error}); choose another place") from error


def _timing_line(cue: Cue, decimal_sign: str = ".") -> str:
    """Write the times; rounding must not leave a cue without length."""
    end_second = max(cue.end_second, cue.start_second + 0.001)
    return format_timing_line(cue.start_second, end_second, decimal_sign)


def _srt_text(text: str) -> str:
    """Escape only text that would not be read back as it is: SRT players show escapes."""
    text = tidy_lines(text)
    if srt_text(text) == text and "-->" not in text:
        return text
    return escape_text(text).replace("\\", "&#92;")


_WRITERS = {".vtt": to_webvtt, ".srt": to_srt}
