"""VPTSL: the prompt helps and is never chosen; without a video it is not there."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mutualsl.errors import CheckpointError
from mutualsl.models.highlight import highlight_loss
from mutualsl.models.layers import MASKED
from mutualsl.models.text_encoder import Prompt, TextEncoder
from mutualsl.models.vptsl import PLACES, VPTSL, VPTSLConfig, spread
from tests import tiny
from tests.models.paper_sizes import paper_batch
from tests.models.test_every_model import shaken


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
    assert output.token_spans is None
    mask = batch().timeline.cue_mask
    assert output.textual.start.shape == mask.shape == (2, 7)
    for logits in output.textual[:2]:
        assert (logits[~mask] == MASKED).all() and (logits[mask] > MASKED / 2).all()
        assert logits.softmax(dim=1)[0, :4].sum() == pytest.approx(1.0)


def positions(asked):
    """How many positions of each question are scored where all tokens are."""
    with torch.no_grad():
        spans = system(all_tokens=True)(asked).token_spans
    counts = [(logits > MASKED / 2).sum(dim=1).tolist() for logits in spans[:2]]
    assert counts[0] == counts[1]
    return counts[0]


def test_with_all_tokens_the_prompt_is_one_more_position_of_a_window():
    told = tiny.example(0, cue_count=4)
    asked = tiny.collator(window_tokens=60)([told])
    assert len(asked.window_ids) == 1
    assert positions(asked) == [int(asked.window_mask.sum()) + 1]
    silent = replace(told, video=told.video.without_video())
    assert positions(tiny.collator(window_tokens=60)([silent])) == [int(asked.window_mask.sum())]
    owner = batch().window_question
    tokens = torch.zeros(2, dtype=torch.long).index_add(0, owner, batch().window_mask.sum(dim=1))
    assert positions(batch()) == (tokens + owner.bincount()).tolist() and len(owner) > 2


def test_with_all_tokens_losses_are_about_tokens_and_answers_about_cues():
    model = system(all_tokens=True, dropout=0.0, video_dropout=0.0)
    asked = tiny.collator()([tiny.example(0)])  # gold is 2 to 6 s; cues begin at 0, 3, 6 and 9 s
    output = model(asked)
    start, end = output.token_spans.log_probs()[:2]
    cue = output.tokens.cue[0].tolist()
    edges = cue.index(1), len(cue) - 1 - cue[::-1].index(1)
    terms = model.losses(output, asked)
    torch.testing.assert_close(terms["textual"], -(start[0, edges[0]] + end[0, edges[1]]) / 2)
    terms["textual"].backward()
    assert model.prompt.weight.grad.any() and model.start.weight.grad.any()
    said = output.textual.log_probs().start[0].exp()
    share = start[0, : len(cue)].exp() / start[0, : len(cue)].exp().sum()
    expected = torch.stack([share[output.tokens.cue[0] == n].sum() for n in range(4)])
    torch.testing.assert_close(said, expected)


def test_with_all_tokens_answers_are_cues_in_any_company():
    model, collate = shaken(system(all_tokens=True)), tiny.collator()
    together = model.predict(collate(tiny.examples()))
    assert [p.textual is None for p in together] == [not e.video.cues for e in tiny.examples()]
    for example, found in zip(tiny.examples(), together, strict=True):
        (alone,) = model.predict(collate([example]))
        if found.textual is not None:
            start, end = found.textual.span
            assert 0 <= start < end <= np.float32(example.video.duration_second)
            assert start in np.float32([cue.start_second for cue in example.video.cues])
            assert found.textual.span == pytest.approx(alone.textual.span)


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
    with pytest.raises(CheckpointError, match="window_tokens=63"):
        system()(collator([long]))


def test_scores_of_any_number_of_rows_come_to_even_places():
    scores = torch.tensor([[0.0, 1.0, 2.0, 99.0], [5.0, 99.0, 99.0, 99.0], [7.0] * 4])
    found = spread(scores, torch.tensor([3, 1, 0]))
    assert found.shape == (3, PLACES)
    torch.testing.assert_close(found[0], torch.linspace(0.0, 2.0, PLACES))
    assert (found[1] == 5.0).all() and (found[2] == 0.0).all()


def test_paper_sizes():
    """The width of both sides is that of DeBERTa-v3-large, of which one layer stands here."""
    language_model = {"hidden_size": 1024, "num_hidden_layers": 1, "num_attention_heads": 16}
    config = VPTSLConfig(
        row_width=1024, text_encoder={**tiny.TEXT_CONFIG, **language_model}, width=1024
    )
    model = VPTSL(config).eval()
    linear = 1024 * 1024 + 1024
    expected = (
        2 * linear + (3 * 1024 + 4 * 1024**2 + 1024) + (1024 + 2 * 1024**2 + 1024) + 1025
        + (PLACES + 1) * 1024 + 2 * 1025
    )  # fmt: skip
    own = [p for n, p in model.named_parameters() if not n.startswith("text_encoder.")]
    assert sum(p.numel() for p in own) == expected
    asked = paper_batch(seconds=300, cue_count=5)
    with torch.no_grad():
        output = model(asked)
    assert output.textual.start.shape == output.textual.end.shape == (1, 5)
    assert output.highlight.shape == (1, 300)


def test_highlighted_rows_count_twice_and_padding_not_at_all():
    logits = torch.tensor([[0.0, 0.0, 50.0]])
    labels, mask = torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([[True, True, False]])
    expected = torch.tensor(2.0).log() * (2 + 1) / 2
    torch.testing.assert_close(highlight_loss(logits, labels, mask), expected)
