"""Pre-trained language models, read from a folder that `transformers` saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError

import torch
from safetensors import SafetensorError

from mutualsl.errors import CheckpointError, some_of
from mutualsl.models.bert import Bert, BertConfig
from mutualsl.models.language_model import LanguageModel, without_pooler
from mutualsl.sizes import unfilled

UNREADABLE = (
    OSError, SafetensorError, UnpicklingError, RuntimeError, KeyError, TypeError, ValueError,
    AttributeError,
)  # fmt: skip


def read_language_model(folder: str | Path) -> LanguageModel:
    """One from a folder, in 32 bits whatever it was stored in.

    Without dropout inside: on a CPU drawing its masks takes twice as long as all the rest.
    Raises `CheckpointError` when the folder holds no language model that can be read.
    """
    import transformers

    try:
        config = transformers.AutoConfig.from_pretrained(folder, trust_remote_code=False)
        for name, value in config.to_dict().items():
            if "dropout" in name and isinstance(value, float):
                setattr(config, name, 0.0)
        options = without_pooler(config)
        with _quiet():  # what it would report is looked at below
            model, found = transformers.AutoModel.from_pretrained(
                folder, config=config, dtype=torch.float32, output_loading_info=True,
                trust_remote_code=False, **options,
            )  # fmt: skip
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
            f"({len(missing)} are missing: {some_of(missing, 3)}); take both from one model"
        )
    record = config.to_dict()
    if not Bert.can_be(record):
        return model
    with unfilled():
        own = Bert(BertConfig.of(record))
    own.load_state_dict(model.state_dict())
    return own


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
