from dataclasses import replace

import pytest
import torch

from mutualsl.errors import DataError
from mutualsl.models.boxes import SegmentProjection
from mutualsl.models.losses import SpanLogits
from mutualsl.models.text_encoder import Segments
from mutualsl.models.transfer import lesson_for_textual, lesson_for_visual, transfer_loss
from tests import tiny
from tests.test_timeline import timeline


def test_padding_changes_nothing():
    model, collate = tiny.model(), tiny.collator()
    batch = collate(tiny.examples())
    before = model(batch)
    rows, ids = batch.rows.clone(), batch.window_ids.clone()
    rows[~batch.row_mask] = 7.0
    ids[~batch.window_mask] = 5
    after = model(replace(batch, rows=rows, window_ids=ids))
    for b in range(len(batch)):
        valid_rows, valid_cues = batch.row_mask[b], batch.timeline.cue_mask[b]
        for one, other, valid in (
            (before.visual, after.visual, valid_rows),
            (before.textual, after.textual, valid_cues),
        ):
            torch.testing.assert_close(one.start[b][valid], other.start[b][valid])
            assert (other.start[b][~valid] < -1e20).all()


def one_sample():
    batch = tiny.collator()([tiny.example()])
    return batch.timeline, batch.gold


def test_pseudo_labels_carry_no_gradient_and_ignore_the_student():
    axis, gold = one_sample()
    teacher = SpanLogits(torch.randn(1, 4, requires_grad=True), torch.randn(1, 4))
    lesson = lesson_for_visual(teacher, axis, gold)
    assert not lesson.weight.requires_grad and not lesson.start.is_floating_point()
    student = SpanLogits(torch.randn(1, 12, requires_grad=True), torch.randn(1, 12))
    transfer_loss(student, lesson).sum().backward()
    assert teacher.start.grad is None
    assert student.start.grad is not None


def sure_of(first, last, count):
    """Logits of one question that leave no doubt about a span."""
    start, end = torch.zeros(2, 1, count)
    start[0, first] = end[0, last] = 9.0
    return SpanLogits(start.requires_grad_(), end.requires_grad_())


@pytest.mark.parametrize("student", ["visual", "textual"])
def test_what_a_student_believes_changes_its_loss_and_not_what_it_is_taught(student):
    model, batch = tiny.model(), tiny.collator()([tiny.example()])  # 12 rows, 4 cues, gold 2 to 6 s
    axis, gold, teacher = batch.timeline, batch.gold, {"visual": "textual", "textual": "visual"}
    sure = {"visual": sure_of(2, 5, 12), "textual": sure_of(1, 1, 4)}
    output = model(batch)._replace(**sure)
    look_up = {"visual": lesson_for_visual, "textual": lesson_for_textual}[student]
    lesson = look_up(sure[teacher[student]], axis, gold)
    assert lesson.weight.item() > 0.3
    before = model.losses(output, batch)[f"{student}_mutual"]
    for _ in range(5):
        perturbed = SpanLogits(
            *(logits + 5 * torch.randn_like(logits) for logits in sure[student][:2])
        )
        loss = model.losses(output._replace(**{student: perturbed}), batch)[f"{student}_mutual"]
        torch.testing.assert_close(loss, transfer_loss(perturbed, lesson)[0])
        assert loss != before
    taught, untaught = sure[student].start, sure[teacher[student]].start
    gradients = torch.autograd.grad(before, [taught, untaught], allow_unused=True)
    assert gradients[0].any() and gradients[1] is None


@pytest.mark.parametrize("student", ["visual", "textual"])
def test_a_soft_lesson_of_a_sure_teacher_is_the_hard_one(student):
    batch = tiny.collator()([tiny.example()])
    sure = {"visual": sure_of(2, 5, 12), "textual": sure_of(1, 1, 4)}
    count = len(sure[student].start[0])
    unsure = SpanLogits(torch.randn(1, count, requires_grad=True), torch.randn(1, count))
    hard, soft = tiny.model(), tiny.model(lessons="soft")
    output = hard(batch)._replace(**sure | {student: unsure})
    expected, found = hard.losses(output, batch), soft.losses(output, batch)
    name = f"{student}_mutual"
    torch.testing.assert_close(found[name], expected[name], rtol=0.02, atol=0.0)
    found[name].backward()
    assert unsure.start.grad.any()
    assert all(logits.start.grad is None for logits in sure.values())


def test_a_soft_lesson_says_how_sure_the_teacher_is():
    batch = tiny.collator()([tiny.example()])
    model = tiny.model(lessons="soft")
    textual = sure_of(1, 1, 4)
    doubtful = SpanLogits(textual.start.detach() * 0.1, textual.end.detach() * 0.1)
    output = model(batch)._replace(visual=sure_of(2, 5, 12), textual=textual)
    sure, unsure = (
        model.losses(output._replace(textual=teacher), batch)["visual_mutual"]
        for teacher in (textual, doubtful)
    )
    assert unsure > sure + 1.0  # the same span with the same weight, and a student that is sure


