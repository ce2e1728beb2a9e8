"""Text to token ids, without special tokens: windows add those themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from mutualsl.errors import CheckpointError

FILE_NAME = "tokenizer.json"


@dataclass(frozen=True, slots=True)
class TextTokenizer:
    """A `tokenizers` tokenizer and the three special ids that windows are built with."""

    tokenizer: Tokenizer
    cls_id: int
    sep_id: int
    pad_id: int

    @classmethod
    def from_tokenizer(cls, tokenizer: Tokenizer) -> TextTokenizer:
        """Wrap a tokenizer that knows [CLS], [SEP] and [PAD]."""
        tokenizer.no_truncation()
        tokenizer.no_padding()
        special = [tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]", "[PAD]")]
        known = [token_id for token_id in special if token_id is not None]
        if len(known) < len(special):
            raise CheckpointError("the tokenizer has no [CLS], [SEP] or [PAD] token")
        return cls(tokenizer, *known)

    @classmethod
    def from_file(cls, path: str | Path) -> TextTokenizer:
        """Read `tokenizer.json`."""
        if not Path(path).is_file():
            raise CheckpointError(f"{path}: no tokenizer here; is this a checkpoint folder?")
        return cls.from_tokenizer(Tokenizer.from_file(str(path)))

    def save(self, folder: Path) -> None:
        """Write `tokenizer.json` into a folder."""
        self.tokenizer.save(str(folder / FILE_NAME))

    def encode_all(self, texts: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        """Token ids of each text; an empty text has none."""
        encoded = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return tuple(tuple(item.ids) for item in encoded)

    def text(self, tokens: Sequence[int]) -> str:
        """What `tokens` say, as far as the vocabulary keeps it."""
        return self.tokenizer.decode(list(tokens))
