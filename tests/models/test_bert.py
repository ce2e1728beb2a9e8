"""Our BERT beside that of transformers."""

import subprocess
import sys

import pytest
import torch
from transformers import AutoConfig, AutoModel, BertModel

from mutualsl.errors import DataError
from mutualsl.models import language_model
from mutualsl.models.bert import Bert, BertConfig
from mutualsl.pretrained import read_language_model
from tests import text_encoders, tiny

CONFIG = {**tiny.TEXT_CONFIG, "hidden_act": "gelu"}
IDS = torch.tensor([[1, 5, 6, 7, 2], [1, 8, 2, 0, 0]])
MASK = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])


@pytest.fixture
def theirs():
    torch.manual_seed(0)
    config = AutoConfig.for_model(**CONFIG)
    return AutoModel.from_config(config, add_pooling_layer=False).eval()


@pytest.fixture
def ours(theirs):
    model = Bert(BertConfig.of(theirs.config.to_dict())).eval()
    model.load_state_dict(theirs.state_dict())
    return model


def test_it_says_what_transformers_says(theirs, ours):
    expected = theirs(input_ids=IDS, attention_mask=MASK).last_hidden_state
    found = ours(input_ids=IDS, attention_mask=MASK).last_hidden_state
    torch.testing.assert_close(found[MASK > 0], expected[MASK > 0])
    everywhere = theirs(input_ids=IDS).last_hidden_state
    torch.testing.assert_close(ours(input_ids=IDS).last_hidden_state, everywhere)
    assert not torch.allclose(everywhere[1, 0], expected[1, 0])


def test_word_vectors_may_stand_for_tokens(theirs, ours):
    words = torch.randn(2, 5, 16)
    expected = theirs(inputs_embeds=words, attention_mask=MASK).last_hidden_state
    found = ours(inputs_embeds=words, attention_mask=MASK).last_hidden_state
    torch.testing.assert_close(found[MASK > 0], expected[MASK > 0])


def test_gradients_are_the_same(theirs, ours):
    for model in (theirs, ours):
        model(input_ids=IDS, attention_mask=MASK).last_hidden_state[MASK > 0].square().sum(
            dim=-1
        ).pow(1.5).mean().backward()
    expected = dict(theirs.named_parameters())
    assert expected.keys() == dict(ours.named_parameters()).keys()
    for name, parameter in ours.named_parameters():
        torch.testing.assert_close(parameter.grad, expected[name].grad, msg=name)


def test_dropout_drops_in_training_only(ours):
    first, second = (ours(IDS).last_hidden_state for _ in range(2))
    assert torch.equal(first, second)
    ours.train()
    first, second = (ours(IDS).last_hidden_state for _ in range(2))
    assert not torch.allclose(first, second)


def test_activations_computed_again_give_the_same_gradients(ours):
    ours.train()
    grads = []
    for recompute in (False, True):
        ours.activation_checkpointing_disable()
        if recompute:
            ours.activation_checkpointing_enable()
        ours.zero_grad()
        torch.manual_seed(0)
        ours(IDS, MASK).last_hidden_state.pow(3).mean().backward()
        grads.append([p.grad.clone() for p in ours.parameters()])
    for kept, again in zip(*grads, strict=True):
        torch.testing.assert_close(kept, again)


def test_it_begins_as_transformers_does():
    config = {**CONFIG, "hidden_size": 128, "intermediate_size": 256, "vocab_size": 500}
    torch.manual_seed(0)
    begun = language_model.build(config).state_dict()
    for name, value in AutoModel.from_config(AutoConfig.for_model(**config)).state_dict().items():
        if not name.startswith("pooler."):
            assert begun[name].std() == pytest.approx(float(value.std()), abs=0.004), name
            assert begun[name].mean() == pytest.approx(float(value.mean()), abs=0.004), name
    assert not begun["embeddings.word_embeddings.weight"][0].any()


@pytest.mark.parametrize(
    "change", [{"hidden_act": "relu"}, {"is_decoder": True}, {"model_type": "electra"}]
)
def test_another_kind_of_bert_is_left_to_transformers(change):
    assert Bert.can_be(CONFIG)
    assert not Bert.can_be({**CONFIG, **change})
    assert not isinstance(language_model.build({**CONFIG, **change}), Bert)


def test_a_width_that_heads_cannot_share_is_refused():
    with pytest.raises(DataError, match="16 cannot be divided by 3 heads"):
        Bert(BertConfig.of({**CONFIG, "num_attention_heads": 3}))


def test_a_folder_of_a_bert_becomes_ours_and_another_does_not(tmp_path):
    for kind in ("bert", "electra"):
        text_encoders.language_model(kind).save_pretrained(tmp_path / kind)
    before = torch.get_rng_state()
    read = read_language_model(tmp_path / "bert")
    assert torch.equal(torch.get_rng_state(), before)  # weights come from the folder
    assert isinstance(read, Bert)
    kept = BertModel.from_pretrained(tmp_path / "bert", add_pooling_layer=False).state_dict()
    assert all(torch.equal(read.state_dict()[name], value) for name, value in kept.items())
    assert read.config.hidden_dropout_prob == 0.0
    assert not isinstance(read_language_model(tmp_path / "electra"), Bert)


def test_a_pooler_is_left_out_without_a_word(tmp_path, capfd):
    config = text_encoders.language_model("bert").config
    BertModel(config, add_pooling_layer=True).save_pretrained(tmp_path)
    capfd.readouterr()
    read_language_model(tmp_path)
    assert capfd.readouterr() == ("", "")


def test_what_ships_is_opened_without_packages_that_take_long_to_import():
    code = (
        "import sys; from mutualsl.inference import AnswerLocalizer; "
        "AnswerLocalizer.from_pretrained('checkpoints/mutualsl-mini', 'cpu'); "
        "slow = ('transformers', 'torch._dynamo', 'huggingface_hub', 'av'); "
        "print([name for name in slow if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
