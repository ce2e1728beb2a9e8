"""Any language model: windows as it expects them, read out segment by segment."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from transformers import BertConfig, BertForMaskedLM

from mutualsl.checkpoint import Checkpoint, VisualSource, load_model, save_checkpoint
from mutualsl.data.batch import Collator
from mutualsl.errors import CheckpointError
from mutualsl.models import MutualSL, MutualSLConfig, text_encoder
from mutualsl.models.sentences import SentenceEncoder, in_first_layers
from mutualsl.models.text_encoder import Prompt, TextEncoder, longest_input
from mutualsl.pretrained import read_language_model
from tests import text_encoders, tiny

KINDS = sorted(text_encoders.STAND_INS)
POSITIONS = {"bert": 40, "electra": 40, "distilbert": 40, "roberta": 38, "mpnet": 38}
CHECKPOINTING = sorted(set(KINDS) - {"mpnet"})


def collator(kind, window_tokens=24):
    return Collator(
        tokenizer=text_encoders.tokenizer(kind),
        row_width=tiny.ROW_WIDTH,
        window_tokens=window_tokens,
    )


def example(kind, cue_count=4, question="how do i open the jar"):
    """A question about a video whose cues went through the stand-in's own tokenizer."""
    plain = tiny.example(0, seconds=24, cue_count=cue_count, question=question)
    tokens = text_encoders.tokenizer(kind).encode_all([cue.text for cue in plain.video.cues])
    return replace(plain, video=replace(plain.video, cue_tokens=tokens))


