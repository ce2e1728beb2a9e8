import copy
import tracemalloc

import torch

from mutualsl.models.remembered import ENTRY_BYTES, Remembered
from tests import tiny


def test_a_tensor_is_made_once():
    kept = Remembered(2_000)
    first = kept.get_or_make("a", lambda: torch.zeros(3))
    assert kept.get_or_make("a", lambda: torch.ones(3)) is first


def test_what_does_not_fit_is_made_each_time_and_drives_nothing_out():
    kept = Remembered(ENTRY_BYTES + 20)
    small = kept.get_or_make("small", lambda: torch.zeros(3))
    made = [kept.get_or_make("large", lambda: torch.zeros(9)) for _ in range(2)]
    assert made[0] is not made[1]
    assert kept.get_or_make("small", lambda: torch.ones(3)) is small


def test_what_a_tensor_was_made_of_is_not_kept():
    kept = Remembered(100 * ENTRY_BYTES)
    tracemalloc.start()
    for number in range(50):
        kept.get_or_make(tuple(range(number, 20_000)), lambda: torch.zeros(3))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept) == 50 and held < 100 * ENTRY_BYTES


def test_many_small_tensors_count_too():
    kept = Remembered(10 * ENTRY_BYTES)
    for number in range(50):
        kept.get_or_make(number, lambda: torch.zeros(1))
    assert len(kept) == 9


def test_a_copy_begins_with_nothing():
    kept = Remembered(2_000)
    kept.get_or_make("a", lambda: torch.zeros(3))
    assert (len(kept), len(copy.deepcopy(kept))) == (1, 0)


@torch.no_grad()
def test_rows_of_a_video_are_encoded_once_and_never_by_older_weights(monkeypatch):
    model, batch = tiny.model(), tiny.collator()([tiny.example(0)])
    first = model(batch).visual
    calls = []
    project = model.feature_projection.project.forward
    monkeypatch.setattr(
        model.feature_projection.project, "forward", lambda x: calls.append(x) or project(x)
    )
    assert torch.equal(model(batch).visual.start, first.start) and not calls
    other = tiny.collator()([tiny.example(1)])
    expected = tiny.model()(other).visual.start
    assert torch.equal(model(other).visual.start, expected) and len(calls) == 1
    model.load_weights(tiny.model(seed=5).weights())
    expected = tiny.model(seed=5)(batch).visual.start
    torch.testing.assert_close(model(batch).visual.start, expected)
