"""One hand-worked test per equation of the paper."""

import math

import pytest
import torch
from torch import nn

from mutualsl.models.boxes import TextualPredictor, TextualProjection, VisualPredictor
from mutualsl.models.layers import ContextQueryAttention, Fusion
from mutualsl.models.losses import SpanLogits, span_cross_entropy
from mutualsl.models.transfer import (
    Lesson,
    lesson_for_textual,
    lesson_for_visual,
    transfer_loss,
)
from mutualsl.spans import Span, iou
from tests import tiny
from tests.test_timeline import timeline

ALL = torch.ones(1, 2, dtype=torch.bool)


def identity(linear: nn.Linear, columns: slice) -> None:
    """Make a linear layer copy some of its input columns."""
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    linear.weight.data[:, columns] = torch.eye(linear.out_features)


def peaked(*logits: float) -> torch.Tensor:
    return torch.tensor([logits], dtype=torch.float32)


def test_eq_2_a_segment_is_the_mean_of_its_tokens():
    model, collate = tiny.model(), tiny.collator()
    batch = collate([tiny.example(cue_count=2)])
    assert len(batch.window_ids) == 1
    hidden = model.text_encoder.language_model(
        input_ids=batch.window_ids, attention_mask=batch.window_mask.long()
    ).last_hidden_state[0]
    segments = model.text_encoder(batch)
    for segment in range(3):
        tokens = hidden[batch.window_segment[0] == segment]
        torch.testing.assert_close(segments.mean[0, segment], tokens.mean(0))
        torch.testing.assert_close(segments.first[0, segment], tokens[0])
        torch.testing.assert_close(segments.last[0, segment], tokens[-1])
    assert segments.mask.tolist() == [[True, True, True]]


def test_eq_3_context_query_attention():
    attention = ContextQueryAttention(1, dropout=0.0)
    nn.init.constant_(attention.row_weight.weight, 0.0)
    nn.init.constant_(attention.text_weight.weight, 0.0)
    nn.init.constant_(attention.product_weight, 1.0)
    rows, text = torch.tensor([[[1.0], [0.0]]]), torch.tensor([[[math.log(3.0)], [0.0]]])
    # S is (log 3, 0), (0, 0). Over the text: row 0 attends (3/4, 1/4), row 1 (1/2, 1/2). Over the
    # rows: text 0 attends (3/4, 1/4), text 1 (1/2, 1/2), so V seen through the text is (3/4, 1/2).
    to_text = [0.75 * math.log(3.0), 0.5 * math.log(3.0)]
    to_rows = [0.75 * 0.75 + 0.25 * 0.5, 0.5 * 0.75 + 0.5 * 0.5]
    parts = {0: [1.0, 0.0], 1: to_text, 2: [to_text[0], 0.0], 3: [to_rows[0], 0.0]}
    for column, expected in parts.items():
        identity(attention.project, slice(column, column + 1))
        output = attention(rows, text, ALL, ALL)
        torch.testing.assert_close(output[0, :, 0], torch.tensor(expected))


def test_eq_3_has_all_terms_of_the_trilinear_similarity():
    torch.manual_seed(0)
    attention, rows, text = (
        ContextQueryAttention(4, 0.0),
        torch.randn(2, 5, 4),
        torch.randn(2, 3, 4),
    )
    row_mask, text_mask = torch.ones(2, 5) > 0, torch.ones(2, 3) > 0
    row_mask[1, 3:], text_mask[1, 2:] = False, False
    similarity = torch.einsum("bkd,bnd,d->bkn", rows, text, attention.product_weight)
    similarity += attention.row_weight(rows) + attention.text_weight(text).transpose(1, 2)
    over_text = similarity.masked_fill(~text_mask[:, None], -math.inf).softmax(2)
    over_rows = similarity.masked_fill(~row_mask[..., None], -math.inf).softmax(1)
    to_text, to_rows = over_text @ text, over_text @ over_rows.transpose(1, 2) @ rows
    expected = attention.project(torch.cat([rows, to_text, rows * to_text, rows * to_rows], -1))
    torch.testing.assert_close(attention(rows, text, row_mask, text_mask), expected)


def test_eq_4_fusion_joins_each_row_with_the_pooled_text():
    fusion = Fusion(1)
    nn.init.constant_(fusion.pool_weight.weight, 1.0)
    text = torch.tensor([[[math.log(3.0)], [0.0]]])  # softmax weights 3/4, 1/4
    fusion.project.weight.data = torch.tensor([[1.0, 10.0]])
    nn.init.zeros_(fusion.project.bias)
    rows = torch.tensor([[[1.0], [2.0]]])
    pooled = 0.75 * math.log(3.0)
    torch.testing.assert_close(
        fusion(rows, text, ALL)[0, :, 0], torch.tensor([1 + 10 * pooled, 2 + 10 * pooled])
    )


def test_eq_5_6_pooled_video_is_added_to_every_cue():
    projection = TextualProjection(2, 2)
    identity(projection.project, slice(0, 2))
    cues = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    rows = torch.tensor([[[2.0, 4.0], [4.0, 8.0], [99.0, 99.0]]])
    out = projection(cues, rows, torch.tensor([[True, True, False]]))
    torch.testing.assert_close(out, torch.tensor([[[4.0, 6.0], [3.0, 7.0]]]))


