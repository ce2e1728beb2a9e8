from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from mutualsl.models.passage_finder import TEMPERATURE, PassageFinder
from mutualsl.models.sentences import in_first_layers
from mutualsl.spans import Span
from mutualsl.training.config import TrainConfig
from mutualsl.training.optimizer import make_optimizer
from tests import tiny


def examples():
    """Two questions about one video, one about another, one about a video without subtitles."""
    first = tiny.example(0, seconds=12, cue_count=6)
    return [
        first,
        replace(first, question="shake the box", gold=Span(8.0, 12.0)),
        tiny.example(1, seconds=7, cue_count=9),
        replace(tiny.example(3), video=tiny.video(seed=3).without_subtitles()),
    ]


def finder() -> PassageFinder:
    found = tiny.model().learners["passage_finder"]
    assert isinstance(found, PassageFinder)
    return found


def test_what_it_learns_is_what_the_reader_reads_with():
    model = tiny.model()
    reader, found = model.learners["sentence_reader"], model.learners["passage_finder"]
    assert found.encoder is reader.encoder is model.sentence_reader.encoder
    plain = tiny.model(shared_layers=None)
    assert set(plain.learners) == {""}


def test_each_video_is_encoded_once_and_as_the_reader_sees_it(monkeypatch):
    learner, batch = finder(), tiny.collator()(examples())
    asked = []
    encode = learner.encoder.encode
    monkeypatch.setattr(learner.encoder, "encode", lambda s: asked.append(len(s)) or encode(s))
    with torch.no_grad():
        output = learner(batch)
        assert asked == [4 + 2 * 6 + 2 * 9]
        for cues, sentences in zip(output.cues, batch.cue_sentences, strict=True):
            expected = learner.encoder.of_video(sentences) if sentences else cues[:0]
            torch.testing.assert_close(cues, expected.float(), atol=2e-3, rtol=0)


def test_losses_are_those_of_the_docstring():
    learner, batch = finder(), tiny.collator()(examples())
    with torch.no_grad():
        output = learner(batch)
        losses = learner.losses(output, batch)
    first, last = batch.timeline.gold_cues(batch.gold)
    cues, passages = [], []
    for b in range(3):
        similar = functional.softmax(output.cues[b] @ output.questions[b] / TEMPERATURE, dim=0)
        cues.append(-similar[first[b] : last[b] + 1].sum(0).log().mean())
        inside = range(int(first[b]), int(last[b]) + 1)
        whole = sum(output.cues[b][i, 0] * batch.cue_size[b, i] for i in inside)
        passages.append(whole / whole.norm())
    among = output.questions[:3] @ torch.stack(passages).T / TEMPERATURE
    expected = functional.cross_entropy(among, torch.arange(3))
    assert float(losses["cues"]) == pytest.approx(float(sum(cues) / 3), abs=1e-4)
    assert float(losses["passages"]) == pytest.approx(float(expected), abs=1e-4)


def test_the_same_answer_of_two_questions_is_one_passage():
    one, *_ = examples()
    learner, batch = finder(), tiny.collator()([one, replace(one, question="shake the box")])
    loss = learner.losses(learner(batch), batch)["passages"]
    assert loss.item() == pytest.approx(0.0, abs=1e-6)


def test_without_subtitles_there_is_nothing_to_learn():
    learner, batch = finder(), tiny.collator()(examples()[3:])
    output = learner(batch)
    losses = learner.losses(output, batch)
    assert [loss.item() for loss in losses.values()] == [0.0, 0.0]
    sum(losses.values()).backward()  # a batch of such questions is a batch like any other
    assert learner.decode(output, batch)[0].textual is None


def test_it_learns_and_what_is_shared_stays():
    model, batch = tiny.model(), tiny.collator()(examples())
    learner = model.learners["passage_finder"]
    shared = learner.encoder.shared_layers
    before = {name: value.clone() for name, value in model.weights().items()}
    remembered = model.sentence_reader(batch).pair.detach()
    optimizer = make_optimizer(learner, TrainConfig(text_lr=1e-2))
    for _ in range(30):
        loss = sum(learner.losses(learner(batch), batch).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    first = sum(learner.losses(tiny.model().learners["passage_finder"](batch), batch).values())
    assert loss.item() < 0.5 * first.item()
    changed = {name for name, value in model.weights().items() if not value.equal(before[name])}
    assert changed and all(name.startswith("sentence_reader.encoder.") for name in changed)
    assert not any(in_first_layers(name, shared) for name in changed)
    learner.load_weights(learner.weights())  # as at the end of a stage: the old vectors go
    assert not torch.allclose(model.sentence_reader(batch).pair, remembered)


def test_decoding_finds_the_cue_that_is_the_question():
    video = tiny.video(seed=4, cue_count=6)
    said = tiny.tokenizer().text(video.cue_tokens[2])
    batch = tiny.collator()([replace(tiny.example(4), video=video, question=said)])
    learner = finder()
    (found,) = learner.predict(batch)
    cue = video.cues[2]
    span = found.textual.span
    assert span.start_second <= cue.start_second and span.end_second >= cue.end_second
    assert span.end_second - span.start_second < 0.75 * video.duration_second
