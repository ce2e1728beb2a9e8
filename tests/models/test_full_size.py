"""The model of the paper's own size with random weights: it is built, asked and read out."""

import pytest
import torch

from benchmarks.full_size import (
    DEBERTA_LARGE,
    examples,
    full_model,
    localizer,
    recipe_collator,
)


@pytest.mark.slow
def test_it_answers_on_a_processor():
    """2 GB of weights and some seconds; what trained ones say is another matter."""
    cpu, collator = torch.device("cpu"), recipe_collator()
    torch.manual_seed(0)
    model = full_model(DEBERTA_LARGE, {}, cpu)
    assert sum(p.numel() for p in model.text_encoder.parameters()) == 434_012_160
    (example,) = examples(1, 100, collator)
    (heads,) = localizer(model, collator, cpu).predict([example])
    for head in (heads.visual, heads.textual):
        start, end = head.span
        assert 0 <= start < end <= example.video.duration_second
