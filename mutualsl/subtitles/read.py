"""Subtitles from a file, from bytes or from a track inside a video."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from mutualsl.errors import SubtitleError
from mutualsl.subtitles.ass import parse_track
from mutualsl.subtitles.encoding import decode
from mutualsl.subtitles.model import Cue, Parsed, Repair, Subtitles
from mutualsl.subtitles.recognise import (
    FORMATS,
    parse_text,
    refuse_other_files,
    refuse_size,
)
from mutualsl.subtitles.repair import (
    after_start,
    fit_video,
    give_length,
    notice_overlaps,
    round_times,
    sort_cues,
    within_reach,
)
from mutualsl.subtitles.rolling import unroll

OF_THE_VIDEO = ("past_end", "clipped", "overlap")  # repairs that depend on how long it is
# One empty line says as much as any number, to every format, and each costs time.
_EMPTY_LINES = re.compile(r"\n{3,}")


def read_subtitles(path: str | Path, video_duration_second: float | None = None) -> Subtitles:
    """Read a subtitle file of any known format and encoding; raise `SubtitleError` if unusable.

    With the duration of the video, cues past its end are dropped or clipped.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise SubtitleError(f"{path}: {_no_file(path)} ({FORMATS})")
        refuse_size(path.stat().st_size, path.name)
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the path
        raise SubtitleError(f"{path}: cannot be opened ({error}); check the path") from error
    return parse_subtitles(data, path.name, video_duration_second)


def _no_file(path: Path) -> str:
    """Why a path cannot be read, and what to give."""
    if str(path) == "-" or path.is_fifo():
        return (
            "pipes and standard input are not read; save the subtitles to a file and give its path"
        )
    what = "is not a file" if path.exists() else "does not exist"
    return f"{what}; give the path of a subtitle file"


def parse_subtitles(
    data: bytes, name: str, video_duration_second: float | None = None
) -> Subtitles:
    """Read subtitles from the bytes of a file; the name hints at the format."""
    refuse_size(len(data), name)
    refuse_other_files(data, name)
    text, encoding, repairs = decode(data, name)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    parsed = parse_text(_EMPTY_LINES.sub("\n\n", text), name)
    repairs = [*repairs, *parsed.repairs]
    return _finish(parsed, name, encoding, repairs, video_duration_second)


def fitted(
    subtitles: Subtitles, video_duration_second: float | None, name: str = "subtitles"
) -> Subtitles:
    """The same subtitles with no cue past the end of a video; `SubtitleError` if none is left.

    What `read_subtitles` does with the duration of the video, for a track that was read before,
    also for a shorter video. A track that was made by hand may have times that cannot be, for
    which the error names the cue.
    """
    for number, cue in enumerate(subtitles.as_read, start=1):
        if not -math.inf < cue.start_second < cue.end_second < math.inf:  # NaN is refused too
            raise SubtitleError(
                f"{name}: cue {number} is shown from {cue.start_second:g} s to {cue.end_second:g} "
                "s; give it times in seconds, the end after the start"
            )
    cues, past_end = fit_video(subtitles.as_read, video_duration_second)
    silent, _ = fit_video(subtitles.silent, video_duration_second)
    if not cues:
        raise SubtitleError(_nothing_usable(name, past_end))
    report = [repair for repair in subtitles.report if repair.kind not in OF_THE_VIDEO]
    return replace(
        subtitles,
        cues=tuple(cues),
        silent=tuple(silent),
        report=(*report, *past_end, *notice_overlaps(cues)),
        uncut=subtitles.as_read if past_end else (),
    )


def shifted(
    subtitles: Subtitles, offset_second: float, video_duration_second: float | None
) -> Subtitles:
    """The same subtitles later by an offset, or earlier by a negative one.

    What would lie outside the video is cut off or left out, and what did before may come back;
    `SubtitleError` if nothing is left.
    """

    def moved(cues: Sequence[Cue]) -> tuple[Cue, ...]:
        later = [
            Cue(
                max(0.0, cue.start_second + offset_second), cue.end_second + offset_second, cue.text
            )
            for cue in cues
            if cue.end_second + offset_second > 0.0
        ]
        return tuple(within_reach(later)[0])

    cues = moved(subtitles.as_read) if math.isfinite(offset_second) else ()
    if not cues:
        raise SubtitleError(
            f"with an offset of {offset_second:g} s no subtitle is left in the video; "
            "choose a smaller one"
        )
    later = replace(subtitles, cues=cues, silent=moved(subtitles.silent), uncut=())
    return fitted(later, video_duration_second)


def from_track(
    events: Iterable[tuple[float, float, str]],
    *,
    codec: str,
    language: str | None,
    video_duration_second: float | None = None,
) -> Subtitles:
    """Make subtitles of the (start second, end second, text) of a text track inside a video."""
    parsed = parse_track(events, codec, language)
    return _finish(parsed, f"text track ({codec})", None, parsed.repairs, video_duration_second)


def _finish(
    parsed: Parsed,
    name: str,
    encoding: str | None,
    repairs: Sequence[Repair],
    video_duration_second: float | None,
) -> Subtitles:
    """Mend the times, take repeated lines out, and part the cues that have words from the rest."""
    cues, early = after_start(parsed.cues)
    cues, order = sort_cues(round_times(cues))
    cues, length = give_length(cues)
    cues, far = within_reach(cues)
    silent = [cue for cue in cues if not cue.text]
    cues, rolling = unroll([cue for cue in cues if cue.text])
    empty = [Repair("empty", len(silent), "cues hold no text")] if silent else []
    silent += [cue for cue in cues if not cue.text]
    spoken = [cue for cue in cues if cue.text]
    report = [*repairs, *early, *order, *length, *far, *empty, *rolling]
    if not spoken:
        raise SubtitleError(_nothing_usable(name, report))
    subtitles = Subtitles(
        cues=tuple(spoken),
        # Only WebVTT promises to keep a cue that shows nothing.
        silent=tuple(sorted(silent, key=lambda cue: cue.start_second))
        if parsed.format == "webvtt"
        else (),
        report=tuple(report),
        format=parsed.format,
        encoding=encoding,
        language=parsed.language,
    )
    return fitted(subtitles, video_duration_second, name)


def _nothing_usable(name: str, report: Sequence[Repair]) -> str:
    """Say why no cue is left."""
    reasons = "; ".join(f"{repair.detail}: {repair.count}" for repair in report)
    return (
        f"{name}: no usable cue is left ({reasons or 'it holds none'}); give another subtitle file"
    )
