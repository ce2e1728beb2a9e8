"""A tiny random model, its tokenizer and examples: the real classes without weights or network."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import AutoConfig, AutoModel

from mutualsl.data import Example, TextTokenizer, VideoInput
from mutualsl.data.batch import Collator
from mutualsl.data.tokenizer import FILE_NAME
from mutualsl.models import MODELS, Localizer, MutualSL, MutualSLConfig
from mutualsl.models.questions import FrozenLanguageModel
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.spans import Span
from mutualsl.subtitles import Cue

WORDS = ("how", "do", "i", "open", "close", "shake", "turn", "the", "jar", "box", "lid", "now")
ROW_WIDTH = 6
TEXT_CONFIG = {
    "model_type": "bert",
    "vocab_size": len(WORDS) + 4,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
}
# What any system is made small by, where its config has the field.
SIZES = {
    "width": 16, "word_width": 8, "heads": 2, "groups": 2, "bins": 16, "clips": 8,
    "neighbours": 3, "max_rows": 10, "shared_layers": 1,
}  # fmt: skip


def tokenizer() -> TextTokenizer:
    """One token a word."""
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[CLS]", "[SEP]", "[UNK]", *WORDS])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    words.normalizer = normalizers.Lowercase()
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    return TextTokenizer.from_tokenizer(words)


def model(seed: int = 0, **changes: object) -> MutualSL:
    """A random MutualSL of a few thousand parameters, in eval mode."""
    torch.manual_seed(seed)
    config = {
        "row_width": ROW_WIDTH,
        "text_encoder": TEXT_CONFIG,
        "width": 8,
        "heads": 2,
        "shared_layers": 1,
    }
    return MutualSL(MutualSLConfig(**{**config, **changes})).eval()  # type: ignore[arg-type]


def system(
    name: str,
    seed: int = 0,
    *,
    row_width: int = ROW_WIDTH,
    text_encoder: TextEncoder | None = None,
    **changes: object,
) -> Localizer:
    """A random system of `MODELS`, as small as `model`, in eval mode."""
    model_class, config_class = MODELS[name]
    sizes = {**SIZES, **changes}
    known = {f.name: sizes[f.name] for f in fields(config_class) if f.name in sizes}
    torch.manual_seed(seed)
    text_encoder = text_encoder or TextEncoder.from_config(TEXT_CONFIG)
    return model_class.create(partial(config_class, **known), row_width, text_encoder).eval()


def questions(seed: int = 0) -> FrozenLanguageModel:
    """A random frozen language model."""
    torch.manual_seed(seed)
    return FrozenLanguageModel(TextEncoder.from_config(TEXT_CONFIG).language_model)


def collator(window_tokens: int = 24) -> Collator:
    """The collator that belongs to `model`, and to every `system`."""
    return Collator(
        tokenizer=tokenizer(),
        row_width=ROW_WIDTH,
        window_tokens=window_tokens,
        question_encoder=questions(),
    )


def save_language_model(folder: Path) -> Path:
    """A random language model and its tokenizer, as `transformers` saves them."""
    torch.manual_seed(0)
    settings = dict(TEXT_CONFIG)
    config = AutoConfig.for_model(str(settings.pop("model_type")), **settings)
    AutoModel.from_config(config).save_pretrained(folder)
    tokenizer().save(folder / FILE_NAME)
    return folder


def video(
    seconds: int = 12, cue_count: int = 4, seed: int = 0, *, with_rows: bool = True
) -> VideoInput:
    """A video of random rows and evenly spaced cues of random words."""
    chance = np.random.default_rng(seed)
    texts = [" ".join(chance.choice(WORDS, 4)) for _ in range(cue_count)]
    step = seconds / max(1, cue_count)
    cues = tuple(Cue(i * step, (i + 0.8) * step, text) for i, text in enumerate(texts))
    rows = chance.normal(size=(seconds, ROW_WIDTH)).astype(np.float32)
    return VideoInput(
        video_id=f"video-{seed}",
        duration_second=float(seconds),
        rows=rows if with_rows else None,
        cues=cues,
        cue_tokens=tokenizer().encode_all(texts) if texts else (),
    )


def example(
    seed: int = 0, seconds: int = 12, cue_count: int = 4, question: str = "how do i open the jar"
) -> Example:
    """A question about `video`."""
    return Example(
        video=video(seconds, cue_count, seed), question=question, gold=Span(2.0, seconds / 2)
    )


def examples() -> list[Example]:
    """Videos of several lengths, one ending within a row, and each modality missing once."""
    odd = example(4, seconds=11)
    return [
        example(0, seconds=12, cue_count=4),
        example(1, seconds=7, cue_count=9, question="shake the box"),
        replace(example(2), video=video(seed=2).without_video()),
        replace(example(3), video=video(seed=3).without_subtitles()),
        replace(odd, video=replace(odd.video, duration_second=10.8)),
    ]
