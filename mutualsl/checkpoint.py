"""Save and load a model with everything needed to use it: `config.json`, weights, tokenizer."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file

from mutualsl.atomic import atomic_output
from mutualsl.data.batch import SMALLEST_WINDOW
from mutualsl.data.tokenizer import FILE_NAME, TextTokenizer
from mutualsl.description import CONFIG, SCHEMA, read_config
from mutualsl.errors import CheckpointError, UnknownName, in_a_line, known, memory_is_short
from mutualsl.finite import check_finite
from mutualsl.models import MODELS, Localizer
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.places import HERE, TOKENIZER, named_by
from mutualsl.pretrained import read_language_model
from mutualsl.sizes import check_sizes, check_values, outline, unfilled
from mutualsl.weights import DIGEST, WEIGHTS, check_pair, digest_of, write_weights, writing

TEXT_ENCODER = "text_encoder."  # how its weights are named inside a model


@dataclass(frozen=True, kw_only=True, slots=True)
class VisualSource:
    """Which encoder's rows a model understands."""

    encoder: str  # key of VISUAL_ENCODERS
    fingerprint: str
    folder: str  # relative to the checkpoint folder


@dataclass(frozen=True, kw_only=True, slots=True)
class TextSource:
    """Whose question vectors a model understands that has no language model of its own."""

    fingerprint: str
    folder: str  # relative to the checkpoint folder; one that `load_text_encoder` reads


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A model and what belongs to it."""

    name: str  # key of MODELS
    model: Localizer
    tokenizer: TextTokenizer
    window_tokens: int
    visual: VisualSource
    text: TextSource | None = None
    about: dict[str, Any]  # data, seed, commit, recipe: how the weights came to be

    @cached_property
    def parameter_count(self) -> int:
        """Parameters of the model, encoders with folders of their own aside."""
        return sum(p.numel() for p in self.model.parameters())


def save_checkpoint(checkpoint: Checkpoint, folder: str | Path) -> None:
    """Write a checkpoint folder; weights are stored in 16 bits, small statistics in 32.

    A tokenizer that the language model of its questions has beside it is not stored twice; the
    config says in which folder it is.
    All files are written before the first of them takes its name, so a process that is killed
    leaves what was there before, or in the moment of the names what `load_model` refuses.
    Raises `CheckpointError` when they cannot be written.
    """
    folder = Path(folder)
    buffers = {name for name, _ in checkpoint.model.named_buffers()}
    weights = {
        name: (value.half() if value.is_floating_point() and name not in buffers else value)
        .detach()
        .contiguous()
        for name, value in checkpoint.model.weights().items()
    }
    digest = digest_of(weights)
    beside = HERE if checkpoint.text is None else checkpoint.text.folder
    if not checkpoint.tokenizer.is_saved_at(_tokenizer(folder, beside)):
        beside = HERE
    record = {
        "schema": SCHEMA,
        "model": checkpoint.name,
        "config": asdict(checkpoint.model.config),
        "window_tokens": checkpoint.window_tokens,
        "visual": asdict(checkpoint.visual),
        "text": None if checkpoint.text is None else asdict(checkpoint.text),
        TOKENIZER: beside,
        "about": checkpoint.about,
        "parameter_count": checkpoint.parameter_count,
        DIGEST: digest,
    }
    with writing(folder), ExitStack() as unfinished:  # names in reverse order: the config last
        config = unfinished.enter_context(atomic_output(folder / CONFIG))
        config.write_text(json.dumps(record, indent=1) + "\n")
        if beside == HERE:
            checkpoint.tokenizer.save(unfinished.enter_context(atomic_output(folder / FILE_NAME)))
        write_weights(weights, folder / WEIGHTS, {DIGEST: digest})


def load_model(folder: str | Path, device: str | torch.device = "cpu") -> Checkpoint:
    """Read a checkpoint folder; the model is in eval mode, in 32 bits.

    Raises `CheckpointError` when files are missing or damaged or do not fit each other, or when the
    training that made them has diverged; when memory runs out, what torch raises then.
    """
    folder = Path(folder)
    record = read_config(folder)
    try:
        check_sizes(outline(record["config"], lambda: _untrained(record)), folder / WEIGHTS)
        with unfilled():  # every parameter comes from the file
            model = _untrained(record)
        check_pair(record, folder / WEIGHTS)
        model.load_weights(load_file(folder / WEIGHTS))
        check_finite(model, folder)
        model.to(device).eval()
        visual = VisualSource(**_names(record["visual"]))
        text = TextSource(**_names(record["text"])) if record.get("text") else None
        window_tokens, about = int(record["window_tokens"]), dict(record["about"])
        beside = _names({TOKENIZER: record.get(TOKENIZER, HERE)})[TOKENIZER]
        place = _tokenizer(folder, beside)
        if beside != HERE and not place.is_file():
            raise CheckpointError(
                f"{folder}: reads questions by the language model and tokenizer in {place.parent}, "
                "where no tokenizer is; fetch or train that checkpoint again"
            )
        tokenizer = TextTokenizer.from_file(place)
    except (UnknownName, CheckpointError):
        raise
    except Exception as error:  # a config of another version makes any part of a model stumble
        if memory_is_short(error):  # the folder is not to blame
            raise
        raise CheckpointError(
            f"{folder}: weights and config do not fit ({in_a_line(error)}); the folder is "
            "incomplete or of another version, fetch or train it again"
        ) from error
    _check_windows(model, tokenizer, window_tokens, folder)
    return Checkpoint(
        name=record["model"],
        model=model,
        tokenizer=tokenizer,
        window_tokens=window_tokens,
        visual=visual,
        text=text,
        about=about,
    )


def load_text_encoder(folder: str | Path) -> TextEncoder:
    """The language model inside a checkpoint, or in a folder that `transformers` saved.

    Raises `CheckpointError` where there is none or it cannot be read.
    """
    folder = Path(folder)
    try:
        record = json.loads((folder / CONFIG).read_text())
        if "schema" not in record:
            return TextEncoder(read_language_model(folder))
        with unfilled():
            encoder = TextEncoder.from_config(record["config"]["text_encoder"])
        with safe_open(folder / WEIGHTS, "pt") as weights:
            names = weights.keys()
            inside = [name for name in names if name.startswith(TEXT_ENCODER)]
            encoder.load_state_dict(
                {name.removeprefix(TEXT_ENCODER): weights.get_tensor(name) for name in inside}
            )
    except CheckpointError:
        raise
    except Exception as error:  # as for any config of another version
        if memory_is_short(error):
            raise
        raise CheckpointError(
            f"{folder}: no language model can be read here ({in_a_line(error)}); fetch or train "
            "the checkpoint again whose text encoder this is"
        ) from error
    return encoder


def stored(folder: str | Path) -> dict[str, Any]:
    """The record `config.json` of a checkpoint folder, its sizes as the model's config has them.

    Raises `CheckpointError` when there is none of this version.
    """
    record = read_config(Path(folder))
    try:
        record["config"] = _known(MODELS[record["model"]][1], record["config"])
    except KeyError as error:
        raise CheckpointError(
            f"{folder}: its config describes no model that is known here"
        ) from error
    return record


def _tokenizer(folder: Path, name: str) -> Path:
    """Where the tokenizer of a checkpoint in `folder`, which need not be there yet, is or goes."""
    return (folder / FILE_NAME) if name == HERE else named_by(folder, name) / FILE_NAME


def _check_windows(
    model: Localizer, tokenizer: TextTokenizer, window_tokens: int, folder: Path
) -> None:
    """Raise `CheckpointError` for windows that hold no text, or that the model cannot read."""
    if window_tokens < SMALLEST_WINDOW:
        raise CheckpointError(
            f"{folder}: windows of {window_tokens} tokens hold no question and cue; the folder is "
            "damaged, fetch or train it again"
        )
    encoder = getattr(model, "text_encoder", None)
    if isinstance(encoder, TextEncoder):
        try:
            encoder.check_input(tokenizer, window_tokens)
        except CheckpointError as error:
            raise CheckpointError(f"{folder}: {error}") from error


def _names(stored: dict[str, Any]) -> dict[str, str]:
    """Stored names and folders. Raises `ValueError` for what can be neither."""
    for key, value in stored.items():
        if not isinstance(value, str) or "\0" in value:
            raise ValueError(f"{key} is {value!r}")
    return stored


def _untrained(record: dict[str, Any]) -> Localizer:
    """The model that a config describes. Raises `UnknownName` for one that nobody registered."""
    model_class, config_class = known("model", record["model"], MODELS)
    config = config_class(**_known(config_class, record["config"]))
    check_values(config)
    return model_class(config)


def _known(config_class: type, stored: dict[str, Any]) -> dict[str, Any]:
    """Stored JSON as keyword arguments: lists back to tuples; unknown keys raise TypeError."""
    tuples = {f.name for f in fields(config_class) if str(f.type).startswith("tuple")}
    return {k: tuple(v) if k in tuples else v for k, v in stored.items()}
