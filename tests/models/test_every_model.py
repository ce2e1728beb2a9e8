"""What holds for every system of `MODELS`, and for MutualSL in each of its profiles."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mutualsl import AnswerLocalizer, Span
from mutualsl.checkpoint import (
    Checkpoint,
    TextSource,
    VisualSource,
    load_model,
    save_checkpoint,
)
from mutualsl.description import describe
from mutualsl.encoded import EncodedVideo
from mutualsl.models import MODELS, FittedLocalizer, NeuralLocalizer
from mutualsl.models.profiles import PROFILES, profile
from mutualsl.subtitles import Subtitles
from mutualsl.training.config import TrainConfig
from mutualsl.training.optimizer import make_optimizer
from tests import tiny

OTHER_PROFILES = sorted(PROFILES.keys() - {"clean"})  # that is MutualSL as `MODELS` has it
NEURAL = [name for name in sorted(MODELS) if issubclass(MODELS[name][0], NeuralLocalizer)]
NEURAL += OTHER_PROFILES
ALL = sorted({*MODELS, *NEURAL})
# What is added to every position alike cancels in a softmax: single numbers may stand still, and
# in those profiles also what is added under a linear Eq. 9, and to all keys of attention.
CANCELS = ("textual_projection.project.bias", "key.bias")


def made(name, **changes):
    """A random system, or MutualSL in a profile."""
    if name in PROFILES:
        return tiny.system("mutualsl", **{**profile(name), **changes})
    return tiny.system(name, **changes)


def shaken(model):
    """Off the values that training begins with, some of which are zero."""
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def ready(name):
    """A random system with weights as a file holds them; fitted, if no gradients train it."""
    model = shaken(made(name))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half())
    if isinstance(model, FittedLocalizer):
        model.fit([tiny.collator()(tiny.examples())], seed=0)
    return model


def heads_of(predictions):
    return [head for p in predictions for head in (p.visual, p.textual)]


@pytest.mark.parametrize("name", NEURAL)
def test_losses_are_finite_and_every_trained_parameter_learns(name):
    model = shaken(made(name, dropout=0.0)).train()
    make_optimizer(model, TrainConfig())  # decides what is trained
    batch = tiny.collator()(tiny.examples())
    terms = model.losses(model(batch), batch)
    assert terms and all(term.isfinite() and term.ndim == 0 for term in terms.values())
    torch.stack(list(terms.values())).sum().backward()
    learning = {n: p.grad for n, p in model.named_parameters() if p.requires_grad}
    assert learning and all(gradient is not None for gradient in learning.values())
    assert all(gradient.isfinite().all() for gradient in learning.values())
    still = [n for n, g in learning.items() if g.numel() > 1 and not g.any()]
    assert [n for n in still if name not in PROFILES or not n.endswith(CANCELS)] == []


@pytest.mark.parametrize("name", NEURAL)
def test_it_trains_and_answers_where_bf16_is_on(name):
    model, batch = made(name).train(), tiny.collator()(tiny.examples())
    with torch.autocast("cpu", torch.bfloat16):
        loss = torch.stack(list(model.losses(model(batch), batch).values())).sum()
    loss.backward()
    with torch.autocast("cpu", torch.bfloat16):
        predictions = model.eval().predict(batch)
    assert loss.isfinite() and any(heads_of(predictions))


@pytest.mark.parametrize("name", ALL)
def test_a_question_is_answered_the_same_in_any_company(name):
    model, collate = ready(name), tiny.collator()
    batch = collate(tiny.examples())
    together = heads_of(model.predict(batch))
    rows, ids, vectors = (
        batch.rows.clone(),
        batch.window_ids.clone(),
        batch.question_vectors.clone(),
    )
    rows[~batch.row_mask] = 7.0
    ids[~batch.window_mask] = 5
    vectors[~batch.question_mask] = -3.0
    scrambled = replace(batch, rows=rows, window_ids=ids, question_vectors=vectors)
    alone = [head for e in tiny.examples() for head in heads_of(model.predict(collate([e])))]
    for others in (heads_of(model.predict(scrambled)), alone):
        for one, other in zip(together, others, strict=True):
            assert (one is None) == (other is None)
            if one is not None:
                assert one.span == pytest.approx(other.span)
                assert one.score == pytest.approx(other.score, abs=1e-4)
                assert one.start_curve == pytest.approx(other.start_curve, abs=1e-4)


@pytest.mark.parametrize("name", ALL)
def test_spans_lie_in_the_video_best_first(name):
    predictions = ready(name).predict(tiny.collator()(tiny.examples()), top_k=3)
    for example, prediction in zip(tiny.examples(), predictions, strict=True):
        for head in filter(None, (prediction.visual, prediction.textual)):
            assert 1 <= len(head.candidates) <= 3 and head.candidates[0].span == head.span
            for candidate in head.candidates:
                start, end = candidate.span
                assert 0 <= start < end <= np.float32(example.video.duration_second)
            scores = [c.score for c in head.candidates]
            assert scores == sorted(scores, reverse=True) and 0 <= scores[-1] <= scores[0] <= 1


def as_checkpoint(name, model):
    text = None
    if model.reads_question_vectors:
        text = TextSource(fingerprint=tiny.questions().fingerprint, folder="../text")
    return Checkpoint(
        name="mutualsl" if name in PROFILES else name,
        model=model,
        tokenizer=tiny.tokenizer(),
        window_tokens=24,
        visual=VisualSource(encoder="mini", fingerprint="mini-x", folder="../visual"),
        text=text,
        about={},
    )


@pytest.mark.parametrize("name", ALL)
def test_a_saved_system_answers_the_same(name, tmp_path):
    model = ready(name)
    save_checkpoint(as_checkpoint(name, model), tmp_path)
    assert describe(tmp_path).parameter_count == sum(p.numel() for p in model.parameters())
    loaded = load_model(tmp_path)
    assert loaded.model.config == model.config
    assert loaded.text == as_checkpoint(name, model).text
    batch = tiny.collator()(tiny.examples())
    before, after = heads_of(model.predict(batch)), heads_of(loaded.model.predict(batch))
    assert [h and (h.span, h.score) for h in before] == [h and (h.span, h.score) for h in after]


class FakeEncoder:
    fingerprint, row_width = "mini-x", tiny.ROW_WIDTH


@pytest.mark.parametrize("name", ALL)
def test_a_missing_modality_is_answered_or_said_to_be_needed(name):
    model = ready(name)
    asker = AnswerLocalizer(
        as_checkpoint(name, model), FakeEncoder(), device=torch.device("cpu"),
        questions=tiny.questions() if model.reads_question_vectors else None,
    )  # fmt: skip
    whole = tiny.video()
    answered = set()
    for video in (whole, whole.without_video(), whole.without_subtitles()):
        track = Subtitles(cues=video.cues) if video.cues else None
        encoded = EncodedVideo(name="v", path=None, input=video, subtitles=track, info=None)
        answer = asker.ask(encoded, "open the jar")
        assert answer.visual is None or video.rows is not None
        assert answer.textual is None or video.cues
        unused = [w for w in answer.warnings if "not used: this model does not" in w]
        there = {"video"} if video.rows is not None else set()
        there |= {"subtitles"} if video.cues else set()
        assert len(unused) == len(there - set(model.reads))
        lacking = [w for w in answer.warnings if "cannot answer without" in w]
        assert len(lacking) == len(set(model.needs) - there)
        assert (answer.source == "fallback") == bool(lacking)
        if answer.source == "fallback":
            assert answer.span == Span(0.0, whole.duration_second)
        answered.add(answer.source)
    assert answered - {"fallback"}
