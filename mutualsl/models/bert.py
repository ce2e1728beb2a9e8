"""BERT (Devlin et al., NAACL 2019), which MiniLM is too: the language model of what ships.

transformers has the same network. Importing it from there takes longer than all else between the
command and the first answer (`docs/decisions/0029-a-bert-of-its-own.md`). What others call on a
language model has the names of transformers here, as parameters have, so either reads the weights
of the other. Letters: W texts, L tokens, H width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from mutualsl.sizes import check_heads, check_values

MODEL_TYPE = "bert"
# What configs may say beside sizes, and what this network does.
_DOES = {
    "hidden_act": "gelu", "position_embedding_type": "absolute", "is_decoder": False,
    "add_cross_attention": False,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class BertConfig:
    """Sizes, with the names and defaults of transformers."""

    vocab_size: int = 30522
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12
    pad_token_id: int | None = 0
    hidden_act: str = "gelu"
    model_type: str = MODEL_TYPE

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> BertConfig:
        """What a transformers config says; the rest of it says nothing of the network."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in config.items() if name in known})

    def to_diff_dict(self) -> dict[str, Any]:
        """As data."""
        return asdict(self)


class Output(NamedTuple):
    """What the network returns."""

    last_hidden_state: Tensor  # (W, L, H)


class Bert(nn.Module):
    """Embeddings and layers, without a pooler."""

    supports_gradient_checkpointing = True

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        check_values(config)
        check_heads(config.hidden_size, config.num_attention_heads)
        self.config = config
        self.embeddings = _Embeddings(config)
        self.encoder = _Encoder(config)
        self._recompute = False
        self.apply(self._begin)

    @staticmethod
    def can_be(config: Mapping[str, Any]) -> bool:
        """Whether a transformers config describes this network, and not another kind of BERT."""
        return config.get("model_type") == MODEL_TYPE and all(
            config.get(name, does) == does for name, does in _DOES.items()
        )

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
        return self.embeddings.word_embeddings.weight.device

    def get_input_embeddings(self) -> nn.Embedding:
        """Word vectors."""
        return self.embeddings.word_embeddings

    def activation_checkpointing_enable(self) -> None:
        """Recompute activations in the backward pass."""
        self._recompute = True

    def activation_checkpointing_disable(self) -> None:
        """Keep activations for the backward pass."""
        self._recompute = False

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
    ) -> Output:
        """Vectors (W, L, H) of token ids (W, L) or of word vectors (W, L, H).

        `attention_mask` (W, L) is not 0 where there is a token; without it, everywhere.
        """
        if inputs_embeds is None:
            inputs_embeds = self.embeddings.word_embeddings(input_ids)
        hidden = self.embeddings(inputs_embeds)
        seen = None if attention_mask is None else attention_mask.bool()[:, None, None, :]
        for layer in self.encoder.layer:
            if self._recompute and self.training:
                hidden = checkpoint(layer, hidden, seen, use_reentrant=False)
            else:
                hidden = layer(hidden, seen)
        return Output(hidden)

    def _begin(self, module: nn.Module) -> None:
        """Weights before any training (Devlin et al., their code)."""
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=self.config.initializer_range)
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.bias)
        if isinstance(module, nn.Embedding) and module.padding_idx is not None:
            nn.init.zeros_(module.weight[module.padding_idx])


class _Embeddings(nn.Module):
    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.word_embeddings = nn.Embedding(config.vocab_size, width, config.pad_token_id)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, width)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, width)
        self.LayerNorm = nn.LayerNorm(width, config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, words: Tensor) -> Tensor:
        """Every token has the first type."""
        positions = self.position_embeddings.weight[: words.shape[1]]
        total = words + self.token_type_embeddings.weight[0] + positions
        normal: Tensor = self.dropout(self.LayerNorm(total))
        return normal


class _Encoder(nn.Module):
    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.layer = nn.ModuleList(_Layer(config) for _ in range(config.num_hidden_layers))


class _Layer(nn.Module):
    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.attention = _Attention(config)
        self.intermediate = _Dense(config.hidden_size, config.intermediate_size)
        self.output = _Added(config.intermediate_size, config)

    def forward(self, hidden: Tensor, seen: Tensor | None) -> Tensor:
        hidden = self.attention(hidden, seen)
        inner = functional.gelu(self.intermediate.dense(hidden))
        added: Tensor = self.output(inner, hidden)
        return added


class _Attention(nn.Module):
    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.self = _SelfAttention(config)
        self.output = _Added(config.hidden_size, config)

    def forward(self, hidden: Tensor, seen: Tensor | None) -> Tensor:
        added: Tensor = self.output(self.self(hidden, seen), hidden)
        return added


class _SelfAttention(nn.Module):
    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.heads, self.drop = config.num_attention_heads, config.attention_probs_dropout_prob
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))

    def forward(self, hidden: Tensor, seen: Tensor | None) -> Tensor:
        query, key, value = (
            projection(hidden).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for projection in (self.query, self.key, self.value)
        )
        found = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=seen, dropout_p=self.drop if self.training else 0.0
        )
        return found.transpose(1, 2).flatten(2)


class _Dense(nn.Module):
    def __init__(self, of: int, to: int) -> None:
        super().__init__()
        self.dense = nn.Linear(of, to)


class _Added(_Dense):
    """A projection, added to what went in before."""

    def __init__(self, of: int, config: BertConfig) -> None:
        super().__init__(of, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, inner: Tensor, before: Tensor) -> Tensor:
        normal: Tensor = self.LayerNorm(self.dropout(self.dense(inner)) + before)
        return normal
