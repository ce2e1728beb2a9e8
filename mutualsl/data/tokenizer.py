"""Text to token ids, without special tokens: windows add those themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.pre_tokenizers import ByteLevel

from mutualsl.errors import CheckpointError

FILE_NAME = "tokenizer.json"
SENTENCEPIECE_NAME = "spm.model"
ENGLISH_SIZES = (30_522, 28_996, 50_265, 128_001)  # BERT, uncased and cased, RoBERTa, DeBERTa-v3
SPECIAL = (("[CLS]", "<s>"), ("[SEP]", "</s>"), ("[PAD]", "<pad>"))  # as BERT or RoBERTa call them


@dataclass(frozen=True, slots=True)
class TextTokenizer:
    """A `tokenizers` tokenizer and the three special ids that windows are built with."""

    tokenizer: Tokenizer
    cls_id: int
    sep_id: int
    pad_id: int

    @classmethod
    def from_tokenizer(cls, tokenizer: Tokenizer) -> TextTokenizer:
        """Wrap a tokenizer that knows [CLS], [SEP] and [PAD], or <s>, </s> and <pad>.

        Every text begins a word: in a window it follows another one.
        """
        tokenizer.no_truncation()
        tokenizer.no_padding()
        if isinstance(tokenizer.pre_tokenizer, ByteLevel):
            tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=True)
        known = []
        for names in SPECIAL:
            ids = [tokenizer.token_to_id(name) for name in names]
            found = next((token_id for token_id in ids if token_id is not None), None)
            if found is None:
                raise CheckpointError(
                    f"the tokenizer has no {' or '.join(names)} token; use an encoder such as "
                    "BERT, RoBERTa or DeBERTa"
                )
            known.append(found)
        return cls(tokenizer, *known)

    @classmethod
    def from_file(cls, path: str | Path) -> TextTokenizer:
        """Read `tokenizer.json`."""
        if not Path(path).is_file():
            raise CheckpointError(f"{path}: no tokenizer here; is this a checkpoint folder?")
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers raises plain exceptions
            raise CheckpointError(f"{path}: not a tokenizer ({error}); fetch it again") from error
        return cls.from_tokenizer(tokenizer)

    @classmethod
    def from_folder(cls, folder: Path) -> TextTokenizer:
        """Read `tokenizer.json` of a language model or, where it has none, `spm.model`."""
        if (folder / FILE_NAME).is_file() or not (folder / SENTENCEPIECE_NAME).is_file():
            return cls.from_file(folder / FILE_NAME)
        from mutualsl.data.sentencepiece import read_sentencepiece

        return cls.from_tokenizer(read_sentencepiece(folder / SENTENCEPIECE_NAME))

    def save(self, path: Path) -> None:
        """Write `tokenizer.json`, or the same under another name.

        Raises `OSError` when it cannot be written, which is more than its own `save` would say.
        """
        path.write_text(self.tokenizer.to_str(), encoding="utf-8", newline="\n")

    def is_saved_at(self, path: Path) -> bool:
        """Whether `path` holds what `save` would write there; false where it cannot be read."""
        try:
            return path.read_bytes() == self.tokenizer.to_str().encode()
        except OSError:
            return False

    @property
    def is_english(self) -> bool:
        """Whether it is one of the usual ones for English alone, by its size."""
        return self.tokenizer.get_vocab_size() in ENGLISH_SIZES

    @property
    def size(self) -> int:
        """One more than the largest id."""
        return 1 + max(self.tokenizer.get_vocab().values())

    def encode_all(self, texts: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        """Token ids of each text; an empty text has none."""
        encoded = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return tuple(tuple(item.ids) for item in encoded)

    def text(self, tokens: Sequence[int]) -> str:
        """What `tokens` say, as far as the vocabulary keeps it."""
        return self.tokenizer.decode(list(tokens))
