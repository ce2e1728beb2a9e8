"""Inputs as wide as the paper's: I3D rows and DeBERTa-v3-large vectors."""

from dataclasses import replace

import torch

from mutualsl.data.batch import Batch, Collator
from mutualsl.data.example import Example
from mutualsl.spans import Span
from tests import tiny

PAPER = {"row_width": 1024, "text_width": 1024}


def paper_batch(seconds: int, cue_count: int = 0) -> Batch:
    """One question of twelve tokens about a video of random rows."""
    torch.manual_seed(0)
    rows = torch.rand(seconds, 1024).numpy()
    video = replace(tiny.video(seconds, cue_count, with_rows=False), rows=rows)
    collator = Collator(
        tokenizer=tiny.tokenizer(),
        row_width=1024,
        question_encoder=lambda question: torch.randn(len(question), 1024),
    )
    question = "how do i open the jar how do i shake"
    return collator([Example(video=video, question=question, gold=Span(3.0, 70.0))])
