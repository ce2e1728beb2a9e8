"""MoR: 801 features of similarity, forests of arrays, and nothing that depends on an order."""

import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from mutualsl.data.lexical import MU, dirichlet
from mutualsl.errors import DataError
from mutualsl.models.forest import Forest
from mutualsl.models.mor import BINS, FEATURES, MERGED, SIMILARITIES, MoR, MoRConfig, binned
from mutualsl.spans import Span
from tests import tiny


def system(trees=8, depth=4):
    torch.manual_seed(0)
    return MoR(MoRConfig(text_encoder=tiny.TEXT_CONFIG, trees=trees, depth=depth)).eval()


def examples(count=24):
    """Questions whose words are said at the answer, in the first or in the second half."""
    made = []
    for number in range(count):
        late = number % 2
        texts = ["now lid turn close"] * 4
        texts[2 * late] = "open the jar"
        plain = tiny.example(number, question="open the jar")
        tokens = tiny.tokenizer().encode_all(texts)
        gold = Span(6.0 * late, 6.0 * late + 4.0)
        made.append(replace(plain, video=replace(plain.video, cue_tokens=tokens), gold=gold))
    return made


def fitted(made, seed=0):
    model, collate = system(), tiny.collator()
    model.fit([collate(made[i : i + 5]) for i in range(0, len(made), 5)], seed)
    return model


def spans(model, asked):
    return [h.textual.span for h in model.predict(tiny.collator()(asked))]


def test_without_subtitles_there_is_nothing_to_learn_from():
    example = tiny.example()
    with pytest.raises(DataError, match="subtitles alone"):
        fitted([replace(example, video=example.video.without_subtitles())] * 2)


def test_there_are_801_features_between_0_and_1_and_the_length():
    assert FEATURES == 801
    model, example = system(), tiny.example(0, seconds=12, cue_count=4)
    (found,) = model.features(tiny.collator()([example]))
    assert found[-1] == 12.0
    curve = found[:-1].view(BINS, SIMILARITIES, 2)
    assert curve.min() >= 0.0 and curve.max() == 1.0
    assert curve.amax(dim=(1, 2)).nonzero().flatten().tolist() == [0, 25, 50, 75]
    assert (curve[..., 0] >= curve[..., 1]).all()


def test_bins_hold_the_highest_and_the_median_and_the_last_one_keeps_what_is_late():
    alike = np.tile(np.array([[0.0], [1.0], [4.0], [2.0]]), (1, SIMILARITIES))
    found = binned(alike, np.array([0.0, 0.4, 0.1, 99.9]), 100.0)[:-1]
    curve = found.reshape(BINS, SIMILARITIES, 2)
    assert curve[0, 0].tolist() == [1.0, 0.25]
    assert curve[99, 0].tolist() == [0.5, 0.5]
    assert not curve[1:99].any()


def test_lines_are_also_read_together_with_those_that_follow():
    model, example = system(), tiny.example(0, cue_count=4)
    batch = tiny.collator()([example])
    seen = []
    model.sentence_encoder.forward = lambda given: (
        seen.append(list(given)) or torch.ones(len(given), 16)
    )
    model.features(batch)
    passages = seen[0]
    assert len(passages) == len(MERGED) * 4
    lines = batch.cue_sentences[0]
    assert passages[:4] == list(lines)
    assert passages[4] == (*lines[0][:-1], *lines[1][1:])
    assert passages[7] == lines[3]
    model.features(batch)
    assert len(seen[2]) == 1  # of the second time only the question


def test_it_learns_where_an_answer_is_and_how_long():
    made = examples()
    for span, example in zip(spans(fitted(made), made), made, strict=True):
        assert span.start_second == pytest.approx(example.gold.start_second, abs=0.1)
        assert span.length_second == pytest.approx(4.0, abs=0.1)


def test_the_order_of_the_records_changes_nothing():
    made = examples()
    shuffled = [made[i] for i in np.random.default_rng(1).permutation(len(made))]
    assert spans(fitted(made), made) == spans(fitted(shuffled), made)
    assert spans(fitted(made), made[::-1]) == spans(fitted(made), made)[::-1]


