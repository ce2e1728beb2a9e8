"""Language models, built from a config; `pretrained` reads them from a folder.

A BERT is ours (`bert`); any other encoder that `AutoModel` builds comes from transformers, which is
imported when one is wanted.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeAlias

from torch import nn

from mutualsl.models.bert import Bert, BertConfig

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel

LanguageModel: TypeAlias = "Bert | PreTrainedModel"


def build(config: dict[str, Any]) -> LanguageModel:
    """One with random weights, in 32 bits, from a transformers config."""
    if Bert.can_be(config):
        return Bert(BertConfig.of(config))
    import transformers

    parsed = transformers.AutoConfig.for_model(**{**config, "dtype": "float32"})
    return transformers.AutoModel.from_config(parsed, **without_pooler(parsed))


def longest_input(language_model: LanguageModel) -> int | None:
    """How many tokens it has positions for; `None` where they are relative: any number."""
    for name, module in language_model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, nn.Embedding):
            unused = 0 if module.padding_idx is None else module.padding_idx + 1
            return module.num_embeddings - unused
    return None


def without_pooler(config: PretrainedConfig) -> dict[str, bool]:
    """Some carry a pooler that nothing here reads; leave it out of the weights."""
    import transformers

    accepted = inspect.signature(transformers.MODEL_MAPPING[type(config)].__init__).parameters
    return {"add_pooling_layer": False} if "add_pooling_layer" in accepted else {}
