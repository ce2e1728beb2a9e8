"""Everything a run needs before its first step: data, encoders and a model that has not learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState

from mutualsl.checkpoint import load_text_encoder
from mutualsl.data import TextTokenizer
from mutualsl.data.batch import Collator
from mutualsl.errors import DataError, in_a_line
from mutualsl.features import VisualEncoder, encoder_at
from mutualsl.models import MODELS, FittedLocalizer, Localizer, NeuralLocalizer
from mutualsl.models.questions import FrozenLanguageModel
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.sizes import check_values
from mutualsl.training.config import RunConfig
from mutualsl.training.library import Library
from mutualsl.training.run_note import note_rows
from mutualsl.training.sampling import Source
from mutualsl.training.start import Start
from mutualsl.training.text_weights import text_folder


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """What a run is made of."""

    config: RunConfig  # with the sizes of the checkpoint it begins with
    start: Start
    encoder: VisualEncoder
    text_folder: Path  # of the language model
    questions: FrozenLanguageModel | None  # where the model reads questions by one
    model: NeuralLocalizer | FittedLocalizer
    collator: Collator
    library: Library
    training: tuple[Source, ...]  # of every stage, each part of a data set once
    looked_at: frozenset[str]  # data sets whose videos some stage learns from


def prepare(config: RunConfig, root: Path, out: Path, visual: Path) -> Prepared:
    """Read the data below `root` and make the model; `visual` as in `run_localizer`.

    Raises `DataError` for what is missing or does not go together, before anything is learned.
    """
    start = Start.of(config)
    config = start.config
    device = PartialState().device
    encoder = encoder_at(visual, str(device) if device.type == "cuda" else "cpu")
    if config.visual not in (None, encoder.name):
        raise DataError(
            f"{config.name} is made for rows of {config.visual}, and these are of {encoder.name}; "
            f"--visual {config.visual}, or --set visual={encoder.name}"
        )
    start.check_rows(encoder.fingerprint)
    note_rows(out, encoder.fingerprint)
    check_folders(config, root)
    weights = text_folder(config.text_encoder)
    tokenizer = TextTokenizer.from_folder(weights)
    text_encoder = load_text_encoder(weights)
    text_encoder.check_input(tokenizer, config.window_tokens)
    model = _new_model(config, text_encoder, encoder.row_width)
    _check_learners(model, config)
    questions = None
    if model.reads_question_vectors:
        questions = FrozenLanguageModel(text_encoder.language_model)
        start.check_questions(questions.fingerprint)
    looked_at = _looked_at(model, config)
    library = Library(root, tokenizer, encoder, looked_at)
    taught = {"subtitles"} | ({"video"} if looked_at else set())
    model.has_learned_from(taught | start.learned_from)  # at the most: what it has is seen later
    training = _read(config, library, model.looks)
    _fit_statistics(model, [s for s in training if s.part.dataset in looked_at])
    start.load_into(model)
    return Prepared(
        config=config,
        start=start,
        encoder=encoder,
        text_folder=weights,
        questions=questions,
        model=model,
        collator=Collator(
            tokenizer=tokenizer,
            row_width=encoder.row_width,
            window_tokens=config.window_tokens,
            question_encoder=questions,
        ),
        library=library,
        training=training,
        looked_at=looked_at,
    )


def _read(config: RunConfig, library: Library, looks: bool) -> tuple[Source, ...]:
    """All questions; one process makes the rows, the others find them in the cache.

    A model that `looks` at pictures afterwards is calibrated with them.
    """
    with PartialState().main_process_first():
        training = {
            (s.part.dataset, s.part.split_set): s
            for stage in config.stages
            for s in library.sources(stage)
        }
        for stage in config.stages:
            library.validation(stage)
        library.calibration(config.stages[-1], looks)
    return tuple(training.values())


def check_folders(config: RunConfig, root: Path) -> None:
    """Raise `DataError` for data that is not there, before anything large is read.

    And for what no part can do: leave out one modality or the other more often than always, or
    hold out other videos than another part of the same data.
    """
    parts = [part for stage in config.stages for part in stage.parts]
    held_out: dict[tuple[str, str | None], float] = {}
    for part in parts:
        if part.drop_video + part.drop_subtitles > 1.0:
            raise DataError(
                f"{part.dataset}: drop_video and drop_subtitles add up to more than 1; lower one"
            )
        before = held_out.setdefault((part.dataset, part.split_set), part.held_out)
        if part.held_out != before:
            raise DataError(
                f"{part.dataset}: held_out is {before} in one place and {part.held_out} in "
                "another, so that one would learn from what the other is judged by; give all the "
                "same"
            )
    for name in sorted({part.dataset for part in parts}):
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


def _looked_at(model: Localizer, config: RunConfig) -> frozenset[str]:
    """Data sets whose videos reach a part that reads them, in some stage."""
    parts = dict(model.named_modules())
    return frozenset(
        part.dataset
        for stage in config.stages
        if "video" in getattr(parts[stage.learner], "reads", model.reads)
        for part in stage.parts
        if part.drop_video < 1.0
    )


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
    model_class, config_class = MODELS[config.model]
    if foreign := sorted(config.sizes.keys() - {field.name for field in fields(config_class)}):
        raise DataError(
            f"{config.name} sets {', '.join(foreign)}, which {config.model} does not have; take a "
            f"recipe of {config.model}"
        )
    torch.manual_seed(config.stages[0].train.seed)

    def sized(**given: Any) -> Any:
        made = config_class(**config.sizes, **given)
        check_values(made)
        return made

    try:
        model = model_class.create(sized, row_width, text_encoder)
    except (TypeError, ValueError, ArithmeticError) as error:  # TypeError: more than 64 bits hold
        raise DataError(f"{config.model} cannot have these sizes: {in_a_line(error)}") from error
    assert isinstance(model, NeuralLocalizer | FittedLocalizer), f"{config.model} cannot be trained"
    return model
