"""Who reads the files that are asked about: those of visitors, and the examples once for all."""

from __future__ import annotations

import contextlib
import filecmp
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mutualsl.errors import MutualSLError
from mutualsl.ui import zero_gpu
from mutualsl.ui.examples import DemoVideo, known_answers
from mutualsl.ui.limits import QUIET_SECOND
from mutualsl.ui.line import MACHINE
from mutualsl.ui.loading import prepare
from mutualsl.ui.progress import Report
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.views import Loaded


class Reader:
    """Reads visitors' files, and keeps what it read of the examples, for each model.

    Nothing of a visitor is in what is kept: a `Loaded` is not changed, only replaced.
    """

    def __init__(self, shelf: Shelf, examples: Sequence[DemoVideo], folder: Path) -> None:
        self._shelf = shelf
        self.examples = tuple(examples)
        self._folder = folder
        self._kept: dict[tuple[str, str, str | None], Loaded] = {}

    def used(self, video: str | None, subtitles: str | None) -> tuple[str | None, str | None]:
        """The files to read: an example's subtitles are not used for any other video.

        They are still in their box when a visitor gives a video after trying the example.
        """
        if video is None or subtitles is None:
            return video, subtitles
        owners = [each for each in self.examples if is_copy(subtitles, each.subtitles)]
        if owners and not any(is_copy(video, owner.video) for owner in owners):
            return video, None
        return video, subtitles

    def kept(self, model: str, video: str | None, subtitles: str | None) -> Loaded | None:
        """An example that was read before."""
        return self._kept.get((model, video, subtitles)) if video is not None else None

    def read(self, model: str, video: str | None, subtitles: str | None, report: Report) -> Loaded:
        """A video ready for questions, with the true answers where they are known."""
        found = self.kept(model, video, subtitles)
        if found is not None:
            return found
        loaded = prepare(self._shelf, self._folder, model, video, subtitles, report)
        loaded = replace(loaded, gold=known_answers(self.examples, loaded.encoded.path))
        if video is not None and (video, subtitles) in map(files_of, self.examples):
            self._kept[model, video, subtitles] = loaded
        return loaded

    def read_ahead(self) -> None:
        """Read every example for the model that visitors begin with, whenever nobody asks."""
        if zero_gpu.ACTIVE:  # lends its GPU to visitors, not to this
            return
        threading.Thread(target=self._read_all, daemon=True).start()

    def _read_all(self) -> None:
        for example in self.examples:
            MACHINE.wait_until_quiet(QUIET_SECOND)
            with contextlib.suppress(MutualSLError):  # said to whoever clicks it
                self.read(self._shelf.names[0], *files_of(example), lambda stage, fraction: None)


def files_of(example: DemoVideo) -> tuple[str, str | None]:
    """Its video and its subtitle file, as a visitor would give them."""
    return str(example.video), str(example.subtitles) if example.subtitles else None


def is_copy(path: str, original: Path | None) -> bool:
    """Whether a file holds what another one does; what an example wrote into a box is a copy."""
    with contextlib.suppress(OSError):  # one is gone
        return original is not None and filecmp.cmp(path, original, shallow=False)
    return False
