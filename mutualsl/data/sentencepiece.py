"""A SentencePiece vocabulary (`spm.model`) as a tokenizer: DeBERTa-v3 ships nothing else."""

from __future__ import annotations

from pathlib import Path

from sentencepiece.sentencepiece_model_pb2 import ModelProto
from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import Unigram

from mutualsl.errors import CheckpointError


def read_sentencepiece(path: Path) -> Tokenizer:
    """The tokenizer that gives the same pieces and ids as SentencePiece itself would.

    transformers' own conversion leaves out the character map that the vocabulary was made with,
    so that ligatures, fractions and wide letters become unknown. A text that spells a control piece
    such as [SEP] gets its id, as with other tokenizers here and unlike there.
    Raises `CheckpointError` for anything but a unigram vocabulary.
    """
    proto = ModelProto()
    try:
        proto.ParseFromString(path.read_bytes())
    except Exception as error:  # protobuf has several classes of its own for damaged bytes
        raise CheckpointError(
            f"{path}: not a SentencePiece model ({error}); fetch it again"
        ) from error
    if proto.trainer_spec.model_type != proto.trainer_spec.UNIGRAM:
        raise CheckpointError(
            f"{path}: only unigram vocabularies can be read; save a tokenizer.json beside it"
        )
    pieces = [(piece.piece, piece.score) for piece in proto.pieces]
    trained = proto.trainer_spec
    tokenizer = Tokenizer(
        Unigram(pieces, unk_id=trained.unk_id, byte_fallback=trained.byte_fallback)
    )
    spec = proto.normalizer_spec
    steps = (
        [normalizers.Precompiled(spec.precompiled_charsmap)] if spec.precompiled_charsmap else []
    )
    tokenizer.normalizer = normalizers.Sequence(
        [*steps, normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Sequence(
        [decoders.ByteFallback(), decoders.Metaspace()] if trained.byte_fallback
        else [decoders.Metaspace()]
    )  # fmt: skip
    return tokenizer