def encoder(kind, **changes):
    torch.manual_seed(0)
    return TextEncoder.from_config({**text_encoders.config(kind), **changes}).eval()


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_a_segment_is_what_the_model_says_of_its_tokens(kind):
    """By hand, from one unpadded window of a shorter and a longer question."""
    collate, model = collator(kind), encoder(kind)
    examples = [example(kind, 2, "open"), example(kind, 3)]
    segments = model(collate(examples))
    for b, asked in enumerate(examples):
        (question,) = collate.tokenizer.encode_all([asked.question])
        ((ids, owner),) = collate.text_windows(question, asked.video.cue_tokens)
        assert (ids[0], ids[-1]) == (collate.tokenizer.cls_id, collate.tokenizer.sep_id)
        tokens = model.language_model(input_ids=torch.tensor([ids])).last_hidden_state[0]
        for number in range(len(asked.video.cues) + 1):
            inside = tokens[torch.tensor(owner) == number]
            torch.testing.assert_close(segments.mean[b, number], inside.mean(0), atol=1e-5, rtol=0)
            torch.testing.assert_close(segments.first[b, number], inside[0], atol=1e-5, rtol=0)
            torch.testing.assert_close(segments.last[b, number], inside[-1], atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_windows_may_be_as_long_as_the_model_has_positions_for(kind):
    model = encoder(kind)
    longest = longest_input(model.language_model)
    assert longest == POSITIONS.get(kind)
    tokens = longest or 100  # more than max_position_embeddings
    batch = collator(kind, tokens)([example(kind, 40)])
    assert model(batch).mean.isfinite().all()
    full = batch.window_ids[:1].repeat(1, 3)[:, :tokens]
    assert full.shape == (1, tokens)
    assert model._encode(full, torch.ones_like(full)).isfinite().all()
    model.check_input(text_encoders.tokenizer(kind), tokens)
    if longest is not None:
        with pytest.raises(CheckpointError, match=f"window_tokens={longest}"):
            model.check_input(text_encoders.tokenizer(kind), longest + 1)


@pytest.mark.parametrize(
    ("device", "length", "portions"),
    [("cpu", 512, [16, 4]), ("cpu", 2048, [4] * 5), ("cpu", 4096, [1] * 20),
     ("cpu", 5000, [1] * 20), ("meta", 4096, [16, 4])],
)  # fmt: skip
@pytest.mark.parametrize("prompted", [False, True])
@torch.no_grad()
def test_a_cpu_computes_few_long_windows_at_once(device, length, portions, prompted, monkeypatch):
    """Its memory ends without an error that could be answered by smaller portions."""
    model, made = encoder("deberta-v2"), []

    def encode(self, ids, mask, prompt=None):
        assert (prompt is not None) == prompted
        made.append(len(ids))
        return torch.zeros(len(ids), 1, 1)

    monkeypatch.setattr(TextEncoder, "_encode_prompted" if prompted else "_encode", encode)
    ids = torch.ones(20, length, dtype=torch.long, device=device)
    windows = SimpleNamespace(window_ids=ids, window_mask=ids, window_question=ids[:, 0] * 0)
    if prompted:
        model.prompted(windows, Prompt(ids[:1], ids[:1, 0]))
    else:
        model.tokens(windows)
    assert made == portions


@torch.no_grad()
def test_windows_say_the_same_whatever_the_portions(monkeypatch):
    model, batch = encoder("deberta-v2"), collator("deberta-v2")([example("deberta-v2", 40)])
    assert len(batch.window_ids) > 4
    whole = model.tokens(batch)
    monkeypatch.setattr(text_encoder, "PAIRS_AT_ONCE", 2 * batch.window_ids.shape[1] ** 2)
    torch.testing.assert_close(model.tokens(batch), whole, atol=1e-6, rtol=0)


def test_a_tokenizer_of_another_model_is_refused():
    with pytest.raises(CheckpointError, match="fills up with token 0.*expects 1"):
        encoder("roberta").check_input(text_encoders.tokenizer("bert"), 16)
    with pytest.raises(CheckpointError, match="16 tokens, the language model knows 10"):
        encoder("bert", vocab_size=10).check_input(text_encoders.tokenizer("bert"), 16)


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_learns(kind):
    model = encoder(kind)
    model(collator(kind)([example(kind), example(kind, 9)])).joined().square().mean().backward()
    assert [name for name, p in model.named_parameters() if p.grad is None] == []


@pytest.mark.parametrize("kind", CHECKPOINTING)
def test_recomputed_activations_give_the_same_gradients(kind):
    batch = collator(kind)([example(kind, 9)])
    gradients = []
    for on in (False, True):
        model = encoder(kind, attention_probs_dropout_prob=0.0, hidden_dropout_prob=0.0)
        model.checkpoint_gradients(on)
        for module in model.train().modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        model(batch).mean.sum().backward()
        gradients.append([p.grad for p in model.parameters()])
        model.checkpoint_gradients(False)
    for plain, recomputed in zip(*gradients, strict=True):
        torch.testing.assert_close(recomputed, plain)


def test_a_model_that_cannot_recompute_says_so():
    with pytest.raises(CheckpointError, match="mpnet.*gradient_checkpointing=false"):
        encoder("mpnet").checkpoint_gradients(True)


@pytest.mark.parametrize("kind", KINDS)
def test_layers_are_known_by_their_names(kind):
    """As many parameters in one layer as in the next, and the embeddings in both counts."""
    names = [name for name, _ in text_encoders.language_model(kind).named_parameters()]
    none, one, both = (sum(in_first_layers(name, count) for name in names) for count in (0, 1, 2))
    assert none > 0 and one > none
    assert both - one == pytest.approx(one - none, abs=1)  # ModernBERT's first has one norm less


@pytest.mark.parametrize("kind", KINDS)
def test_sentences_do_not_depend_on_the_company(kind):
    sentences = SentenceEncoder(text_encoders.language_model(kind), 1)
    words = text_encoders.tokenizer(kind)
    cues = [(words.cls_id, *range(4, 4 + n), words.sep_id) for n in (1, 9, 4)]
    alone = torch.cat([sentences([cue]) for cue in cues])
    torch.testing.assert_close(sentences(cues), alone, atol=1e-5, rtol=0)
    assert sentences([(words.cls_id, *[5] * 200, words.sep_id)]).isfinite().all()


@pytest.mark.parametrize("kind", KINDS)
def test_weights_in_16_bits_with_dropout_are_read_in_32_without(kind, tmp_path):
    text_encoders.language_model(kind).half().save_pretrained(tmp_path)
    model = TextEncoder(read_language_model(tmp_path)).train()
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    batch = collator(kind)([example(kind)])
    torch.testing.assert_close(model(batch).mean, model(batch).mean, atol=0, rtol=0)
    again = TextEncoder.from_config(model.config)
    assert {p.dtype for p in again.parameters()} == {torch.float32}
    again.load_state_dict(model.state_dict())
    torch.testing.assert_close(again.eval()(batch).mean, model(batch).mean)


def test_a_folder_without_a_language_model_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="no language model"):
        TextEncoder(read_language_model(tmp_path))


