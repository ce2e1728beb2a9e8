"""The profiles of MutualSL, and what each of its switches changes."""

from dataclasses import replace

import pytest
import torch

from mutualsl.checkpoint import load_model
from mutualsl.errors import DataError, UnknownName
from mutualsl.models import MutualSL
from mutualsl.models.losses import SpanLogits
from mutualsl.models.profiles import PROFILES, MutualSLConfig, profile
from mutualsl.models.text_encoder import CueTokens
from mutualsl.models.tokens import edge_tokens, of_cues
from mutualsl.models.transfer import lesson_for_textual, lesson_for_visual
from mutualsl.training.overrides import override
from mutualsl.training.recipes import mutualsl_mini
from tests import tiny
from tests.models.test_every_model import made, shaken
from tests.test_timeline import timeline


def batch_of(*which):
    return tiny.collator()([tiny.examples()[i] for i in which or range(5)])


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_a_missing_modality_has_no_span(name):
    predictions = made(name).predict(batch_of())
    assert [p.visual is None for p in predictions] == [False, False, True, False, False]
    assert [p.textual is None for p in predictions] == [False, False, False, True, False]


def test_wrong_names_are_refused():
    with pytest.raises(UnknownName, match="clean, literal, released"):
        profile("exact")
    with pytest.raises(UnknownName, match="subtitle, token"):
        tiny.model(text_unit="word")
    with pytest.raises(DataError, match="pairs=false"):
        tiny.model(text_unit="token")


def test_a_switch_can_be_set_from_the_command_line():
    config = override(mutualsl_mini(), ["vis_head=lstm_chained", "highlight_weight=1"])
    assert (config.sizes["vis_head"], config.sizes["highlight_weight"]) == ("lstm_chained", 1.0)
    with pytest.raises(UnknownName, match="lstm_chained, lstm_parallel, transformer_chained"):
        override(mutualsl_mini(), ["vis_head=rnn"])


def test_clean_is_the_default_and_the_shipped_weights_fit(checkpoint):
    assert profile("clean") == {}
    loaded = load_model(checkpoint).model
    assert isinstance(loaded, MutualSL)
    older = {
        "row_width", "text_encoder", "width", "heads", "dropout", "mutual", "edges", "pairs",
        "shared_layers", "trained_heads",
    }  # fmt: skip
    assert loaded.config == MutualSLConfig(**{k: getattr(loaded.config, k) for k in older})


@torch.no_grad()
def test_literal_textual_logits_are_one_linear_map_of_eq_6():
    model, batch = shaken(made("literal")), batch_of(0)
    segments = model.text_encoder(batch)
    projection = model.text_projection.project
    text = projection(segments.mean)  # T of Eq. 2, at width D
    rows = model.feature_projection.project(batch.rows)  # V: no encoder
    attended = model.attention(rows, text, batch.row_mask, segments.mask)
    fused = model.fusion(attended, text, segments.mask)
    cues = model.textual_projection.project(text[:, 1:]) + fused.mean(1, keepdim=True)
    found = model(batch).textual
    predictor = model.textual_predictor
    for logits, linear in ((found.start, predictor.start), (found.end, predictor.end)):
        expected = cues @ linear.weight[0] + linear.bias
        torch.testing.assert_close(logits, expected)
    assert found.pair is None


@torch.no_grad()
def test_released_textual_logits_are_one_linear_map_of_each_token():
    model, batch = shaken(made("released")), batch_of(1)  # more than one window
    assert len(batch.window_ids) > 1
    words = model.text_encoder.tokens(batch)
    inside = batch.window_segment > 0
    expected = words[inside] @ model.textual_predictor.start.weight[0]
    output = model(batch)
    found = output.token_spans.start[0] - model.textual_predictor.start.bias
    torch.testing.assert_close(found, expected)
    assert output.tokens.cue[0].tolist() == (batch.window_segment[inside] - 1).tolist()


def of_visual_losses(model, batch):
    """Gradients of what the visual losses teach the language model."""
    terms = model.losses(model(batch), batch)
    sum(terms[t] for t in terms if t in ("visual", "visual_mutual", "highlight")).backward()
    language_model = model.text_encoder.language_model
    return [p.grad for p in language_model.parameters() if p.grad is not None]


@pytest.mark.parametrize("vis_text", ["segments", "question"])
def test_a_detached_language_model_learns_nothing_from_visual_losses(vis_text):
    for detached in (False, True):
        model = made("literal", vis_text=vis_text, detach_plm_in_visual=detached)
        learned = any(g.any() for g in of_visual_losses(model, batch_of(0)))
        assert learned == (not detached)
    assert of_visual_losses(made("released"), batch_of(0)) == []


def seen(logits):
    return torch.cat([logits.start[0], logits.end[0]])