def test_at_the_deadline_some_of_everything_is_learned():
    made, model = examples(), system()
    batches = [tiny.collator()(made[i : i + 5]) for i in range(0, len(made), 5)]
    late = model.fit(batches, 0, deadline=time.monotonic())
    assert late == "only 5 questions, 1 of 8 trees"
    assert (model.start.value == model.start.value[0]).all()
    assert all(0.0 <= span.start_second <= span.end_second for span in spans(model, made))
    assert model.fit(batches, 0, deadline=time.monotonic() + 600) is None
    assert spans(model, made) == spans(fitted(made), made)


def test_a_value_on_a_threshold_goes_where_it_went_in_training():
    forest, samples = Forest(trees=20, depth=1), np.arange(65.0)[:, None]
    forest.fit(samples, (samples[:, 0] >= 32).astype(float), seed=0)
    said = forest(torch.tensor([[31.0], [32.0], [33.0]]))
    on_it = forest.threshold[:, 0] == 32.0
    assert on_it.any() and said[:, on_it].T.unique(dim=0).tolist() == [[0.0, 1.0, 1.0]]


def test_trees_that_were_not_grown_repeat_those_that_were(monkeypatch):
    samples = np.random.default_rng(0).random((50, 3))
    forest = Forest(trees=5, depth=3)
    now = iter(range(100))
    monkeypatch.setattr("mutualsl.models.forest.time.monotonic", lambda: next(now))
    assert forest.fit(samples, samples[:, 0], 0, deadline=1.0) == 2
    for array in (forest.feature, forest.threshold, forest.value):
        assert torch.equal(array[2:4], array[:2]) and torch.equal(array[4], array[0])
    assert not torch.equal(forest.value[0], forest.value[1])


def test_questions_without_subtitles_teach_nothing_and_get_no_answer():
    made = examples()
    silent = [replace(e, video=e.video.without_subtitles()) for e in examples(6)]
    assert spans(fitted([*made, *silent]), made) == spans(fitted(made), made)
    (heads,) = fitted(made).predict(tiny.collator()(silent[:1]))
    assert heads.visual is None and heads.textual is None


def test_a_span_is_as_sure_as_the_trees_agree():
    made = examples()
    for heads in fitted(made).predict_raw(tiny.collator()(made)):
        found = heads.textual
        assert 0.0 <= found.score <= 1.0 and found.candidates[0].span == found.span
        assert found.start_curve[:, 1].sum() == pytest.approx(1.0)
        assert len(found.start_curve) == 4


def test_a_forest_fits_steps_and_keeps_them_in_its_arrays():
    chance = np.random.default_rng(0)
    samples = chance.random((300, 5))
    targets = np.where(samples[:, 2] > 0.5, 3.0, np.where(samples[:, 0] > 0.25, 1.0, -1.0))
    forest = Forest(trees=10, depth=3)
    forest.fit(samples, targets, seed=0)
    other = Forest(trees=10, depth=3)
    other.load_state_dict(forest.state_dict())
    found = other(torch.from_numpy(samples).float())
    assert found.shape == (300, 10)
    assert np.abs(found.mean(dim=1).numpy() - targets).mean() < 0.05
    assert set(forest.feature[:, 0].tolist()) == {2}
    again = Forest(trees=10, depth=3)
    again.fit(samples, targets, seed=0)
    assert torch.equal(again.threshold, forest.threshold)


def test_a_forest_of_one_value_asks_nothing():
    forest = Forest(trees=2, depth=3)
    forest.fit(np.ones((4, 2)), np.full(4, 7.0), seed=0)
    assert (forest.feature == -1).all()
    assert (forest(torch.zeros(3, 2)) == 7.0).all()


def test_dirichlet_likelihood_by_hand():
    asked, written = np.array([[1.0, 0.0]]), np.array([[2.0, 2.0], [0.0, 4.0]])
    background = 2 / 8
    expected = [
        np.log(1 + 2 / (MU * background)) - np.log(1 + 4 / MU), -np.log(1 + 4 / MU)
    ]  # fmt: skip
    assert dirichlet(asked, written)[0] == pytest.approx(expected)
