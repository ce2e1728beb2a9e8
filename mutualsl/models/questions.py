"""Questions as one vector a token, by a language model that stays as it is.

The text front end of the compared visual systems: instead of the word vectors they were published
with, every system reads the question by the same pre-trained language model (MutualSL, Sec. 3.1).
Letters: M tokens, H hidden width.
"""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor

from mutualsl.data.batch import Sentence
from mutualsl.models.language_model import LanguageModel
from mutualsl.models.remembered import Remembered

# What a config calls it: most of them, ModernBERT's, DistilBERT's.
ACTIVATIONS = ("hidden_act", "hidden_activation", "activation")
REMEMBERED_BYTES = 300_000_000  # of twenty tokens and width 384 about 20,000 questions


class FrozenLanguageModel:
    """Token vectors in context; called with a question's token ids.

    Not a module: no optimizer, no checkpoint and no running mean should ever see its weights.
    """

    def __init__(self, language_model: LanguageModel) -> None:
        self._language_model = language_model.eval().requires_grad_(False)
        self._remembered = Remembered(REMEMBERED_BYTES)
        self.fingerprint = fingerprint(language_model)

    @property
    def width(self) -> int:
        """H."""
        width: int = self._language_model.config.hidden_size
        return width

    @torch.no_grad()
    def __call__(self, question: Sentence) -> Tensor:
        """Vectors (M, H) of a question's tokens, on the CPU; computed once.

        Each question alone, so that its vectors do not depend on its company, bit for bit.
        """
        return self._remembered.get_or_make(question, lambda: self._read(question)).float()

    def _read(self, question: Sentence) -> Tensor:
        """In 16 bits, as it is remembered."""
        model = self._language_model
        ids = torch.tensor([question], device=model.device)
        read: Tensor = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        return read[0].half().cpu()


def fingerprint(language_model: LanguageModel) -> str:
    """Hash of all that token vectors depend on, with weights as they are stored: in 16 bits."""
    config = language_model.config
    activation = next((getattr(config, n) for n in ACTIVATIONS if hasattr(config, n)), None)
    digest = hashlib.sha256(f"{config.num_attention_heads}, {activation}".encode())
    for name, value in sorted(language_model.state_dict().items()):
        if value.is_floating_point():
            digest.update(name.encode())
            digest.update(value.half().cpu().numpy().tobytes())
    return f"{config.model_type}-{digest.hexdigest()[:16]}"
