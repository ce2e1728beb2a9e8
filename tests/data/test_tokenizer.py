"""Text to ids as SentencePiece, BERT and RoBERTa have it."""

import pytest
from sentencepiece import SentencePieceProcessor
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from mutualsl.data import TextTokenizer
from mutualsl.data.tokenizer import FILE_NAME
from mutualsl.errors import CheckpointError
from tests import text_encoders, tiny

TEXTS = [
    "open the jar now and close the box",
    "how do i turn the lid, and shake the jar?",
    "",
    "   two   spaces  ",
    "a\ttab and\na new line",
    "ﬁne: ½ cup of Ｗａｔｅｒ, naïve café",
    "not in the vocabulary: жук 水壶 🫖",
    "minutes",
]


@pytest.mark.parametrize("options", [{}, {"byte_fallback": True, "vocab_size": 300}])
def test_sentencepiece_ids_are_those_of_sentencepiece(tmp_path, options):
    path = text_encoders.write_sentencepiece(tmp_path, **options)
    tokenizer = TextTokenizer.from_folder(tmp_path)
    assert (tokenizer.pad_id, tokenizer.cls_id, tokenizer.sep_id) == (0, 1, 2)
    expected = SentencePieceProcessor(model_file=str(path))
    assert [list(ids) for ids in tokenizer.encode_all(TEXTS)] == [*map(expected.encode, TEXTS)]
    assert tokenizer.size == expected.get_piece_size()
    assert tokenizer.text(tokenizer.encode_all(["open  the jar"])[0]) == "open the jar"
    whole = tokenizer.text(tokenizer.encode_all(["a jar 🫖"])[0]) == "a jar 🫖"
    assert whole == bool(options)  # what no piece has is kept as bytes, if there are bytes


def test_a_saved_sentencepiece_tokenizer_needs_no_sentencepiece(tmp_path):
    text_encoders.write_sentencepiece(tmp_path)
    before = TextTokenizer.from_folder(tmp_path)
    before.save(tmp_path / FILE_NAME)
    (tmp_path / "spm.model").unlink()
    after = TextTokenizer.from_folder(tmp_path)
    assert after.encode_all(TEXTS) == before.encode_all(TEXTS)
    assert (after.cls_id, after.sep_id, after.pad_id) == (1, 2, 0)


def test_tokenizer_json_goes_before_spm_model(tmp_path):
    text_encoders.write_sentencepiece(tmp_path)
    tiny.tokenizer().save(tmp_path / FILE_NAME)
    assert TextTokenizer.from_folder(tmp_path).size == tiny.tokenizer().size


def test_byte_level_texts_begin_with_a_word(tmp_path):
    """RoBERTa's pieces know whether a space is before them; in a window there is."""
    vocabulary = {piece: i for i, piece in enumerate(["<s>", "<pad>", "</s>", "a", "b", "Ġ", "Ġa"])}
    pieces = Tokenizer(models.BPE(vocabulary, [("Ġ", "a")]))
    pieces.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pieces.decoder = decoders.ByteLevel()
    tokenizer = TextTokenizer.from_tokenizer(pieces)
    assert (tokenizer.cls_id, tokenizer.sep_id, tokenizer.pad_id) == (0, 2, 1)
    assert tokenizer.encode_all(["a", "a ab"]) == ((6,), (6, 6, 4))
    assert tokenizer.text((6, 6, 4)) == " a ab"


def test_what_is_no_tokenizer_is_said(tmp_path):
    with pytest.raises(CheckpointError, match="no tokenizer here"):
        TextTokenizer.from_folder(tmp_path)
    (tmp_path / "spm.model").write_bytes(b"not a model")
    with pytest.raises(CheckpointError, match=r"spm\.model: not a SentencePiece model"):
        TextTokenizer.from_folder(tmp_path)
    text_encoders.write_sentencepiece(tmp_path, "bpe")
    with pytest.raises(CheckpointError, match="only unigram"):
        TextTokenizer.from_folder(tmp_path)
    text_encoders.write_sentencepiece(tmp_path, pad_piece="nothing", pad_id=-1)
    with pytest.raises(CheckpointError, match=r"no \[PAD\] or <pad>"):
        TextTokenizer.from_folder(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(CheckpointError, match=r"tokenizer\.json: not a tokenizer"):
        TextTokenizer.from_folder(tmp_path)
