"""VPTSL: the prompt helps and is never chosen; without a video it is not there."""

from dataclasses import replace

import pytest
import torch

from mutualsl.models.highlight import highlight_loss
from mutualsl.models.layers import MASKED
from mutualsl.models.text_encoder import Prompt, TextEncoder
from mutualsl.models.vptsl import PLACES, VPTSL, VPTSLConfig, spread
from tests import tiny


def system(**changes):
    torch.manual_seed(0)
    config = VPTSLConfig(
        row_width=tiny.ROW_WIDTH, text_encoder=tiny.TEXT_CONFIG, width=8, **changes
    )
    return VPTSL(config).eval()


def batch():
    return tiny.collator()([tiny.example(0, cue_count=4), tiny.example(1, 8, cue_count=7)])


def test_only_cues_share_the_probability():
    with torch.no_grad():
        output = system()(batch())
    mask = batch().timeline.cue_mask
    assert output.textual.start.shape == mask.shape == (2, 7)
    for logits in output.textual[:2]:
        assert (logits[~mask] == MASKED).all() and (logits[mask] > MASKED / 2).all()
        assert logits.softmax(dim=1)[0, :4].sum() == pytest.approx(1.0)


def test_what_is_seen_changes_what_is_read_and_only_of_that_question():
    model, before = system(), batch()
    rows = before.rows.clone()
    rows[0] += 3.0
    one, other = model(before).textual.start, model(replace(before, rows=rows)).textual.start
    assert not torch.allclose(one[0, :4], other[0, :4])
    assert torch.allclose(one[1], other[1])


def test_without_a_video_or_with_another_kind_of_one_there_is_no_prompt():
    model, seen = system(), tiny.example(0)
    silent = replace(seen, video=seen.video.without_video())
    text = model(tiny.collator()([silent]))
    assert not torch.allclose(model(tiny.collator()([seen])).textual.start, text.textual.start)
    model.statistics.limit.fill_(0.0)
    strange = model(tiny.collator()([seen])).textual
    assert torch.allclose(strange.start, text.textual.start, atol=1e-6)
    assert torch.allclose(strange.end, text.textual.end, atol=1e-6)


def test_the_reading_of_the_question_learns_nothing_from_the_rows():
    model, asked = system(dropout=0.0, video_dropout=0.0), batch()
    model.losses(model(asked), asked)["highlight"].backward()
    assert all(p.grad is None for p in model.text_encoder.parameters())
    assert model.highlight.weight.grad.any() and model.project_question.weight.grad.any()


def test_a_prompt_stands_after_the_last_token_whatever_the_padding():
    encoder = TextEncoder.from_config(tiny.TEXT_CONFIG).eval()
    both, short = batch(), tiny.collator()([tiny.example(1, 8, cue_count=7)])
    vectors = torch.randn(2, encoder.width)
    together = encoder(both, Prompt(vectors, torch.tensor([True, True])))
    alone = encoder(short, Prompt(vectors[1:], torch.tensor([True])))
    assert torch.allclose(together.first[1], alone.first[0], atol=1e-6)
    absent = encoder(short, Prompt(vectors[1:], torch.tensor([False])))
    assert torch.allclose(absent.last, encoder(short).last, atol=1e-6)


def test_windows_without_room_for_a_prompt_are_refused():
    collator = tiny.collator(window_tokens=tiny.TEXT_CONFIG["max_position_embeddings"])
    long = tiny.example(0, cue_count=13, question="how do i open the jar now now now")
    assert collator([long]).window_ids.shape == (1, 64)
    with pytest.raises(ValueError, match="window_tokens=63"):
        system()(collator([long]))


def test_scores_of_any_number_of_rows_come_to_even_places():
    scores = torch.tensor([[0.0, 1.0, 2.0, 99.0], [5.0, 99.0, 99.0, 99.0], [7.0] * 4])
    found = spread(scores, torch.tensor([3, 1, 0]))
    assert found.shape == (3, PLACES)
    torch.testing.assert_close(found[0], torch.linspace(0.0, 2.0, PLACES))
    assert (found[1] == 5.0).all() and (found[2] == 0.0).all()


def test_highlighted_rows_count_twice_and_padding_not_at_all():
    logits = torch.tensor([[0.0, 0.0, 50.0]])
    labels, mask = torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([[True, True, False]])
    expected = torch.tensor(2.0).log() * (2 + 1) / 2
    torch.testing.assert_close(highlight_loss(logits, labels, mask), expected)