@torch.no_grad()
def outputs(model, **changes):
    """Of one question, as it is and with other rows or cues."""
    batch = batch_of(0)
    return model(batch), model(replace(batch, **changes))


@pytest.mark.parametrize("vis_text", ["segments", "question"])
def test_rows_see_subtitles_or_the_question_alone(vis_text):
    batch = batch_of(0)
    ids = torch.where(batch.window_segment > 0, 6, batch.window_ids)
    before, after = outputs(shaken(made("clean", vis_text=vis_text)), window_ids=ids)
    assert torch.equal(seen(before.visual), seen(after.visual)) == (vis_text == "question")
    other = (tiny.collator().sentence([7, 8, 9, 10, 11, 12]),)
    before, after = outputs(shaken(made("clean", vis_text=vis_text)), question_sentences=other)
    assert torch.equal(seen(before.visual), seen(after.visual)) == (vis_text == "segments")


@pytest.mark.parametrize("visual_bias", [True, False])
@pytest.mark.parametrize("unit", ["subtitle", "token"])
def test_rows_change_what_is_read_only_through_the_visual_bias(visual_bias, unit):
    model = shaken(made("clean", visual_bias=visual_bias, text_unit=unit, pairs=False))
    before, after = outputs(model, rows=batch_of(0).rows + 1.0)
    assert torch.equal(seen(before.textual), seen(after.textual)) == (not visual_bias)


@torch.no_grad()
def test_without_an_encoder_rows_do_not_see_each_other():
    rows = batch_of(0).rows.clone()
    rows[:, 3] += 1.0
    for on in (True, False):
        project = shaken(made("clean", vis_encoder=on)).feature_projection
        change = project(rows, batch_of(0).row_mask) - project(
            batch_of(0).rows, batch_of(0).row_mask
        )
        assert change[0].abs().amax(1).gt(1e-6).sum() == (len(rows[0]) if on else 1)


@pytest.mark.parametrize("head", ["lstm_parallel", "lstm_chained", "transformer_chained"])
def test_in_a_chain_the_end_depends_on_what_finds_the_start(head):
    model = made("clean", vis_head=head)
    batch = batch_of(0)
    model(batch).visual.end.sum().backward()
    predictor = model.visual_predictor
    first = predictor.encode if head == "transformer_chained" else predictor.start_lstm
    learned = any(p.grad is not None and p.grad.any() for p in first.parameters())
    assert learned == (head != "lstm_parallel")


def test_highlighting_gates_rows_and_has_a_loss():
    model, batch = made("clean", highlight_weight=2.0), batch_of(0)
    terms = model.losses(model(batch), batch)
    model.highlight.bias.data.fill_(-1e4)  # nothing is let through: all rows alike but for history
    closed = model(batch)
    assert (closed.visual.start[0, 2:] - closed.visual.start[0, 1:-1]).abs().max() < 0.2
    single = made("clean", highlight_weight=1.0)
    half = single.losses(single(batch), batch)["highlight"]
    torch.testing.assert_close(terms["highlight"], 2 * half)
    plain = made("clean")
    assert "highlight" not in plain.losses(plain(batch), batch)


def test_the_textual_weight_is_on_both_textual_losses():
    batch = batch_of(0)
    whole, half = made("literal"), made("literal", textual_weight=0.5)
    one, other = (model.losses(model(batch), batch) for model in (whole, half))
    for term, factor in (("textual", 2), ("textual_mutual", 2), ("visual", 1)):
        torch.testing.assert_close(one[term], factor * other[term])


def test_a_free_teacher_may_be_inverted_and_then_teaches_nothing():
    axis, gold = timeline([(0, 2), (2, 6), (6, 10)]), torch.tensor([[2.0, 6.0]])
    cues = SpanLogits(torch.tensor([[0.0, 2, 3]]), torch.tensor([[0.0, 3, 0]]))
    assert [int(i) for i in cues.best()] == [1, 1]
    assert [int(i) for i in cues.best(constrained=False)] == [2, 1]
    assert lesson_for_visual(cues, axis, gold).weight.item() == 1.0
    assert lesson_for_visual(cues, axis, gold, constrained=False).weight.item() == 0.0
    rows = SpanLogits(torch.zeros(1, 10), torch.zeros(1, 10))
    rows.start[0, 2], rows.start[0, 7], rows.end[0, 5] = 2.0, 3.0, 3.0
    assert lesson_for_textual(rows, axis, gold).weight.item() == 1.0
    assert lesson_for_textual(rows, axis, gold, constrained=False).weight.item() == 0.0