def test_a_teacher_that_is_never_wrong_says_what_gold_says():
    model, batch = tiny.model(lessons="gold", mutual_weight=0.5), tiny.collator()([tiny.example()])
    terms = model.losses(model(batch), batch)
    for head in ("visual", "textual"):
        torch.testing.assert_close(terms[f"{head}_mutual"], 0.5 * terms[head])


def test_tokens_learn_from_spans_alone():
    with pytest.raises(DataError, match="lessons=hard"):
        tiny.model(text_unit="token", pairs=False, lessons="soft")


def test_a_perfect_teacher_weighs_one_and_a_disjoint_one_nothing():
    axis = timeline([(0, 2), (2, 6), (6, 10)])
    gold = torch.tensor([[2.0, 6.0]])
    right = SpanLogits(torch.tensor([[0.0, 9, 0]]), torch.tensor([[0.0, 9, 0]]))
    wrong = SpanLogits(torch.tensor([[0.0, 0, 9]]), torch.tensor([[0.0, 0, 9]]))
    assert lesson_for_visual(right, axis, gold).weight.item() == 1.0
    lesson = lesson_for_visual(wrong, axis, gold)
    assert lesson.weight.item() == 0.0
    student = SpanLogits(torch.randn(1, 10, requires_grad=True), torch.randn(1, 10))
    transfer_loss(student, lesson).sum().backward()
    assert student.start.grad.abs().sum() == 0
    rows = SpanLogits(torch.zeros(1, 10), torch.zeros(1, 10))
    rows.start[0, 2] = rows.end[0, 5] = 9.0
    assert lesson_for_textual(rows, axis, gold).weight.item() == 1.0


def test_without_transfer_the_textual_loss_reaches_the_video_only_through_eq_6():
    model = tiny.model(mutual=False)
    batch = tiny.collator()([tiny.example()])
    terms = model.losses(model(batch), batch)
    assert terms.keys() == {"visual", "textual"}
    terms["textual"].backward()
    assert all(p.grad is None for p in model.visual_predictor.parameters())
    trunk = model.feature_projection.project.weight.grad
    assert trunk is not None and trunk.abs().sum() > 0


def test_an_untrained_head_shows_no_span():
    predictions = tiny.model(trained_heads=("textual",)).predict(tiny.collator()([tiny.example()]))
    assert predictions[0].visual is None and predictions[0].textual is not None


def test_segments_carry_their_match_to_the_question():
    projection = SegmentProjection(3, 2, edges=True)
    torch.nn.init.zeros_(projection.project.weight)
    torch.nn.init.zeros_(projection.project.bias)
    projection.match.data = torch.ones(2, 3)
    torch.nn.init.zeros_(projection.features.weight)
    vectors = torch.tensor([[[2.0, 0, 0], [5.0, 0, 0], [0, 7.0, 0], [9.0, 0, 0]]])
    mask = torch.tensor([[True, True, True, False]])
    out = projection(Segments(vectors, vectors, vectors, mask), torch.zeros(1, 3, 5))[0, :3]
    # The product of directions sums to the cosine: 1 and 0, less their mean 1/2 over valid cues.
    expected = 3**0.5 * torch.tensor([[0.0], [0.5], [-0.5]])
    torch.testing.assert_close(out, expected.expand(3, 2))


def test_rows_unlike_the_training_rows_are_out_of_domain():
    model = tiny.model()
    statistics = model.feature_projection.statistics
    statistics.fit([torch.randn(500, tiny.ROW_WIDTH)])
    statistics.limit.fill_(3.0)
    near = tiny.example(0)
    far = replace(near, video=replace(near.video, rows=near.video.rows + 50))
    heads = model.predict(tiny.collator()([near, far]))
    assert [h.visual.in_domain for h in heads] == [True, False]


def test_without_pairs_start_and_end_are_independent():
    model, batch = tiny.model(pairs=False), tiny.collator()([tiny.example()])
    assert model(batch).textual.pair is None
    assert model.predict(batch)[0].textual is not None
    assert model.losses(model(batch), batch)["textual"].isfinite()


def test_gradients_are_the_same_when_activations_are_computed_again():
    def gradients(on):
        model = tiny.model().train()
        model.checkpoint_gradients(on)
        batch = tiny.collator()(tiny.examples()[:2])
        sum(model.losses(model(batch), batch).values()).backward()
        return {n: p.grad for n, p in model.named_parameters()}

    kept, again = gradients(False), gradients(True)
    for name, gradient in kept.items():
        torch.testing.assert_close(again[name], gradient, msg=name)


def test_the_sentence_reader_is_not_asked_where_losses_do_without_it():
    model, batch = tiny.model(), tiny.collator()([tiny.example()])
    model.share.fill_(0.5)
    assert model.eval()(batch).read is not None
    assert model.train()(batch).read is None
