"""Pre-trained language models: built from a config, or read from a folder.

A BERT is ours (`bert`); any other encoder that `AutoModel` builds comes from transformers, which is
imported when one is wanted.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from safetensors import SafetensorError
from torch import nn

from mutualsl.errors import CheckpointError
from mutualsl.models.bert import Bert, BertConfig
from mutualsl.sizes import unfilled

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel

LanguageModel: TypeAlias = "Bert | PreTrainedModel"

UNREADABLE = (
    OSError, SafetensorError, UnpicklingError, RuntimeError, KeyError, TypeError, ValueError,
    AttributeError,
)  # fmt: skip


def build(config: dict[str, Any]) -> LanguageModel:
    """One with random weights, in 32 bits, from a transformers config."""
    if Bert.can_be(config):
        return Bert(BertConfig.of(config))
    import transformers

    parsed = transformers.AutoConfig.for_model(**{**config, "dtype": "float32"})
    return transformers.AutoModel.from_config(parsed, **_without_pooler(parsed))


def read(folder: str | Path) -> LanguageModel:
    """One from a folder, in 32 bits whatever it was stored in.

    Without dropout inside: on a CPU drawing its masks takes twice as long as all the rest.
    Raises `CheckpointError` when the folder holds no language model that can be read.
    """
    import transformers

    try:
        config = transformers.AutoConfig.from_pretrained(folder)
        for name, value in config.to_dict().items():
            if "dropout" in name and isinstance(value, float):
                setattr(config, name, 0.0)
        options = _without_pooler(config)
        with _quiet():  # what it would report is looked at below
            model, found = transformers.AutoModel.from_pretrained(
                folder, config=config, dtype=torch.float32, output_loading_info=True, **options
            )
    except UNREADABLE as error:
        reason = str(error).strip().partition("\n")[0]
        raise CheckpointError(
            f"{folder}: no language model that can be read ({reason}); name a folder with "
            "config.json and weights, as `save_pretrained` of transformers writes it"
        ) from error
    missing = sorted(name for name in found["missing_keys"] if "pooler" not in name)
    if missing:  # they would be random
        raise CheckpointError(
            f"{folder}: its weights are not of the {config.model_type} that config.json describes "
            f"({len(missing)} are missing: {', '.join(missing[:3])}); take both from one model"
        )
    record = config.to_dict()
    if not Bert.can_be(record):
        return model
    with unfilled():
        own = Bert(BertConfig.of(record))
    own.load_state_dict(model.state_dict())
    return own


def longest_input(language_model: LanguageModel) -> int | None:
    """How many tokens it has positions for; `None` where they are relative: any number."""
    for name, module in language_model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, nn.Embedding):
            unused = 0 if module.padding_idx is None else module.padding_idx + 1
            return module.num_embeddings - unused
    return None


@contextmanager
def _quiet() -> Iterator[None]:
    """Without transformers' own words on stderr, and without its bar."""
    from transformers.utils import logging

    level, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(logging.CRITICAL)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bar:
            logging.enable_progress_bar()


def _without_pooler(config: PretrainedConfig) -> dict[str, bool]:
    """Some carry a pooler that nothing here reads; leave it out of the weights."""
    import transformers

    accepted = inspect.signature(transformers.MODEL_MAPPING[type(config)].__init__).parameters
    return {"add_pooling_layer": False} if "add_pooling_layer" in accepted else {}
