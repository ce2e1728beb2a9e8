"""`mutualsl doctor`: what is wrong in a subtitle file, and the file without it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mutualsl.cli.output import printable


def doctor(
    file: Annotated[Path, typer.Argument(help="Subtitle file.")],
    video: Annotated[Path | None, typer.Option(help="Its video, to check times against.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write the repaired track here.")] = None,
) -> None:
    """Check a subtitle file: what was found, what was repaired."""
    from mutualsl.subtitles import diagnose, read_subtitles, write_subtitles
    from mutualsl.video import probe

    duration = probe(video).duration_second if video is not None else None
    try:
        print(printable(diagnose(read_subtitles(file, duration), duration)))
    finally:
        if write is not None:  # whole: what lies beyond this video may belong to a longer one
            write_subtitles(read_subtitles(file), write)
