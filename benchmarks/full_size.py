"""The model of the recipe `paper_medvidqa` with random weights, and questions of any length."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from benchmarks.common import CHECKPOINT
from benchmarks.floors import operations
from mutualsl.checkpoint import Checkpoint, VisualSource
from mutualsl.data import Example, TextTokenizer, VideoInput
from mutualsl.data.batch import Batch, Collator
from mutualsl.device import precision
from mutualsl.features.inception import ROW_WIDTH
from mutualsl.features.missing import MissingEncoder
from mutualsl.inference import AnswerLocalizer
from mutualsl.models import MutualSL, MutualSLConfig
from mutualsl.spans import Span
from mutualsl.subtitles import Cue
from mutualsl.training.full import paper_medvidqa

QUESTION = "When is the bandage put around the hand?"
CUE_TOKENS = 10
CUE_SECOND = 2.0
DEBERTA_LARGE: dict[str, Any] = {  # microsoft/deberta-v3-large, without dropout, as `read` makes it
    "model_type": "deberta-v2", "vocab_size": 128100, "hidden_size": 1024,
    "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096,
    "max_position_embeddings": 512, "relative_attention": True, "position_buckets": 256,
    "norm_rel_ebd": "layer_norm", "share_att_key": True, "pos_att_type": "p2c|c2p",
    "layer_norm_eps": 1e-7, "max_relative_positions": -1, "position_biased_input": False,
    "type_vocab_size": 0, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
}  # fmt: skip


def full_model(
    text_encoder: dict[str, Any], sizes: dict[str, Any], device: torch.device
) -> MutualSL:
    """The recipe's model in 32 bits; `sizes` are fields of its config that differ."""
    settings = {**paper_medvidqa().sizes, **sizes}
    config = MutualSLConfig(row_width=ROW_WIDTH, text_encoder=text_encoder, **settings)
    return MutualSL(config).to(device).eval()


def forward_operations(model: MutualSL, batch: Batch, device: torch.device) -> int:
    """Of one forward pass over a batch."""
    moved = batch.to(device)
    with precision(device):
        return operations(lambda: model(moved))


def recipe_collator() -> Collator:
    """With the windows of the recipe; whose words the tokens are costs no time."""
    return Collator(
        tokenizer=TextTokenizer.from_folder(CHECKPOINT),
        row_width=ROW_WIDTH,
        window_tokens=paper_medvidqa().window_tokens,
    )


def localizer(model: MutualSL, collator: Collator, device: torch.device) -> AnswerLocalizer:
    """What people ask; it is given rows and makes none."""
    return AnswerLocalizer(
        Checkpoint(
            name="mutualsl",
            model=model,
            tokenizer=collator.tokenizer,
            window_tokens=collator.window_tokens,
            visual=VisualSource(encoder="i3d", fingerprint="i3d", folder=""),
            about={},
        ),
        MissingEncoder(name="i3d", fingerprint="i3d", row_width=ROW_WIDTH, why="random rows"),
        device=device,
    )


def examples(count: int, tokens: int, collator: Collator) -> list[Example]:
    """Questions, each about a video of its own, with rows and cues.

    Question, transcript and what is between them make `tokens` tokens, if they fit into one window.
    """
    chance = np.random.default_rng(0)
    (question,) = collator.tokenizer.encode_all([QUESTION])
    spoken = tokens - len(collator.sentence(question)) - 1
    return [
        Example(video=_video(str(number), spoken, chance), question=QUESTION, gold=Span(8.0, 16.0))
        for number in range(count)
    ]


def _video(video_id: str, tokens: int, chance: np.random.Generator) -> VideoInput:
    ids = tuple(map(int, chance.integers(1000, 20_000, tokens)))
    cue_tokens = tuple(ids[i : i + CUE_TOKENS] for i in range(0, tokens, CUE_TOKENS))
    begins = [CUE_SECOND * i for i in range(len(cue_tokens))]
    seconds = round(CUE_SECOND * len(cue_tokens))
    return VideoInput(
        video_id=video_id,
        duration_second=float(seconds),
        rows=chance.random((seconds, ROW_WIDTH), dtype=np.float32),
        cues=tuple(Cue(begin, begin + 0.95 * CUE_SECOND, "") for begin in begins),
        cue_tokens=cue_tokens,
    )
