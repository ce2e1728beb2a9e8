"""The models there are to choose from; each is loaded when it is first chosen, then shared.

torch is imported with the first of them, so that the page is there before it. Whoever needs
anything else of torch's asks for a model first.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mutualsl.description import Description, describe
from mutualsl.errors import CheckpointError, MutualSLError, UnknownName
from mutualsl.places import locate
from mutualsl.ui import zero_gpu

if TYPE_CHECKING:
    from mutualsl.inference import AnswerLocalizer

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """One model of the list."""

    name: str  # no other model of the list has it
    folder: Path
    about: Description
    metrics: dict[str, Any] | None  # what `mutualsl.evaluation.collect` wrote
    card: str  # Markdown


class Shelf:
    """Models by name, shared by all visitors."""

    def __init__(self, models: Sequence[Model], device: str = "auto") -> None:
        if device not in ("auto", "cpu"):  # raises here, not when a model is wanted
            from mutualsl.device import choose_device

            choose_device(device)
        self.models = tuple(models)
        self._device = device
        self._loaded: dict[str, AnswerLocalizer] = {}
        self._loading = threading.Lock()

    @property
    def names(self) -> list[str]:
        """Every model; the first is the one that a visitor begins with."""
        return [model.name for model in self.models]

    def open(self) -> None:
        """Load the first model, which visitors begin with; raises what `get` does."""
        self.get(self.names[0])

    def open_before_serving(self) -> None:
        """Load what cannot be loaded later: on ZeroGPU every model, elsewhere none.

        A process that is given a GPU has the models that were there when the page was served. The
        first must be there: raises what `get` does. Another that is damaged is left out, and says
        so to who chooses it.
        """
        if not zero_gpu.ACTIVE:
            return
        self.open()
        for name in self.names[1:]:
            try:
                self.get(name)
            except MutualSLError as error:
                log.warning("%s is not loaded: %s", name, error)

    def get(self, name: str) -> AnswerLocalizer:
        """The model of that name. `UnknownName` if there is none, `CheckpointError` if it fails."""
        model = next((model for model in self.models if model.name == name), None)
        if model is None:
            raise UnknownName("model", name, self.names)
        if name in self._loaded:  # whoever asks one that is there does not wait for another
            return self._loaded[name]
        with self._loading:
            if name not in self._loaded:
                self._loaded[name] = _load(model, self._device)
        return self._loaded[name]


def read_models(checkpoint: str | Path) -> tuple[Model, ...]:
    """The model in a folder, and those in the folders beside it; or one model of the Hub."""
    found = locate(checkpoint)
    first = found.resolve()
    beside: list[Path] = []
    if found == Path(checkpoint):  # beside what was fetched lie its own earlier versions
        beside = sorted(path for path in first.parent.iterdir() if path.is_dir() and path != first)
    models = [_read(first)]
    for folder in beside:
        try:
            model = _read(folder)
        except (CheckpointError, OSError):  # a visual encoder, or no checkpoint
            continue
        taken = model.name in {other.name for other in models}
        models.append(replace(model, name=f"{model.name} ({folder.name})") if taken else model)
    return tuple(models)


def _read(folder: Path) -> Model:
    about = describe(folder)
    card = folder / "README.md"
    return Model(
        name=about.name,
        folder=folder,
        about=about,
        metrics=_metrics(folder / "metrics.json"),
        card=card.read_text(encoding="utf-8", errors="replace") if card.is_file() else "",
    )


def _metrics(path: Path) -> dict[str, Any] | None:
    """The numbers in a file; `None` where there are none, or the file is damaged."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _load(model: Model, device: str) -> AnswerLocalizer:
    """Its answers carry the name that it has in the list."""
    from mutualsl.features.missing import MissingEncoder
    from mutualsl.inference import AnswerLocalizer

    localizer = AnswerLocalizer.from_pretrained(model.folder, device)
    if isinstance(localizer.encoder, MissingEncoder):
        log.warning("%s reads subtitles alone for now: %s", model.name, localizer.encoder.why)
    about = {**localizer.checkpoint.about, "name": model.name}
    localizer.checkpoint = replace(localizer.checkpoint, about=about)
    if not zero_gpu.ACTIVE:
        return localizer
    from mutualsl.ui.lent_gpu import LentGpu

    return LentGpu.of(model.name, localizer)
