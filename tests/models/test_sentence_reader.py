from dataclasses import replace
from unittest import mock

import pytest
import torch

from mutualsl.models import MutualSL, layers
from mutualsl.models.losses import SpanLogits, blend
from mutualsl.models.statistics import ScoreCalibration
from mutualsl.prediction import HeadPredictions
from mutualsl.spans import Span
from mutualsl.training.calibrate import calibrate, fit_scores
from mutualsl.training.config import TrainConfig
from mutualsl.training.optimizer import make_optimizer
from tests import tiny


def with_share(share, seed=0):
    model = tiny.model(seed)
    model.language_share.fill_(share)
    return model


ASKED = pytest.mark.parametrize("asked", [False, True])


@ASKED
def test_it_answers_in_a_batch_what_it_answers_alone(asked):
    reader, collate = tiny.model(reader_asked=asked).sentence_reader, tiny.collator()
    together = reader.predict(collate(tiny.examples()))
    assert [p.textual is None for p in together] == [False, False, False, True, False]
    assert all(p.visual is None for p in together)
    for example, expected in zip(tiny.examples()[:3], together[:3], strict=True):
        alone = reader.predict(collate([example]))[0].textual
        assert alone.span == pytest.approx(expected.textual.span)
        assert alone.start_curve == pytest.approx(expected.textual.start_curve, abs=1e-4)


@torch.no_grad()
def test_spans_are_the_same_when_few_starts_are_compared_at_a_time(monkeypatch):
    reader, batch = tiny.model().sentence_reader, tiny.collator()(tiny.examples())
    expected = reader(batch)
    monkeypatch.setattr(layers, "BLOCK", 4)  # of nine cues
    for part, whole in zip(reader(batch), expected, strict=True):
        torch.testing.assert_close(part, whole)


def test_how_near_what_is_said_comes_to_a_question():
    model, collate = with_share(0.5), tiny.collator()
    reader, batch = model.sentence_reader, collate(tiny.examples())
    for b, nearest in enumerate(reader.related(batch)):
        if not batch.cue_sentences[b]:
            assert nearest is None
            continue
        (question,), cues = reader.encoder([batch.question_sentences[b]]), batch.cue_sentences[b]
        assert nearest == pytest.approx(float((reader.encoder(cues) @ question).max()), abs=2e-3)
    said = [heads.related for heads in model.predict(batch)]
    assert said == reader.related(batch)
    model.language_share.fill_(1.0)  # without a say it has none in this either
    assert [heads.related for heads in model.predict(batch)] == [None] * len(batch)


