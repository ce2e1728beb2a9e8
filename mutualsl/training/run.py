"""From a recipe to a checkpoint folder: load, train stage by stage, calibrate, save."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence, Set
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple, cast

from accelerate import PartialState
from safetensors import SafetensorError
from safetensors.torch import load_file

from mutualsl.checkpoint import Checkpoint, TextSource, VisualSource, save_checkpoint
from mutualsl.data.batch import Collator
from mutualsl.device import choose_device
from mutualsl.errors import DataError, in_a_line, memory_is_short
from mutualsl.evaluation.record import current_commit
from mutualsl.models import Localizer, NeuralLocalizer
from mutualsl.training import state
from mutualsl.training.calibrate import calibrate
from mutualsl.training.config import RunConfig, Stage
from mutualsl.training.fit import Fitted, fit
from mutualsl.training.learned import learned_from
from mutualsl.training.library import Library
from mutualsl.training.prepare import Prepared, prepare
from mutualsl.training.run_note import Run, begin
from mutualsl.training.sampling import Source, questions_id
from mutualsl.training.start import SHARE
from mutualsl.training.trainer import Trainer
from mutualsl.training.visual import VisualTrainConfig, run_visual
from mutualsl.weights import write_weights


def run_localizer(
    config: RunConfig, root: Path, out: Path, visual: Path, deadline: float | None = None
) -> None:
    """Train a model as the recipe says and write `out/checkpoint`; continues a stopped run.

    `visual` is the visual encoder whose rows the model learns to read; see `encoder_at`. At
    `deadline` (`time.monotonic`) the checkpoint holds what was learned until then, and says so.
    """
    commit = current_commit()
    prepared = prepare(config, root, out, visual)
    learned = _learn(prepared, out, deadline)
    if not PartialState().is_main_process:
        return
    config, model = prepared.config, prepared.model
    model.has_learned_from(learned.modalities | prepared.start.learned_from)
    model.to(PartialState().device).eval()
    # What never learned, here or before, is not to be believed now.
    share = model.share if isinstance(model, NeuralLocalizer) else None
    silent = config.start is None or (share is not None and not share.any())
    apart = silent and all(stage.learner for stage in config.stages)
    validation = prepared.library.calibration(config.stages[-1], model.looks)
    looked_at = frozenset(  # of several parts of one data set the later ones are numbered
        name for name in validation if {name, name.rpartition(" (")[0]} & prepared.looked_at
    )
    calibrate(model, prepared.collator, validation, reader_alone=apart, looked_at=looked_at)
    model.to("cpu")
    about = _about(prepared, learned) | {"commit": commit}
    save_checkpoint(_checkpoint(prepared, out, visual, about), out / "checkpoint")


class _Learned(NamedTuple):
    """What all stages together took and gave."""

    second: float
    cpu_second: float
    modalities: frozenset[str]
    stopped: str | None  # where time was up


def _learn(prepared: Prepared, out: Path, deadline: float | None) -> _Learned:
    """Every stage, as far as the time goes."""
    model, library, collator = prepared.model, prepared.library, prepared.collator
    learned = _Learned(0.0, 0.0, frozenset(), None)
    for stage in prepared.config.stages:
        sources = library.sources(stage)
        left: str | None = None
        spent: state.Progress | Fitted
        if isinstance(model, NeuralLocalizer):
            place = out / stage.name
            spent = _run_stage(model, collator, library, sources, stage, place, deadline)
            if not spent.done:
                left = f"epoch {spent.epoch + 1} of {stage.train.epochs}"
        else:
            spent = fit(model, collator, sources, stage.train, deadline)
            left = spent.left_out
        learner = cast(Localizer, model.get_submodule(stage.learner))
        learned = _Learned(
            learned.second + spent.second,
            learned.cpu_second + spent.cpu_second,
            learned.modalities | learned_from(sources, learner),
            None if left is None else f"{stage.name}, {left}",
        )
        if left is not None:
            break
    return learned


def _about(prepared: Prepared, learned: _Learned) -> dict[str, Any]:
    """What a checkpoint says of its training."""
    config, start = prepared.config, prepared.start
    return {
        "name": config.name,
        "recipe": config.name.replace("-", "_"),
        "trained_on": config.trained_on,
        "seeds": start.seeds(stage.train.seed for stage in config.stages),
        "training_second": round(learned.second, 3),
        "training_cpu_second": round(learned.cpu_second, 3),
        "stopped": learned.stopped,
        "learned_from": sorted(learned.modalities),
        "training_videos": start.also(_videos(prepared.training)),
        "stages": [*start.stages, *(asdict(stage) for stage in config.stages)],
    }


def _checkpoint(prepared: Prepared, out: Path, visual: Path, about: dict[str, Any]) -> Checkpoint:
    """The model with everything it needs to answer; what lies beside it is copied into `out`."""
    text, encoder, config = None, prepared.encoder, prepared.config
    taken = {"checkpoint", *(stage.name for stage in config.stages)}
    seen = _free(visual, taken)
    if prepared.questions is not None:
        read = _free(Path(config.text_encoder), {*taken, seen})
        text = TextSource(
            fingerprint=prepared.questions.fingerprint,
            folder=_beside(out, prepared.text_folder, read),
        )
    return Checkpoint(
        name=config.model,
        model=prepared.model,
        tokenizer=prepared.collator.tokenizer,
        window_tokens=config.window_tokens,
        visual=VisualSource(
            encoder=encoder.name,
            fingerprint=encoder.fingerprint,
            folder=_beside(out, visual, seen),
        ),
        text=text,
        about=about,
    )


def _videos(sources: Iterable[Source]) -> dict[str, list[str]]:
    """The videos of every data set."""
    found: dict[str, list[str]] = {}
    for source in sources:
        found.setdefault(source.part.dataset, []).extend(v.video_id for v in source.videos())
    return found


def _free(place: Path, taken: Set[str]) -> str:
    """What a copy of `place` in a run is called; that of a run's checkpoint like the run.

    A link gives it its own name: what lies behind may have one that does not say what it is.
    """
    place = Path(os.path.abspath(place))
    name = (place.parent.name or "encoder") if place.name == "checkpoint" else place.name
    while name in taken:
        name += "-copy"
    return name


def _beside(out: Path, place: Path, name: str) -> str:
    """Copy an encoder's folder or file into the run, so that `out` can be used.

    Returns where that is, as seen from the checkpoint; published weights may be at no place yet.
    """
    if place.is_dir():
        shutil.copytree(place, out / name, dirs_exist_ok=True)
    elif place.is_file():
        shutil.copy(place, out / name)
    return f"../{name}"


def _run_stage(
    model: NeuralLocalizer,
    collator: Collator,
    library: Library,
    sources: Sequence[Source],
    stage: Stage,
    out: Path,
    deadline: float | None,
) -> state.Progress:
    """Train, unless that is done already, and leave the best weights in the model.

    Predictors are judged by themselves while they learn: a sentence reader that has learned before
    and has a say in the textual span would hide what becomes of it (`docs/log.md`).
    """
    best = out / "best.safetensors"
    learner = cast(NeuralLocalizer, model.get_submodule(stage.learner))
    kept = {}
    if learner.share is not None:
        kept[SHARE] = learner.share.clone()
        learner.share.fill_(1.0)
    progress, validation = state.read(out), library.validation(stage)
    if progress.done:
        questions = questions_id(source.examples for source in sources)
        state.check(out, questions, questions_id(validation.values()))
    else:
        progress = Trainer(
            learner, collator, sources, validation, stage.train, out,
            lambda averaged: write_weights(averaged.weights() | kept, best), deadline,
        ).train()  # fmt: skip
        PartialState().wait_for_everyone()
    try:
        learner.load_weights(load_file(best))
    except (OSError, SafetensorError, RuntimeError) as error:
        if memory_is_short(error):
            raise
        raise DataError(
            f"{best}: the weights of this stage are missing or damaged ({in_a_line(error)}); "
            f"remove {out}, and --resume trains the stage again"
        ) from error
    return progress


def run(
    config: Run,
    root: Path,
    out: Path,
    visual: Path,
    resume: bool = False,
    deadline: float | None = None,
    device: str = "auto",
) -> None:
    """Start the run a recipe describes, or go on with it.

    A localizer that is not done at `deadline` (`time.monotonic`) stops there and is saved as it is.
    """
    if not isinstance(config, VisualTrainConfig):
        begin(config, out, resume, choose_device(device))
        run_localizer(config, root, out, visual, deadline)
        return
    if device not in ("auto", "cpu"):
        raise DataError("visual_mini learns on the CPU; leave --device out")
    begin(config, out, resume, choose_device("cpu"))
    run_visual(config, root, out)
