import pytest
import torch
from transformers import AutoConfig, AutoModel

from mutualsl.checkpoint import load_text_encoder, save_checkpoint
from mutualsl.models.questions import FrozenLanguageModel
from mutualsl.models.remembered import ENTRY_BYTES
from tests import text_encoders, tiny
from tests.models.test_every_model import as_checkpoint

QUESTION = (1, 4, 5, 6, 2)


def test_vectors_are_of_the_language_model_as_it_is(monkeypatch):
    frozen = tiny.questions()
    vectors = frozen(QUESTION)
    assert vectors.shape == (5, frozen.width) and not vectors.requires_grad
    torch.manual_seed(0)
    again = tiny.TextEncoder.from_config(tiny.TEXT_CONFIG).language_model.eval()
    expected = again(input_ids=torch.tensor([QUESTION])).last_hidden_state[0]
    torch.testing.assert_close(vectors, expected, atol=2e-3, rtol=0)


@pytest.mark.parametrize("kind", text_encoders.STAND_INS)
def test_any_text_encoder_reads_questions(kind):
    frozen = FrozenLanguageModel(text_encoders.language_model(kind))
    assert frozen(QUESTION).shape == (5, frozen.width)
    assert frozen.fingerprint.startswith(f"{kind}-")


def test_a_question_is_read_once(monkeypatch):
    frozen = tiny.questions()
    first = frozen(QUESTION)
    monkeypatch.setattr(frozen, "_language_model", None)
    assert torch.equal(frozen(QUESTION), first)


def test_what_is_remembered_is_bounded(monkeypatch):
    one = 3 * tiny.questions().width * 2 + ENTRY_BYTES
    monkeypatch.setattr("mutualsl.models.questions.REMEMBERED_BYTES", 2 * one)
    frozen = tiny.questions()
    for token in (4, 5, 6):
        frozen((1, token, 2))
    assert len(frozen._remembered) == 2
    monkeypatch.setattr(frozen, "_read", None)
    for token in (5, 6):  # the one not asked for longest went
        frozen((1, token, 2))


def test_no_training_sees_the_language_model():
    model, frozen = tiny.system("vslnet"), tiny.questions()
    of_language = {id(p) for p in frozen._language_model.parameters()}
    assert not of_language & {id(p) for p in model.parameters()}
    assert not any(p.requires_grad for p in frozen._language_model.parameters())


def test_the_fingerprint_is_of_stored_weights_wherever_they_are_stored(tmp_path):
    model = tiny.model()
    save_checkpoint(as_checkpoint("mutualsl", model), tmp_path / "checkpoint")
    inside = FrozenLanguageModel(load_text_encoder(tmp_path / "checkpoint").language_model)
    theirs = AutoModel.from_config(
        AutoConfig.for_model(**tiny.TEXT_CONFIG), add_pooling_layer=False
    )
    theirs.load_state_dict(model.text_encoder.language_model.state_dict())
    theirs.save_pretrained(tmp_path / "folder")
    folder = FrozenLanguageModel(load_text_encoder(tmp_path / "folder").language_model)
    whole = FrozenLanguageModel(model.text_encoder.language_model)
    assert inside.fingerprint == folder.fingerprint == whole.fingerprint
    assert inside.fingerprint.startswith("bert-")
    assert tiny.questions(seed=5).fingerprint != whole.fingerprint
    torch.testing.assert_close(inside(QUESTION), whole(QUESTION), atol=5e-3, rtol=0)
