"""How much a decoded text looks like text that people write in that legacy encoding.

Statistics over a few short cues cannot tell GBK from Big5, but the code pages can: each puts the
characters of everyday text into a few rows and rare ones elsewhere. Text decoded with the wrong
page is scattered over all rows, or mixes scripts within a word.
"""

import re
from collections.abc import Callable
from itertools import pairwise

_LETTERS = re.compile(r"[A-Za-z]")
_NON_ASCII_RUN = re.compile(r"[^\x00-\x7f]+")
_WESTERN = set("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŒœŠšŽž")
_TYPOGRAPHIC = set("‘’‚“”„–—…«»‹›•€£§©®°·¡¿™½¼¾²³×\xa0")
_OF_WESTERN_KEYBOARDS = set("´ºª¨¸¬†‡‰")  # other letters in other code pages
_CYRILLIC = set("абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ")

# Fewer characters than this may fall into the Hangul rows by chance when they are Chinese.
_HANGUL_MIN_CHARACTERS = 12


def plausibility(text: str, encoding: str) -> float:
    """Return the share of non-ASCII characters that are everyday ones of the encoding, 0 to 1."""
    runs = list(_NON_ASCII_RUN.finditer(text))
    characters = sum(len(run[0]) for run in runs)
    if not characters:
        return 1.0
    everyday = _EVERYDAY[encoding]
    share = sum(everyday(run[0], _beside_letter(text, run)) for run in runs) / characters
    if encoding == "cp949" and characters < _HANGUL_MIN_CHARACTERS:
        return share / 2
    return share


def _beside_letter(text: str, run: re.Match[str]) -> int:
    """Count the ends of a run (0 to 2) that touch an ASCII letter."""
    before, after = text[max(run.start() - 1, 0) : run.start()], text[run.end() : run.end() + 1]
    return len(_LETTERS.findall(before + after))


def _rows(encoding: str, *rows: tuple[int, int]) -> Callable[[str, int], float]:
    """Count characters whose lead byte lies in the given rows, less those that touch a letter."""

    def everyday(run: str, beside_letter: int) -> float:
        leads = [code[0] for c in run if len(code := c.encode(encoding, "replace")) == 2]
        inside = sum(any(low <= lead <= high for low, high in rows) for lead in leads)
        return max(inside - beside_letter, 0)

    return everyday


def _gbk(run: str, beside_letter: int) -> float:
    """Count punctuation and level 1 of GB 2312, the 3,755 most used characters; level 2 less."""
    score = 0.0
    for code in (character.encode("gbk", "replace") for character in run):
        if len(code) == 2 and code[1] >= 0xA1:
            score += 1.0 if 0xB0 <= code[0] <= 0xD7 or code[0] in (0xA1, 0xA3) else 0.4
    return max(score - beside_letter, 0)


def _cp1251(run: str, beside_letter: int) -> float:
    """Count Cyrillic letters, which never stand in a Latin word and seldom alone."""
    letters = sum(character.lower() in _CYRILLIC for character in run)
    signs = sum(character in _TYPOGRAPHIC for character in run)
    if letters:
        letters -= beside_letter + _capitals_inside(run)
    return max(letters if letters > 1 else letters / 2, 0) + signs


def _cp1252(run: str, beside_letter: int) -> float:
    """Count accented letters and typographic signs; hardly a word has three such in a row."""
    letters = sum(character in _WESTERN for character in run)
    signs = sum(character in _TYPOGRAPHIC for character in run)
    if beside_letter:  # alone they are letters of another code page
        signs += sum(character in _OF_WESTERN_KEYBOARDS for character in run)
    if letters > 2:
        return signs + (0.7 * letters if letters == 3 else 0.0)
    return max(letters - _capitals_inside(run), 0) + signs


def _capitals_inside(run: str) -> int:
    """Count capitals that follow a small letter, which no word has."""
    return sum(a.islower() and b.isupper() for a, b in pairwise(run))


_EVERYDAY: dict[str, Callable[[str, int], float]] = {
    "cp949": _rows("cp949", (0xA1, 0xA3), (0xB0, 0xC8)),  # the 2,350 Hangul syllables
    "gbk": _gbk,
    "cp950": _rows("cp950", (0xA1, 0xC6)),  # punctuation and level 1
    "cp932": _rows("cp932", (0x81, 0x84), (0x88, 0x97)),  # punctuation, kana, level 1
    "cp1252": _cp1252,
    "cp1251": _cp1251,
}

# On a draw the stricter code page wins: the first ones fit by chance more rarely.
LEGACY_ENCODINGS = tuple(_EVERYDAY)
