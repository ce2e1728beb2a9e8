"""A span cut out of the visitor's video, as a file to keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from mutualsl.spans import Span, clock
from mutualsl.ui import status
from mutualsl.ui.made_files import new_file
from mutualsl.ui.parts import View
from mutualsl.ui.player import save_link
from mutualsl.ui.progress import Report
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import Loaded, ready, view
from mutualsl.ui.watching import Steps, watched
from mutualsl.video import export_clip


@dataclass(frozen=True, slots=True)
class Clips:
    """Cuts clips into a folder for files that are made."""

    folder: Path

    def save(self, event: gr.EventData, loaded: Loaded | None, turns: Turns) -> Iterator[View]:
        """Cut a span, frame-accurately, and offer it as a file."""
        if loaded is None or loaded.encoded.path is None:
            yield view(status=status.notice("Load a video first."))
            return
        span = Span(float(event.start), float(event.end))
        if span in turns.cutting:  # a second click of a double one
            yield view()
            return
        turns.cutting.add(span)
        try:
            yield from turns.beside(self._save(loaded, loaded.encoded.path, span))
        finally:
            turns.cutting.discard(span)

    def _save(self, loaded: Loaded, source: Path, span: Span) -> Steps[None]:
        times = "-".join(map(_in_name, span))
        name = f"{Path(loaded.encoded.name).stem} {times}s.mp4"

        def cut(report: Report) -> Path:
            out = new_file(self.folder, name)
            return export_clip(source, span, out, lambda fraction: report("clip", fraction))

        made = yield from watched(cut, "clip", str(source))
        if made is not None:
            yield view(status=ready(loaded), clip=save_link(made))


def _in_name(second: float) -> str:
    """A time as 2m03.4, from one hour on as 1h02m03.4: file names hold no colons."""
    *hour, minute, rest = clock(second).split(":")
    return "".join(f"{each}h" for each in hour) + f"{minute}m{rest}"