def test_weights_of_another_model_are_refused(tmp_path):
    text_encoders.language_model("roberta").save_pretrained(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "model_type": "distilbert"}))
    with pytest.raises(CheckpointError, match=r"are missing: transformer\.layer\.0.*; take both"):
        TextEncoder(read_language_model(tmp_path))


def test_weights_without_a_pooler_are_whole(tmp_path):
    config = BertConfig(**text_encoders.SMALL)
    BertForMaskedLM(config).save_pretrained(tmp_path)
    TextEncoder(read_language_model(tmp_path))


@pytest.mark.parametrize("kind", ["deberta-v2", "roberta"])
def test_a_saved_model_answers_the_same(kind, tmp_path):
    torch.manual_seed(0)
    config = MutualSLConfig(
        row_width=tiny.ROW_WIDTH, text_encoder=text_encoders.config(kind), width=8, heads=2,
        shared_layers=1,
    )  # fmt: skip
    checkpoint = Checkpoint(
        name="mutualsl",
        model=MutualSL(config).eval(),
        tokenizer=text_encoders.tokenizer(kind),
        window_tokens=24,
        visual=VisualSource(encoder="mini", fingerprint="mini-x", folder="visual"),
        about={},
    )
    save_checkpoint(checkpoint, tmp_path)
    batch = collator(kind)([example(kind)])
    (before,) = checkpoint.model.predict(batch)
    (after,) = load_model(tmp_path).model.predict(batch)
    assert (after.visual.span, after.textual.span) == (before.visual.span, before.textual.span)


@pytest.mark.parametrize(
    ("config", "width", "parameters"),
    [
        (text_encoders.LARGE, 1024, 434_012_160),
        (text_encoders.BASE, 768, 183_831_552),
        (text_encoders.MINILM, 384, 22_565_376),
    ],
    ids=["deberta-v3-large", "deberta-v3-base", "minilm-l6"],
)
def test_full_sizes_have_the_published_numbers_of_parameters(config, width, parameters):
    """304M, 86M and 11M in layers; the rest are embeddings of 128,100 or 30,522 tokens."""
    with torch.device("meta"):
        model = TextEncoder.from_config(config)
    assert sum(p.numel() for p in model.parameters()) == parameters
    assert model.width == width


def test_the_full_model_is_as_wide_as_its_text():
    """DeBERTa-v3-large with rows of I3D, d = 1024 as in Sec. 3.1."""
    with torch.device("meta"):
        model = MutualSL(
            MutualSLConfig(row_width=1024, text_encoder=text_encoders.LARGE, width=1024)
        )
    ids = torch.ones(3, 512, dtype=torch.long, device="meta")
    assert model.text_encoder._encode(ids, ids).shape == (3, 512, 1024)
    rows = torch.zeros(2, 300, 1024, device="meta")
    mask = torch.ones(2, 300, dtype=torch.bool, device="meta")
    assert model.feature_projection(rows, mask).shape == (2, 300, 1024)