@ASKED
def test_it_learns_and_its_encoder_stays(asked):
    reader = tiny.model(reader_asked=asked, reader_width=64).sentence_reader
    reader.set_dropout(0.0)
    batch = tiny.collator()(tiny.examples()[:4])
    encoder = {name: value.clone() for name, value in reader.encoder.state_dict().items()}
    optimizer = make_optimizer(reader, TrainConfig(new_lr=0.02, text_lr=1.0))
    first = reader.losses(reader(batch), batch)["textual"].item()
    for _ in range(60):
        loss = reader.losses(reader(batch), batch)["textual"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < first / 5
    for name, value in reader.encoder.state_dict().items():
        assert torch.equal(value, encoder[name]), name


@ASKED
def test_every_trained_parameter_gets_a_gradient(asked):
    reader = tiny.model(reader_asked=asked).sentence_reader.train()
    batch = tiny.collator()(tiny.examples()[:2])
    reader.losses(reader(batch), batch)["textual"].backward()
    for name, parameter in reader.named_parameters():
        if not reader.never_trained(name):
            assert parameter.grad is not None and parameter.grad.isfinite().all(), name


def test_only_a_reader_that_is_told_what_is_asked_tells_questions_apart_that_match_alike():
    """Sentence vectors of one direction match every cue alike; their coordinates still differ."""
    batch = tiny.collator()([tiny.example(0), tiny.example(0, question="shake the box")])
    for asked in (False, True):
        reader = tiny.model(reader_asked=asked).sentence_reader
        scores = []
        for sign in (1.0, -1.0):
            question = torch.zeros(2, reader.encoder.width)
            question[:, 0] = sign
            cues = torch.zeros(2, batch.cue_size.shape[1], 2, reader.encoder.width)
            cues[..., 1] = 1.0  # at a right angle to both
            with (
                mock.patch.object(reader.encoder, "of_questions", lambda *_, q=question: q),
                mock.patch.object(reader.encoder, "of_videos", lambda *_, c=cues: c),
            ):
                scores.append(reader(batch).joint_log_probs()[0])
        assert torch.equal(*scores) != asked


def test_a_model_is_silent_about_it_until_it_has_a_share():
    model, batch = with_share(1.0), tiny.collator()(tiny.examples())
    assert model(batch).read is None
    assert with_share(0.3)(batch).read is not None


@pytest.mark.parametrize("share", [0.0, 1.0 - 1e-6])
def test_a_share_of_all_is_one_of_the_two(share):
    model, batch = with_share(share), tiny.collator()(tiny.examples()[:2])
    alone = with_share(1.0).predict(batch) if share else model.sentence_reader.predict(batch)
    for found, expected in zip(model.predict(batch), alone, strict=True):
        assert found.textual.span == pytest.approx(expected.textual.span)
        assert found.textual.start_curve == pytest.approx(expected.textual.start_curve, abs=1e-4)


def test_where_only_the_reader_has_learned_nothing_else_is_computed(monkeypatch):
    model, collate = tiny.model(trained_heads=("textual",)), tiny.collator()
    calibrate(model, collate, {"jars": [tiny.example(i) for i in range(3)]}, reader_alone=True)
    assert model.share.tolist() == [0.0, 0.0]
    expected = model.sentence_reader.predict_raw(collate(tiny.examples()))
    monkeypatch.setattr(model.text_encoder, "tokens", None)
    found = model.predict_raw(collate(tiny.examples()))
    for own, other in zip(found, expected, strict=True):
        assert own.visual is None
        assert (own.textual is None) == (other.textual is None)
        if own.textual is not None:
            assert own.textual.span == pytest.approx(other.textual.span)


def test_who_is_sure_decides_in_a_blend():
    sure = SpanLogits(torch.tensor([[0.0, 12.0, 0.0]]), torch.tensor([[0.0, 0.0, 12.0]]))
    unsure = SpanLogits(torch.zeros(1, 3), torch.zeros(1, 3), torch.zeros(1, 3, 3))
    start, end = blend(sure, unsure, 0.25).best()
    assert (int(start), int(end)) == (1, 2)
    probs = blend(sure, unsure, 0.25).joint_log_probs().exp()[0]
    assert float(probs.sum()) == pytest.approx(1.0, abs=1e-5)
    assert float(probs[1, 2]) == pytest.approx(0.25 + 0.75 / 6, abs=1e-3)


def test_the_share_is_stored_with_the_weights():
    other = tiny.model(seed=7)
    other.load_weights(with_share(0.25).weights())
    assert other.share.tolist() == [0.25, 0.25]
    with pytest.raises(RuntimeError, match="language_share"):  # one number says too little
        other.load_weights({**other.weights(), "language_share": torch.tensor(0.75)})


@pytest.mark.parametrize("seen", [False, True])
def test_the_share_is_chosen_on_validation(seen, monkeypatch):
    """Where only one of the two is right, it is believed: with pictures and without."""
    monkeypatch.setattr("mutualsl.training.shares.ENOUGH", 3)
    model, collate = tiny.model(), tiny.collator()
    asked = [tiny.example(i) for i in range(3)]
    read = [replace(e, video=e.video.without_video()) for e in asked]
    own = model.sentence_reader.predict(collate(asked))
    right = [Span(*heads.textual.span) for heads in own]
    questions = asked if seen else read
    gold = [replace(e, gold=span) for e, span in zip(questions, right, strict=True)]
    calibrate(model, collate, {"jars": gold})
    alone, beside = model.share.tolist()
    assert alone < 0.5
    assert beside < 0.5 if seen else beside == alone  # none had been fitted before
    model.share.fill_(0.9)
    calibrate(model, collate, {"jars": gold})
    assert model.share[1] == (beside if seen else pytest.approx(0.9))


def test_pictures_that_the_model_knows_have_a_share_of_their_own():
    """Unlike those that are strange to it, where the other one counts."""
    model, batch = tiny.model(), tiny.collator()(tiny.examples()[:2])
    by_reader, by_language = (with_share(share).predict(batch) for share in (0.0, 1.0 - 1e-6))
    one, other = by_reader[0].textual, by_language[0].textual
    assert abs(one.start_curve - other.start_curve).max() > 1e-2
    model.language_share.copy_(torch.tensor([0.0, 1.0 - 1e-6]))
    for limit, expected in ((torch.inf, by_language), (0.0, by_reader)):
        model.row_statistics.limit.fill_(limit)
        for found, one in zip(model.predict(batch), expected, strict=True):
            assert found.textual.start_curve == pytest.approx(one.textual.start_curve, abs=1e-4)


def test_pictures_that_the_model_does_not_know_count_with_transcripts_alone(monkeypatch):
    """There the reader is right; where they are known, the language model is."""
    monkeypatch.setattr("mutualsl.training.shares.ENOUGH", 2)
    model, collate = tiny.model(), tiny.collator()
    asked = [tiny.example(i) for i in range(4)]
    rows = [torch.from_numpy(e.video.rows) for e in asked[:2]]
    model.row_statistics.fit(rows)
    strange = [replace(e, video=replace(e.video, rows=e.video.rows + 99.0)) for e in asked[2:]]
    model.language_share.fill_(1.0)
    by_language = model.predict(collate(asked[:2]))
    by_reader = model.sentence_reader.predict(collate(strange))
    known, unknown = (
        [replace(e, gold=Span(*heads.textual.span)) for e, heads in zip(some, found, strict=True)]
        for some, found in ((asked[:2], by_language), (strange, by_reader))
    )
    model.language_share.fill_(0.0)
    calibrate(model, collate, {"known": known, "strange": unknown}, looked_at={"known"})
    alone, beside = model.share.tolist()
    assert alone < 0.5 < beside


@pytest.mark.parametrize("former", [(0.95, 0.85), (0.25, 1.0)])
@pytest.mark.parametrize(("alone", "beside"), [(0, 1), (1, 3), (3, 2), (3, 3)])
def test_few_questions_choose_no_share(alone, beside, former, monkeypatch, caplog):
    """Neither with pictures nor without, where together they are still too few."""
    monkeypatch.setattr("mutualsl.training.shares.ENOUGH", 3)
    model, collate = tiny.model(), tiny.collator()
    questions = [tiny.example(i) for i in range(alone + beside)]
    own = model.sentence_reader.predict(collate(questions))
    right = [replace(e, gold=h.textual.span) for e, h in zip(questions, own, strict=True)]
    read = [replace(e, video=e.video.without_video()) for e in right[:alone]]
    model.share.copy_(torch.tensor(former))
    calibrate(model, collate, {"jars": [*read, *right[alone:]]})
    chosen = [share == 0.0 for share in model.share.tolist()]
    assert all(chosen[i] or model.share[i] == torch.tensor(former)[i] for i in (0, 1))
    assert chosen == [alone + beside >= 3, beside >= 3]
    few = [not each and count > 0 for each, count in zip(chosen, (1, beside), strict=True)]
    said = ("without pictures are too few", "beside known pictures are too few")
    assert [words in caplog.text for words in said] == few
    assert f"as few as {beside} validation questions" in caplog.text or beside == 3


@pytest.mark.parametrize("seen", [False, True])
def test_a_reader_that_never_had_a_say_is_asked_on_few_questions(seen, caplog):
    """Else what it has learned would have no effect."""
    model, collate = tiny.model(), tiny.collator()
    questions = [tiny.example(i) for i in range(20)]
    if not seen:
        questions = [replace(e, video=e.video.without_video()) for e in questions]
    own = model.sentence_reader.predict(collate(questions))
    right = [replace(e, gold=h.textual.span) for e, h in zip(questions, own, strict=True)]
    assert model.share.tolist() == [1.0, 1.0]
    calibrate(model, collate, {"jars": right})
    alone, beside = model.share.tolist()
    assert alone == beside < 0.5
    assert "20 validation questions without pictures are few" in caplog.text


def test_no_question_is_asked_twice_in_the_same_way_to_choose_a_share(monkeypatch):
    monkeypatch.setattr("mutualsl.training.shares.ENOUGH", 3)
    monkeypatch.setattr("mutualsl.training.calibrate.fit_scores", lambda *_: None)
    model, asked = tiny.model(), []
    forward = model.forward

    def watched(batch):
        asked.extend(batch.has_video.tolist())
        return forward(batch)

    monkeypatch.setattr(model, "forward", watched)
    examples = [tiny.example(i) for i in range(5)]
    read = [replace(e, video=e.video.without_video()) for e in examples[:2]]
    calibrate(model, tiny.collator(), {"jars": [*read, *examples[2:]]})
    assert (asked.count(False), asked.count(True)) == (5, 3)


def test_a_span_that_ties_with_what_counts_as_right_does(monkeypatch):
    """Spans are numbers of 32 bits, of which 1.3 is a little less."""
    fitted = []
    monkeypatch.setattr(ScoreCalibration, "fit", lambda self, _, right, *__: fitted.append(right))
    predict_raw, span = MutualSL.predict_raw, Span(*torch.tensor([0.8, 1.3]).tolist())

    def tied(self, batch, top_k):
        raw = predict_raw(self, batch, top_k)
        return [HeadPredictions(None, replace(heads.textual, span=span)) for heads in raw]

    monkeypatch.setattr(MutualSL, "predict_raw", tied)
    read = replace(tiny.example(), video=tiny.video().without_video())
    asked = [replace(read, gold=Span(0.8, end)) for end in (1.8, 1.801)]
    fit_scores(tiny.model(), tiny.collator(), {"jars": asked})
    (right,) = fitted
    assert sorted(right.tolist()) == [False, True]


def test_a_curve_for_one_predictor_and_one_for_both():
    """Few questions with videos leave the curve of the many without alone."""
    model, text = tiny.model(trained_heads=("textual",)), [tiny.example(i) for i in range(8)]
    text = [replace(e, video=e.video.without_video()) for e in text]
    own = model.predict(tiny.collator()(text))
    right = [replace(e, gold=h.textual.span) for e, h in zip(text, own, strict=True)]
    wrong = replace(tiny.example(9), gold=Span(0.0, 1e-3))  # with a video, which nothing reads
    calibrate(model, tiny.collator(), {"jars": [*right, wrong]})
    assert float(model.textual_calibration(torch.tensor(0.5))) > 0.6
    assert model.textual_calibration.beside.tolist() == [1.0, 0.0, 0.0, 0.0]  # as it was


def test_the_limit_of_a_domain_needs_videos():
    model, text = tiny.model(), replace(tiny.example(), video=tiny.video().without_video())
    model.row_statistics.limit.fill_(3.0)
    calibrate(model, tiny.collator(), {"jars": [text]})
    assert float(model.row_statistics.limit) == 3.0
    calibrate(model, tiny.collator(), {"jars": [text, tiny.example()]})
    assert float(model.row_statistics.limit) != 3.0


def test_calibration_asks_in_the_bits_in_which_the_device_will_answer(monkeypatch):
    monkeypatch.setattr("mutualsl.training.shares.ENOUGH", 3)
    monkeypatch.setattr(
        "mutualsl.training.calibrate.precision",
        lambda device: torch.autocast(device.type, torch.bfloat16),
    )
    model, seen = tiny.model(), []
    forward = model.forward

    def watched(batch):
        seen.append(torch.is_autocast_enabled("cpu"))
        return forward(batch)

    monkeypatch.setattr(model, "forward", watched)
    calibrate(model, tiny.collator(), {"jars": [tiny.example(i) for i in range(3)]})
    assert len(seen) > 2 and all(seen)
