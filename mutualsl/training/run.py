"""From a recipe to a checkpoint folder: load, train stage by stage, calibrate, save."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import cast

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
from mutualsl.errors import DataError, UnknownName
from mutualsl.evaluation.record import current_commit
from mutualsl.features import encoder_at
from mutualsl.features.mini import MiniEncoder
from mutualsl.features.network import MiniNetwork
from mutualsl.models import MODELS, FittedLocalizer, Localizer, NeuralLocalizer
from mutualsl.models.questions import FrozenLanguageModel
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.training import state
from mutualsl.training.begin import Run, begin, note_rows
from mutualsl.training.begun import Begun
from mutualsl.training.calibrate import calibrate
from mutualsl.training.config import RENDERED_ONLY, RunConfig, Stage
from mutualsl.training.fit import Fitted, fit
from mutualsl.training.learned import learned_from
from mutualsl.training.library import Library
from mutualsl.training.sampling import Source
from mutualsl.training.text_weights import text_folder
from mutualsl.training.trainer import Trainer
from mutualsl.training.visual import VisualTrainConfig, load_clips, train_visual


def run_visual(config: VisualTrainConfig, root: Path, out: Path) -> None:
    """Train `mini` on `root/synthetic` and write its checkpoint folder."""
    folder = root / "synthetic"
    untrained = MiniEncoder(config.encoder, MiniNetwork(config.encoder.channels))
    training = load_clips(folder, "train", untrained)
    validation = load_clips(folder, "val", untrained, training.names)
    encoder, accuracy = train_visual(
        training, validation, config, lambda record: print(json.dumps(record), flush=True)
    )
    encoder.save(
        out,
        {
            "recipe": "visual_mini",
            "trained_on": RENDERED_ONLY,
            "seed": config.seed,
            "epochs": config.epochs,
            "commit": current_commit(),
            "seconds_of_video": len(training),
            "val_accuracy_percent": accuracy,
        },
    )


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
        training = {s.part.dataset: s for stage in config.stages for s in library.sources(stage)}
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
        "training_videos": begun.also(
            {name: [v.video_id for v in s.videos()] for name, s in training.items()}
        ),
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
    model = model_class.create(partial(config_class, **config.sizes), row_width, text_encoder)
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
    if not progress.done:
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
    begin(config, out, resume, choose_device(device))
    if isinstance(config, VisualTrainConfig):
        run_visual(config, root, out)
    else:
        run_localizer(config, root, out, visual, deadline)