def test_eq_7_8_visual_predictor_is_a_linear_map_of_each_lstm():
    predictor = VisualPredictor(3)
    rows = torch.randn(1, 2, 3)
    logits = predictor(rows, ALL)
    for name in ("start", "end"):
        lstm, linear = getattr(predictor, f"{name}_lstm"), getattr(predictor, name)
        cell = nn.LSTMCell(3, 3)
        cell.load_state_dict({k.removesuffix("_l0"): v for k, v in lstm.state_dict().items()})
        state = None
        for k in range(2):
            state = cell(rows[:, k], state)
            torch.testing.assert_close(getattr(logits, name)[:, k], linear(state[0])[:, 0])


def test_eq_9_textual_predictor_scores_each_cue_alone():
    predictor = TextualPredictor(3, dropout=0.0, pairs=False).eval()
    cues, axis = torch.randn(1, 2, 3), timeline([(0, 2), (2, 4)])
    logits = predictor(cues, axis)
    assert logits.pair is None
    swapped = predictor(cues.flip(1), axis)
    torch.testing.assert_close(logits.start.flip(1), swapped.start)
    hidden = nn.functional.gelu(predictor.end[0](cues))
    torch.testing.assert_close(logits.end, predictor.end[3](hidden)[..., 0])


def test_eq_10_visual_targets_are_the_rows_of_the_gold_edges():
    axis = timeline([(0, 1)], rows=10)
    start, end = axis.gold_rows(torch.tensor([[2.0, 5.0]]))
    assert (start.item(), end.item()) == (2, 4)
    logits = SpanLogits(torch.zeros(1, 10), torch.zeros(1, 10))
    assert span_cross_entropy(logits, start, end).item() == pytest.approx(2 * math.log(10))


def test_eq_11_textual_targets_are_the_nearest_cues():
    axis = timeline([(0, 2), (2.4, 4), (4, 6), (7, 9)])
    start, end = axis.gold_cues(torch.tensor([[2.0, 6.4]]))
    assert (start.item(), end.item()) == (1, 2)
    logits = SpanLogits(peaked(0, math.log(2), 0, 0), peaked(0, 0, math.log(5), 0))
    expected = -math.log(2 / 5) - math.log(5 / 8)
    assert span_cross_entropy(logits, start, end).item() == pytest.approx(expected)


def test_eq_12_rows_to_cues():
    axis = timeline([(0, 2), (2.4, 4), (4, 6), (7, 9)])
    # Row 3 begins at 3 s (nearest begin 2.4), row 5 ends at 6 s (nearest end 6).
    start, end = axis.rows_to_cues(torch.tensor([3]), torch.tensor([5]))
    assert (start.item(), end.item()) == (1, 2)


def test_eq_13_cues_to_rows():
    axis = timeline([(0, 2), (2.4, 4), (4, 6.2), (7, 9)])
    start, end = axis.cues_to_rows(torch.tensor([1]), torch.tensor([2]))
    assert (start.item(), end.item()) == (2, 6)  # 2.4 s lies in row 2; 6.2 s is still covered by 6


def test_eq_15_alpha_is_the_iou_of_the_mapped_textual_span():
    axis = timeline([(0, 2), (2.4, 4), (4, 6.2), (7, 9)])
    textual = SpanLogits(peaked(0, 9, 0, 0), peaked(0, 0, 9, 0))
    lesson = lesson_for_visual(textual, axis, torch.tensor([[2.0, 6.0]]))
    assert (lesson.start.item(), lesson.end.item()) == (2, 6)
    assert lesson.weight.item() == pytest.approx(iou(Span(2, 7), Span(2, 6)))


def test_eq_16_17_a_lesson_weighs_the_cross_entropy_of_the_student():
    student = SpanLogits(peaked(0, 0).requires_grad_(), peaked(0, 0).requires_grad_())
    lesson = Lesson(torch.tensor([1]), torch.tensor([1]), torch.tensor([0.25]))
    assert transfer_loss(student, lesson).item() == pytest.approx(0.25 * 2 * math.log(2))


def test_eq_18_beta_is_the_iou_of_the_mapped_visual_span():
    axis = timeline([(0, 2), (2.4, 4), (4, 6.2), (7, 9)])
    visual = SpanLogits(torch.zeros(1, 10), torch.zeros(1, 10))
    visual.start[0, 2] = visual.end[0, 5] = 9.0
    lesson = lesson_for_textual(visual, axis, torch.tensor([[2.0, 6.0]]))
    assert (lesson.start.item(), lesson.end.item()) == (1, 2)
    assert lesson.weight.item() == pytest.approx(iou(Span(2.4, 6.2), Span(2, 6)))


def test_eq_19_the_loss_is_the_plain_sum_of_four_terms():
    model, batch = tiny.model(), tiny.collator()([tiny.example()])
    output = model(batch)
    terms = model.losses(output, batch)
    axis, gold = batch.timeline, batch.gold
    expected = {
        "visual": span_cross_entropy(output.visual, *axis.gold_rows(gold)),
        "textual": span_cross_entropy(output.textual, *axis.gold_cues(gold)),
        "visual_mutual": transfer_loss(
            output.visual, lesson_for_visual(output.textual, axis, gold)
        ),
        "textual_mutual": transfer_loss(
            output.textual, lesson_for_textual(output.visual, axis, gold)
        ),
    }
    assert terms.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(terms[name], value[0])
