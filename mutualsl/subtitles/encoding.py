"""Bytes of a subtitle file to text, whatever encoding it was saved in."""

import codecs
from typing import NamedTuple

from mutualsl.errors import SubtitleError
from mutualsl.subtitles.codepages import LEGACY_ENCODINGS, plausibility
from mutualsl.subtitles.model import Repair

# UTF-32 before UTF-16: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_COMMON_NAMES = {"cp950": "big5", "cp932": "shift_jis", "cp949": "euc_kr"}
# Text in the right code page scores near 1; below this no page fits.
_MIN_PLAUSIBILITY = 0.5
# A page of plain text with a few broken bytes is still worth reading.
_MAX_BROKEN_SHARE = 0.05
_SAMPLE_BYTES = 16_000
IF_WRONG = "; if its text looks wrong, save it as UTF-8"


class Decoded(NamedTuple):
    """The text of a file, the encoding it was in, and what had to be guessed."""

    text: str
    encoding: str
    repairs: list[Repair]


def decode(data: bytes, name: str) -> Decoded:
    """Decode by byte order mark, then UTF-8, UTF-16, then the likeliest legacy encoding."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_damaged(data[len(mark) :], encoding)
    if utf16 := _utf16_without_mark(data):
        return _decode_damaged(data, utf16)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", [])
    except UnicodeDecodeError:
        if _is_mostly_utf8(data):
            return _decode_damaged(data, "utf-8")
    return _decode_legacy(data, name)


def _decode_damaged(data: bytes, encoding: str) -> Decoded:
    """Decode, with a replacement character for what is not valid in the encoding."""
    text = data.decode(encoding, errors="replace")
    damaged = text.count("\ufffd")
    if not damaged:
        return Decoded(text, encoding, [])
    detail = f"characters are not valid {encoding} and were replaced by \ufffd"
    return Decoded(text, encoding, [Repair("characters", damaged, detail)])


def _utf16_without_mark(data: bytes) -> str | None:
    """Find UTF-16 by how it writes what every format has: arrows, or quotes and colons."""
    for encoding in ("utf-16-le", "utf-16-be"):
        for sign in ("-->", '":', "Dialogue:"):
            position = data.find(sign.encode(encoding))
            if position >= 0 and position % 2 == 0:  # odd: the zero belongs to the sign before
                return encoding
    return None


def _is_mostly_utf8(data: bytes) -> bool:
    """Tell a UTF-8 file with a few broken bytes from a file in another encoding."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    intact = sum(character > "\x7f" for character in text) - broken
    return broken <= intact // 10


def _broken_share(data: bytes) -> float:
    """Return the share of characters that are not valid UTF-8."""
    text = data.decode("utf-8", errors="replace")
    return text.count("\ufffd") / len(text)


def _decode_legacy(data: bytes, name: str) -> Decoded:
    """Decode with the encoding in which the text looks most like one that people write."""
    sample = _non_ascii_lines(data)[:_SAMPLE_BYTES]
    sample = sample[: sample.rfind(b"\n") + 1] or sample
    texts = {each: sample.decode(each, errors="replace") for each in LEGACY_ENCODINGS}
    scores = {encoding: plausibility(text, encoding) for encoding, text in texts.items()}
    likeliest = max(scores, key=lambda encoding: scores[encoding])
    best = next(each for each, text in texts.items() if text == texts[likeliest])
    if scores[best] < _MIN_PLAUSIBILITY:
        # The standard reads any bytes after this header as UTF-8.
        if data.startswith(b"WEBVTT") or _broken_share(data) < _MAX_BROKEN_SHARE:
            return _decode_damaged(data, "utf-8")
        raise SubtitleError(
            f"{name}: the text encoding was not recognised, or this is not a text file; "
            "save the subtitles as UTF-8 and try again"
        )
    decoded = _decode_damaged(data, best)
    encoding = _COMMON_NAMES.get(best, best)
    guess = Repair("encoding", 1, f"file is not UTF-8; it was read as {encoding}{IF_WRONG}")
    return Decoded(decoded.text, encoding, [guess, *decoded.repairs])


def _non_ascii_lines(data: bytes) -> bytes:
    """Keep the lines that tell encodings apart, so that a sample of a large file has some."""
    return b"".join(line for line in data.splitlines(keepends=True) if not line.isascii())
