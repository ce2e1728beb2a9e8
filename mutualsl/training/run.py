"""From a recipe to a checkpoint folder: load, train stage by stage, calibrate, save."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import torch
from accelerate import PartialState
from safetensors.torch import load_file

from mutualsl.checkpoint import (
    Checkpoint,
    TextSource,
    VisualSource,
    load_text_encoder,
    save_checkpoint,
    write_weights,
)
from mutualsl.data import TextTokenizer
from mutualsl.data.batch import Collator
from mutualsl.device import choose_device
from mutualsl.errors import DataError, UnknownName, in_a_line
from mutualsl.evaluation.record import current_commit
from mutualsl.features import encoder_at
from mutualsl.models import MODELS, FittedLocalizer, Localizer, NeuralLocalizer
from mutualsl.models.questions import FrozenLanguageModel
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.sizes import check_values
from mutualsl.training import state
from mutualsl.training.begin import Run, begin, note_rows
from mutualsl.training.begun import Begun
from mutualsl.training.calibrate import calibrate
from mutualsl.training.config import RunConfig, Stage
from mutualsl.training.fit import Fitted, fit
from mutualsl.training.learned import learned_from
from mutualsl.training.library import Library
from mutualsl.training.sampling import Source, questions_id
from mutualsl.training.text_weights import text_folder
from mutualsl.training.trainer import Trainer
from mutualsl.training.visual import VisualTrainConfig, run_visual


def run_localizer(
    config: RunConfig, root: Path, out: Path, visual: Path, deadline: float | None = None
) -> None:
    """Train a model as the recipe says and write `out/checkpoint`; continues a stopped run.

    `visual` is the visual encoder whose rows the model learns to read; see `encoder_at`. At
    `deadline` (`time.monotonic`) the checkpoint holds what was learned until then, and says so.
    """
    commit = current_commit()
    begun = Begun.of(config)
    config = begun.config
    device = PartialState().device
    encoder = encoder_at(visual, str(device) if device.type == "cuda" else "cpu")
    if config.visual not in (None, encoder.name):
        raise DataError(
            f"{config.name} is made for rows of {config.visual}, and these are of {encoder.name}; "
            f"--visual {config.visual}, or --set visual={encoder.name}"
        )
    note_rows(out, encoder.fingerprint)
    _check_folders(config, root)
    weights = text_folder(config.text_encoder)
    tokenizer = TextTokenizer.from_folder(weights)
    text_encoder = load_text_encoder(weights)
    text_encoder.check_input(tokenizer, config.window_tokens)
    model = _new_model(config, text_encoder, encoder.row_width)
    _check_learners(model, config)
    questions = None
    if model.reads_question_vectors:
        questions = FrozenLanguageModel(text_encoder.language_model)
    collator = Collator(
        tokenizer=tokenizer,
        row_width=encoder.row_width,
        window_tokens=config.window_tokens,
        question_encoder=questions,
    )
    library = Library(root, tokenizer, encoder)
    with PartialState().main_process_first():  # the others then find the features in the cache
        training = {
            (s.part.dataset, s.part.split_set): s
            for stage in config.stages
            for s in library.sources(stage)
        }
        for stage in config.stages:
            library.validation(stage)
    _fit_statistics(model, list(training.values()))
    begun.load_into(model)
    second = cpu_second = 0.0
    modalities: set[str] = set()
    left: str | None = None  # how far a stage was when time was up
    for stage in config.stages:
        sources = library.sources(stage)
        spent: state.Progress | Fitted
        if isinstance(model, NeuralLocalizer):
            place = out / stage.name
            spent = _run_stage(model, collator, library, sources, stage, place, deadline)
            if not spent.done:
                left = f"epoch {spent.epoch + 1} of {stage.train.epochs}"
        else:
            spent = fit(model, collator, sources, stage.train, deadline)
            left = spent.left_out
        second, cpu_second = second + spent.second, cpu_second + spent.cpu_second
        modalities |= learned_from(sources, cast(Localizer, model.get_submodule(stage.learner)))
        if left is not None:
            break
    stopped = None if left is None else f"{stage.name}, {left}"
    if not PartialState().is_main_process:
        return
    model.has_learned_from(modalities | begun.learned_from)
    model.to(device).eval()
    apart = config.start is None and all(stage.learner for stage in config.stages)
    calibrate(model, collator, library.validation(config.stages[-1]), reader_alone=apart)
    model.to("cpu")
    about = {
        "name": config.name,
        "recipe": config.name.replace("-", "_"),
        "trained_on": config.trained_on,
        "seed": config.stages[0].train.seed,
        "commit": commit,
        "training_second": round(second, 3),
        "training_cpu_second": round(cpu_second, 3),
        "stopped": stopped,
        "learned_from": sorted(modalities),
        "training_videos": begun.also(_videos(training.values())),
        "stages": [*begun.stages, *(asdict(stage) for stage in config.stages)],
    }
    text = None
    if questions is not None:
        folder = _beside(out, weights, Path(config.text_encoder).resolve().name)
        text = TextSource(fingerprint=questions.fingerprint, folder=folder)
    save_checkpoint(
        Checkpoint(
            name=config.model,
            model=model,
            tokenizer=tokenizer,
            window_tokens=config.window_tokens,
            visual=VisualSource(
                encoder=encoder.name,
                fingerprint=encoder.fingerprint,
                folder=_beside(out, visual, visual.resolve().name),
            ),
            text=text,
            about=about,
        ),
        out / "checkpoint",
    )


def _check_folders(config: RunConfig, root: Path) -> None:
    """Raise `DataError` for data that is not there, before anything large is read."""
    for name in sorted({part.dataset for stage in config.stages for part in stage.parts}):
        if not (root / name).is_dir():
            raise DataError(
                f"{root / name}: no such folder; the recipe needs it, --data-root holds one for "
                "each data set (docs/datasets.md)"
            )


def _videos(sources: Iterable[Source]) -> dict[str, list[str]]:
    """The videos of every data set."""
    found: dict[str, list[str]] = {}
    for source in sources:
        found.setdefault(source.part.dataset, []).extend(v.video_id for v in source.videos())
    return found


def _check_learners(model: Localizer, config: RunConfig) -> None:
    """Raise `DataError` for a stage that teaches a part which the model does not have."""
    parts = {name for name, _ in model.named_modules()}
    for stage in config.stages:
        if stage.learner not in parts:
            raise DataError(
                f"stage {stage.name}: {config.model} of these sizes has no {stage.learner} that "
                "could learn; give it one, as with shared_layers=2"
            )


def _beside(out: Path, place: Path, name: str) -> str:
    """Copy an encoder's folder or file into the run, so that `out` can be used.

    Returns where that is, as seen from the checkpoint; published weights may be at no place yet.
    """
    if place.is_dir():
        shutil.copytree(place, out / name, dirs_exist_ok=True)
    elif place.is_file():
        shutil.copy(place, out / name)
    return f"../{name}"


def _fit_statistics(model: Localizer, training: Sequence[Source]) -> None:
    """Tell the model what rows it learns from. Raises `DataError` where it could learn nothing."""
    videos = (video.rows for source in training for video in source.videos())
    rows = [torch.from_numpy(own) for own in videos if own is not None]
    if rows and model.row_statistics is not None:
        model.row_statistics.fit(rows)
    if not rows and model.reads_question_vectors:
        names = ", ".join(source.part.dataset for source in training)
        raise DataError(
            f"the model learns from videos alone, and {names} has none; put them into its folder "
            "videos (docs/datasets.md)"
        )


def _new_model(
    config: RunConfig, text_encoder: TextEncoder, row_width: int
) -> NeuralLocalizer | FittedLocalizer:
    """An untrained model, of random weights that depend on the seed alone."""
    if config.model not in MODELS:
        raise UnknownName("model", config.model, MODELS)
    model_class, config_class = MODELS[config.model]
    torch.manual_seed(config.stages[0].train.seed)

    def sized(**given: Any) -> Any:
        made = config_class(**config.sizes, **given)
        check_values(made)
        return made

    try:
        model = model_class.create(sized, row_width, text_encoder)
    except ValueError as error:
        raise DataError(f"{config.model} cannot have these sizes: {in_a_line(error)}") from error
    assert isinstance(model, NeuralLocalizer | FittedLocalizer), f"{config.model} cannot be trained"
    return model


def _run_stage(
    model: NeuralLocalizer,
    collator: Collator,
    library: Library,
    sources: Sequence[Source],
    stage: Stage,
    out: Path,
    deadline: float | None,
) -> state.Progress:
    """Train, unless that is done already, and leave the best weights in the model."""
    best = out / "best.safetensors"
    learner = cast(NeuralLocalizer, model.get_submodule(stage.learner))
    progress = state.read(out)
    if progress.done:
        state.check(out, questions_id(sources))
    else:
        progress = Trainer(
            learner, collator, sources, library.validation(stage), stage.train, out,
            lambda averaged: write_weights(averaged.weights(), best), deadline,
        ).train()  # fmt: skip
        PartialState().wait_for_everyone()
    learner.load_weights(load_file(best))
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
