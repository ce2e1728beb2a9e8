"""Tiny random language models of the classes that text encoders have, with their tokenizers."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import AutoConfig, AutoModel, PreTrainedModel

from mutualsl.data import TextTokenizer
from tests import tiny

DEBERTA_V3: dict[str, Any] = {  # as microsoft/deberta-v3-large and -base are published
    "model_type": "deberta-v2",
    "vocab_size": 128100,
    "max_position_embeddings": 512,
    "relative_attention": True,
    "position_buckets": 256,
    "norm_rel_ebd": "layer_norm",
    "share_att_key": True,
    "pos_att_type": "p2c|c2p",
    "layer_norm_eps": 1e-7,
    "max_relative_positions": -1,
    "position_biased_input": False,
    "type_vocab_size": 0,
}
LARGE = {
    **DEBERTA_V3,
    "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16,
    "intermediate_size": 4096,
}  # fmt: skip
BASE = {
    **DEBERTA_V3,
    "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
    "intermediate_size": 3072,
}  # fmt: skip
MINILM = {
    "model_type": "bert", "vocab_size": 30522, "max_position_embeddings": 512,
    "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12,
    "intermediate_size": 1536,
}  # fmt: skip

SMALL = {
    "vocab_size": 48,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 40,
}
ROBERTA_LIKE = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
STAND_INS: dict[str, dict[str, Any]] = {
    "deberta-v2": {**DEBERTA_V3, **SMALL, "position_buckets": 8},
    "bert": SMALL,
    "roberta": {**SMALL, **ROBERTA_LIKE},
    "mpnet": {**SMALL, **ROBERTA_LIKE},
    "electra": {**SMALL, "embedding_size": 16},
    "distilbert": {**SMALL, "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32},
    "modernbert": {
        **SMALL,
        "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "cls_token_id": 1,
        "sep_token_id": 2,
    },
}  # fmt: skip


def config(kind: str) -> dict[str, Any]:
    """The config of a stand-in, as `MutualSLConfig.text_encoder` has it."""
    return {**STAND_INS[kind], "model_type": kind}


def language_model(kind: str) -> PreTrainedModel:
    """A stand-in as transformers builds it: random weights, with its dropout and pooler."""
    torch.manual_seed(0)
    settings = {name: value for name, value in STAND_INS[kind].items() if name != "model_type"}
    return AutoModel.from_config(AutoConfig.for_model(kind, **settings))


def tokenizer(kind: str) -> TextTokenizer:
    """One token a word, special tokens with the names and ids that the stand-in expects."""
    special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
    if "pad_token_id" in STAND_INS[kind] and STAND_INS[kind]["pad_token_id"] == 1:
        special = ["<s>", "<pad>", "</s>", "<unk>"]
    vocabulary = {word: i for i, word in enumerate([*special, *tiny.WORDS])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token=special[3]))
    words.normalizer = normalizers.Lowercase()
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    return TextTokenizer.from_tokenizer(words)


def save_as_published(folder: Path) -> PreTrainedModel:
    """As microsoft/deberta-v3-large is: 16 bits in pytorch_model.bin, and spm.model."""
    model = language_model("deberta-v2")
    model.config.save_pretrained(folder)
    weights = {f"deberta.{name}": value.half() for name, value in model.state_dict().items()}
    weights["lm_predictions.lm_head.bias"] = torch.zeros(48).half()
    torch.save(weights, folder / "pytorch_model.bin")
    write_sentencepiece(folder)
    return model


def write_sentencepiece(folder: Path, model_type: str = "unigram", **changes: Any) -> Path:
    """A small `spm.model` with the control pieces of DeBERTa-v3."""
    lines = [
        "open the jar now and close the box",
        "how do i turn the lid, and shake the jar?",
        "pour the water, then stir it: 10 minutes",
    ] * 20
    written = io.BytesIO()
    options = {
        "vocab_size": 40, "pad_id": 0, "bos_id": 1, "eos_id": 2, "unk_id": 3,
        "pad_piece": "[PAD]", "bos_piece": "[CLS]", "eos_piece": "[SEP]", "unk_piece": "[UNK]",
    }  # fmt: skip
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=written,
        model_type=model_type,
        hard_vocab_limit=False,
        minloglevel=2,
        **{**options, **changes},
    )
    path = folder / "spm.model"
    path.write_bytes(written.getvalue())
    return path