@torch.no_grad()
def test_a_model_gives_its_predictors_the_lessons_of_its_profile():
    model, free = made("literal"), made("literal", pseudo_decode="free")
    batch = batch_of(0)
    output = model(batch)
    upside_down = SpanLogits(output.visual.start.clone(), output.visual.end.clone())
    upside_down.start[0, 3] = upside_down.end[0, 2] = 50.0
    upside_down.end[0, 5] = 40.0
    output = output._replace(visual=upside_down)
    assert free.logs(output, batch)["weight_visual_to_textual"] == 0.0
    assert free.losses(output, batch)["textual_mutual"] == 0.0
    assert model.logs(output, batch)["weight_visual_to_textual"] > 0.0


@torch.no_grad()
def test_the_most_probable_span_or_the_one_of_highest_expected_iou():
    """Three long spans that agree are together more probable than one short one."""
    logits = torch.full((1, 12), -9.0)
    start, end = logits.clone(), logits.clone()
    start[0, 0], start[0, 4:7] = 0.6, 0.5
    end[0, 0], end[0, 9:12] = 0.6, 0.5
    batch = batch_of(0)
    found = []
    for most_probable in (True, False):
        model = made("literal", most_probable=most_probable)
        output = model(batch)._replace(visual=SpanLogits(start, end))
        found.append(model.decode(output, batch)[0].visual.span)
    assert found[0] == (0.0, 1.0) and found[1].start_second >= 4.0 and found[1].end_second >= 10.0


def test_switches_of_the_segments_add_what_they_name():
    base = made("literal")
    for switch, part in (
        ("edges", "text_projection.features.weight"),
        ("match", "text_projection.match"),
        ("join_windows", "cross_window.linear.weight"),
        ("pairs", "textual_predictor.length"),
        ("hidden", "textual_predictor.start.3.weight"),
    ):
        names = dict(made("literal", **{switch: True}).named_parameters())
        assert part in names and part not in dict(base.named_parameters())


TOKENS = CueTokens(  # cue 1 has no token; the second question has two tokens, all of cue 2
    torch.zeros(2, 5, 1),
    torch.tensor([[0, 0, 2, 2, 3], [2, 2, 0, 0, 0]]),
    torch.tensor([[True] * 5, [True, True, False, False, False]]),
)


def test_cues_as_tokens_by_hand():
    def edges(start, end):
        first, last = edge_tokens(torch.tensor(start), torch.tensor(end), TOKENS)
        return first.tolist(), last.tolist()

    assert edges([0, 2], [0, 2]) == ([0, 0], [1, 1])
    assert edges([2, 0], [3, 3]) == ([2, 0], [4, 1])
    assert edges([1, 3], [1, 0]) == ([2, 1], [1, 0])  # no token of their own


def test_tokens_as_cues_by_hand():
    probs = torch.tensor([[0.1, 0.2, 0.3, 0.15, 0.25], [0.5, 0.5, 0.0, 0.0, 0.0]])
    logits = SpanLogits(probs.log().clamp_min(-1e30), probs.flip(1).log().clamp_min(-1e30))
    cue_mask = torch.tensor([[True] * 4, [True, True, True, False]])
    cues = of_cues(logits, TOKENS, cue_mask)
    expected = torch.tensor([[0.3, 0.0, 0.45, 0.25], [0.0, 0.0, 1.0, 0.0]])
    torch.testing.assert_close(cues.start.exp(), expected)
    assert cues.start[0, 1] < -1e20
    torch.testing.assert_close(cues.end[0].exp(), torch.tensor([0.4, 0.0, 0.5, 0.1])[[0, 1, 2, 3]])


def test_a_token_model_learns_the_edges_of_gold_cues():
    batch = batch_of(0)  # gold is 2 to 6 s; cues begin at 0, 3, 6, 9 and end at 2.4, 5.4, ...
    model = made("released")
    output = model(batch)
    start, end = output.token_spans.log_probs()[:2]
    first = output.tokens.cue[0].tolist().index(1)
    last = len(output.tokens.cue[0]) - 1 - output.tokens.cue[0].tolist()[::-1].index(1)
    expected = -(start[0, first] + end[0, last]) / 2
    torch.testing.assert_close(model.losses(output, batch)["textual"], expected)
    lesson = lesson_for_textual(output.visual, batch.timeline, batch.gold, constrained=False)
    places = edge_tokens(lesson.start, lesson.end, output.tokens)
    taught = -(start[0, places[0]] + end[0, places[1]]) / 2 * lesson.weight
    torch.testing.assert_close(model.losses(output, batch)["textual_mutual"], taught[0])


def test_subtitles_without_any_token_are_still_answered():
    example = tiny.examples()[0]
    silent = replace(example, video=replace(example.video, cue_tokens=((), (), (), ())))
    batch = tiny.collator()([silent])
    model = made("released")
    assert all(term.isfinite() for term in model.losses(model(batch), batch).values())
    start, end = model.predict(batch)[0].textual.span
    assert 0 <= start < end <= 12
