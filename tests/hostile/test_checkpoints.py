"""Folders that call themselves checkpoints: loaded, or refused in one line; nothing is executed.

`tests/test_checkpoint.py` has missing files and another schema, `tests/features/test_i3d.py`
pickles in place of published weights.
"""

import copy
import json
import pickle
import random
import shutil

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from mutualsl import AnswerLocalizer
from mutualsl.checkpoint import load_model, load_text_encoder
from mutualsl.description import describe
from mutualsl.errors import CheckpointError, MutualSLError, WeightsMissing
from mutualsl.features import encoder_at
from mutualsl.subtitles import Cue, Subtitles
from tests import tiny
from tests.hostile.inputs import count, mutated
from tests.tiny_checkpoints import write_models

JARS = Subtitles(cues=(Cue(1.0, 2.0, "open the jar"), Cue(3.0, 4.0, "close the lid")))
QUESTION = "how do i open the jar"
ODD = [None, [], {}, "x", -1, 0, 1.5, True, "../../etc", [None], {"a": 1}, 10**30]
FILES = [
    *("one/config.json", "one/model.safetensors", "one/tokenizer.json"),
    *("visual-a/config.json", "visual-a/model.safetensors"),
]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return write_models(tmp_path_factory.mktemp("models")).parent


@pytest.fixture
def model(models, tmp_path):
    """A model to be spoilt."""
    return shutil.copytree(models, tmp_path / "models") / "one"


class Harmful:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def asked(model, question=QUESTION):
    """The answer to a question about two cues."""
    localizer = AnswerLocalizer.from_pretrained(model, "cpu")
    return localizer.ask(localizer.encode_video(None, JARS), question)


def refused_or_loaded(load, what):
    """Whether it loads; any error but a `MutualSLError` of one line fails."""
    try:
        load()
    except MutualSLError as error:
        assert "\n" not in str(error)
        return False
    except Exception as error:
        pytest.fail(f"{what}: {error!r}")
    return True


@pytest.mark.parametrize("name", FILES)
def test_a_pickle_in_place_of_a_file_is_refused_and_not_executed(model, tmp_path, name):
    trace = tmp_path / "executed"
    path = model.parent / name
    path.write_bytes(pickle.dumps(Harmful(trace)))
    assert not refused_or_loaded(lambda: AnswerLocalizer.from_pretrained(model, "cpu"), name)
    torch.save({"weights": Harmful(trace)}, path)
    assert not refused_or_loaded(lambda: AnswerLocalizer.from_pretrained(model, "cpu"), name)
    assert not trace.exists()


def test_a_pickle_of_a_language_model_is_refused_and_not_executed(tmp_path):
    trace, folder = tmp_path / "executed", tmp_path / "language"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(tiny.TEXT_CONFIG))
    torch.save({"weights": Harmful(trace)}, folder / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="no language model that can be read"):
        load_text_encoder(folder)
    assert not trace.exists()


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_or_short_file_is_refused_or_loaded(model, name):
    path = model.parent / name
    whole = path.read_bytes()
    for seed in range(count(200, 4)):
        cut = random.Random(seed).randrange(len(whole.rstrip()))
        path.write_bytes(whole[:cut] if seed % 2 else mutated(whole, seed, 2000))
        what = f"{name}, seed {seed}"
        loaded = refused_or_loaded(lambda: AnswerLocalizer.from_pretrained(model, "cpu"), what)
        assert not (loaded and seed % 2), what


def places(value, before=()):
    """Every place inside a JSON value, as the keys that lead to it."""
    yield before
    inside = value.items() if isinstance(value, dict) else ()
    for key, item in inside:
        yield from places(item, (*before, key))


def with_other(record, place, value):
    """The record with another value at a place."""
    changed = copy.deepcopy(record)
    at = changed
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    return changed


def test_another_value_anywhere_in_the_config_is_refused_or_loaded(model):
    path = model / "config.json"
    record = json.loads(path.read_text())
    cases = [(place, odd) for place in places(record) if place for odd in ODD]
    for place, odd in random.Random(0).sample(cases, count(len(cases), 20)):
        path.write_text(json.dumps(with_other(record, place, odd)))
        what = f"{'.'.join(place)} = {odd!r}"
        refused_or_loaded(lambda: describe(model), what)
        refused_or_loaded(lambda: asked(model), what)


