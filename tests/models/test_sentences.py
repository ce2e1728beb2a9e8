import torch

from mutualsl.models.remembered import ENTRY_BYTES
from mutualsl.models.sentences import SentenceEncoder
from mutualsl.training.config import TrainConfig
from mutualsl.training.optimizer import make_optimizer
from tests import tiny

SENTENCES = ((2, 5, 6, 3), (2, 7, 3), (2, 8, 9, 10, 11, 12, 3), (2, 3))


def test_vectors_do_not_depend_on_the_company():
    encoder = tiny.model().sentence_reader.encoder
    together = encoder(SENTENCES)
    alone = torch.cat([encoder([sentence]) for sentence in SENTENCES])
    torch.testing.assert_close(together, alone)
    torch.testing.assert_close(together.norm(dim=1), torch.ones(4))


def test_a_sentence_longer_than_the_language_model_reads_is_read_in_pieces():
    encoder = tiny.model().sentence_reader.encoder
    limit = encoder.language_model.config.max_position_embeddings
    words = [5 + i % 7 for i in range(2 * limit)]
    whole = encoder([(2, *words, 3), (2, 7, 3)])
    pieces = [(2, *words[i : i + limit - 2], 3) for i in range(0, len(words), limit - 2)]
    parts, sizes = encoder(pieces), torch.tensor([len(piece) for piece in pieces])
    mean = torch.nn.functional.normalize((parts * sizes[:, None]).sum(0), dim=0)
    torch.testing.assert_close(whole[0], mean)
    torch.testing.assert_close(whole[1], encoder([(2, 7, 3)])[0])
    other_end = encoder([(2, *words[:-5], *[12] * 5, 3)])[0]
    assert not torch.allclose(whole[0], other_end)


def test_no_sentence_is_padded_to_twice_its_length(monkeypatch):
    encoder = tiny.model().sentence_reader.encoder
    groups = []
    monkeypatch.setattr(
        encoder, "_encode", lambda group, device: groups.append(group) or torch.zeros(len(group), 1)
    )
    monkeypatch.setattr(type(encoder), "width", 1)
    encoder(SENTENCES)
    assert [[len(sentence) for sentence in group] for group in groups] == [[2, 3], [4, 7]]


def test_the_cues_of_a_video_are_computed_once(monkeypatch):
    encoder = tiny.model().sentence_reader.encoder
    first = encoder.of_video(SENTENCES)
    monkeypatch.setattr(encoder, "_encode", None)
    assert encoder.of_video(SENTENCES) is first


def test_a_question_is_read_once_and_is_not_taken_for_a_video(monkeypatch):
    encoder = tiny.model().sentence_reader.encoder
    cues = encoder.of_video(SENTENCES[:1])
    first = encoder.of_questions(SENTENCES)
    torch.testing.assert_close(first, encoder(SENTENCES))
    torch.testing.assert_close(first[0], cues[0, 0].float(), atol=1e-3, rtol=0)
    monkeypatch.setattr(encoder, "_encode", None)
    assert torch.equal(encoder.of_questions(SENTENCES[1:]), first[1:])


def test_what_is_remembered_is_bounded(monkeypatch):
    one = 2 * tiny.model().sentence_reader.encoder.width * 2
    monkeypatch.setattr("mutualsl.models.sentences.REMEMBERED_BYTES", 3 * one + 2 * ENTRY_BYTES)
    encoder = tiny.model().sentence_reader.encoder
    first = encoder.of_video(SENTENCES[:2])
    encoder.of_video(SENTENCES[2:3])
    assert encoder.of_video(SENTENCES[:2]) is first
    encoder.of_video(SENTENCES[3:])  # the one not asked for longest goes
    assert len(encoder._remembered) == 2
    assert encoder.of_video(SENTENCES[:2]) is first


def test_cues_of_several_videos_are_padded():
    encoder = tiny.model().sentence_reader.encoder
    vectors = encoder.of_videos([SENTENCES[:1], (), SENTENCES[1:3]], 2)
    assert vectors.shape[:3] == (3, 2, 2)
    torch.testing.assert_close(vectors[2, :, 0], encoder(SENTENCES[1:3]), atol=1e-3, rtol=0)
    assert not vectors[1].any() and not vectors[0, 1].any()


def test_a_cue_is_also_read_between_its_neighbours():
    encoder = tiny.model().sentence_reader.encoder
    vectors = encoder.of_video(SENTENCES[:3])[:, 1].float()
    expected = encoder(
        [(2, 5, 6, 7, 3), (2, 5, 6, 7, 8, 9, 10, 11, 12, 3), (2, 7, *SENTENCES[2][1:])]
    )
    torch.testing.assert_close(vectors, expected, atol=1e-3, rtol=0)


def test_training_does_not_change_it():
    model = tiny.model().train()
    encoder = model.sentence_reader.encoder
    before = encoder(SENTENCES)
    config = TrainConfig(epochs=1, text_lr=0.1, new_lr=0.1)
    optimizer = make_optimizer(model, config)
    batch = tiny.collator()([tiny.example(0), tiny.example(1)])
    upper = model.text_encoder.language_model.encoder.layer[-1].output.dense.weight
    was = upper.detach().clone()
    sum(model.losses(model(batch), batch).values()).backward()
    optimizer.step()
    assert (upper != was).any(), "the upper layers were to be trained"
    assert torch.equal(encoder(SENTENCES), before)
    assert not encoder.training


def test_shared_layers_are_stored_once_and_stay_shared():
    model = tiny.model()
    text, own = (
        model.text_encoder.language_model,
        model.sentence_reader.encoder.language_model,
    )
    assert own.encoder.layer[0].output.dense.weight is text.encoder.layer[0].output.dense.weight
    assert own.encoder.layer[1].output.dense.weight is not text.encoder.layer[1].output.dense.weight
    weights = model.weights()
    assert len({value.data_ptr() for value in weights.values()}) == len(weights)
    other = tiny.model(seed=7)
    other.load_weights(weights)
    torch.testing.assert_close(
        other.sentence_reader.encoder(SENTENCES), model.sentence_reader.encoder(SENTENCES)
    )


def test_it_needs_a_language_model_only():
    encoder = SentenceEncoder(tiny.model().text_encoder.language_model, shared_layers=0)
    assert encoder(SENTENCES).shape[0] == 4