@pytest.mark.parametrize(
    ("place", "odd", "words"),
    [
        (("window_tokens",), 4, "hold no question"),
        (("window_tokens",), -5, "hold no question"),
        (("window_tokens",), 10**9, "longer than the 64"),
        (("tokenizer",), "x" * 5000, "File name too long|no tokenizer is"),
        (("tokenizer",), "../visual-a", "visual-a, where no tokenizer is"),
        (("tokenizer",), [], "do not fit"),
        (("tokenizer",), "a\0b", "do not fit"),
        (("config", "heads"), 3, "cannot be divided by 3 heads"),
        (("config", "heads"), 0, "cannot be divided by 0 heads"),
        (("config", "heads"), 2.0, "heads is 2.0"),
        (("config", "dropout"), float("nan"), "dropout is nan"),
        (("config", "highlight_weight"), -1, "highlight_weight is -1"),
        (("config", "trained_heads"), [1], "trained_heads is"),
        (("config", "text_encoder", "layer_norm_eps"), "x", "layer_norm_eps is 'x'"),
    ],
)
def test_a_value_that_no_model_can_work_with_is_refused_when_it_is_loaded(model, place, odd, words):
    path = model / "config.json"
    path.write_text(json.dumps(with_other(json.loads(path.read_text()), place, odd)))
    with pytest.raises(CheckpointError, match=words):
        load_model(model)


@pytest.mark.parametrize("window_tokens", [5, 6, 12])
def test_a_question_longer_than_a_window_is_cut(model, window_tokens):
    path = model / "config.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, "window_tokens": window_tokens}))
    answer = asked(model, " ".join([QUESTION] * 10))
    assert any(f"first {window_tokens - 4} " in warning for warning in answer.warnings)


def test_weights_so_large_that_scores_overflow_are_said(model):
    path = model / "model.safetensors"
    with safe_open(path, "pt") as file:
        about = file.metadata()
    large = {
        name: value.fill_(6e4) if value.is_floating_point() else value
        for name, value in load_file(path).items()
    }
    save_file(large, path, about)
    localizer = AnswerLocalizer.from_pretrained(model, "cpu")
    with pytest.raises(MutualSLError, match="scores of the model are not finite"):
        localizer.ask(localizer.encode_video(None, JARS), QUESTION)


@pytest.mark.parametrize("place", [("visual", "folder"), ("visual", "encoder")])
@pytest.mark.parametrize("odd", [None, [], "a\0b"])
def test_a_visual_encoder_that_has_no_name_or_place_is_refused(model, place, odd):
    path = model / "config.json"
    path.write_text(json.dumps(with_other(json.loads(path.read_text()), place, odd)))
    with pytest.raises(CheckpointError, match=place[-1]):
        AnswerLocalizer.from_pretrained(model, "cpu")


def test_a_place_of_published_weights_with_an_endless_name_is_none(model, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("MUTUALSL_CACHE", str(tmp_path))
    path = model / "config.json"
    record = json.loads(path.read_text())
    visual = {"encoder": "i3d", "fingerprint": "i3d", "folder": "x" * 5000}
    path.write_text(json.dumps({**record, "visual": visual}))
    with pytest.raises(WeightsMissing):
        _ = AnswerLocalizer.from_pretrained(model, "cpu").encoder.request


@pytest.mark.parametrize("odd", ODD)
def test_another_text_encoder_in_the_config_is_refused_or_loaded(model, odd):
    path = model / "config.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(with_other(record, ("config", "text_encoder"), odd)))
    refused_or_loaded(lambda: load_text_encoder(model), f"text_encoder = {odd!r}")


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "null", "1", '{"name": []}'])
@pytest.mark.parametrize("load", [encoder_at, load_text_encoder])
def test_an_encoder_whose_config_is_no_record_is_refused(model, load, text):
    folder = model.with_name("visual-a")
    (folder / "config.json").write_text(text)
    assert not refused_or_loaded(lambda: load(folder), text[:20])


@pytest.mark.parametrize("config", [[], None, "x", "[" * 100_000])
def test_a_config_that_is_no_record_is_refused(model, config):
    text = config if isinstance(config, str) else json.dumps(config)
    (model / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"config\.json"):
        load_model(model)
