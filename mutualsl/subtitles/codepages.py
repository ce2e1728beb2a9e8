"""How much a decoded text looks like text that people write in that legacy encoding.

Statistics over a few short cues cannot tell GBK from Big5, but the code pages can: each puts the
characters of everyday text into a few rows and rare ones elsewhere. Text decoded with the wrong
page is scattered over all rows, or mixes scripts within a word. Pages of single bytes differ by the
letters that their languages have, and use most.
"""

import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from mutualsl.subtitles.alphabets import (
    ARABIC,
    BALTIC,
    CENTRAL,
    CYRILLIC,
    GREEK,
    HEBREW,
    THAI,
    TURKISH,
    WESTERN,
)

_ASCII_LETTERS = re.compile(r"[A-Za-z]")
_NON_ASCII_RUN = re.compile(r"[^\x00-\x7f]+")
_TYPOGRAPHIC = set("‘’‚“”„–—…«»‹›•€£§©®°·¡¿™½¼¾²³×µ\xa0")
_OF_WESTERN_KEYBOARDS = set("´ºª¨¸¬†‡‰")  # other letters in other code pages

# Fewer characters than this may fall into the Hangul rows by chance when they are Chinese.
_HANGUL_MIN_CHARACTERS = 12
_USUAL_LETTERS, _USUAL_SHARE = 12, 0.65  # so many letters of a script are that share of its text
_RANK = 0.02  # by which an accented letter says less than the one that is used next more
_WESTERN_FIRST = 0.2  # letters: a few accents in English are those of western words


class _Page(NamedTuple):
    """A code page: how many characters of a run are everyday ones, and what its letters say."""

    everyday: Callable[[str, int], float]
    languages: tuple[dict[str, float], ...] = ()  # how much each letter speaks for one
    of_script: bool = False  # its own, not the Latin one
    handicap: float = 0.0  # letters


def plausibility(text: str, encoding: str) -> float:
    """Return the share of non-ASCII characters that are everyday ones of the encoding, 0 to 1.

    Half of it depends on how well the letters fit a language, where the encoding is of some.
    """
    page = _PAGES[encoding]
    runs = list(_NON_ASCII_RUN.finditer(text))
    characters = sum(len(run[0]) for run in runs)
    if not characters:
        return 1.0
    everyday = sum(page.everyday(run[0], _beside_letter(text, run)) for run in runs)
    share = max(everyday - text.count("\ufffd"), 0.0) / characters
    if encoding == "cp949" and characters < _HANGUL_MIN_CHARACTERS:
        return share / 2
    return share * (1.0 + _fit(page, "".join(run[0] for run in runs))) / 2


def _fit(page: _Page, characters: str) -> float:
    """How well letters are those of one language, 0 to 1."""
    counts = Counter(c for c in characters.lower() if c.isalpha() and c not in _TYPOGRAPHIC)
    if not page.languages or not counts:
        return 0.0 if page.of_script else 1.0
    said = max(
        sum(count * weights.get(letter, 0.0) for letter, count in counts.items())
        for weights in page.languages
    )
    return min(max(said - page.handicap, 0.0) / counts.total(), 1.0)


def _beside_letter(text: str, run: re.Match[str]) -> int:
    """Count the ends of a run (0 to 2) that touch an ASCII letter."""
    before, after = text[max(run.start() - 1, 0) : run.start()], text[run.end() : run.end() + 1]
    return len(_ASCII_LETTERS.findall(before + after))


def _rows(encoding: str, *rows: tuple[int, int]) -> _Page:
    """Count characters whose lead byte lies in the given rows, less those that touch a letter."""

    def everyday(run: str, beside_letter: int) -> float:
        leads = [code[0] for c in run if len(code := c.encode(encoding, "replace")) == 2]
        inside = sum(any(low <= lead <= high for low, high in rows) for lead in leads)
        return max(inside - beside_letter, 0)

    return _Page(everyday)


def _gbk(run: str, beside_letter: int) -> float:
    """Count punctuation and level 1 of GB 2312, the 3,755 most used characters; level 2 less."""
    score = 0.0
    for code in (character.encode("gbk", "replace") for character in run):
        if len(code) == 2 and code[1] >= 0xA1:
            score += 1.0 if 0xB0 <= code[0] <= 0xD7 or code[0] in (0xA1, 0xA3) else 0.4
    return max(score - beside_letter, 0)


def _script(languages: tuple[str, ...], rare: bool = False) -> _Page:
    """Count letters of a script, which never stand in a Latin word and seldom alone.

    Small letters of a usual page are often the capitals of a rare one, so these count less there.
    """
    known = set("".join(languages))

    def everyday(run: str, beside_letter: int) -> float:
        letters: float = sum(character.lower() in known for character in run)
        signs = sum(character in _TYPOGRAPHIC for character in run)
        if letters:
            letters -= beside_letter + _capitals_inside(run)
        if rare and run.isupper():
            letters *= 0.9
        return max(letters if letters > 1 else letters / 2, 0.0) + signs

    usual = tuple(
        dict.fromkeys(language[:_USUAL_LETTERS], 1.0 / _USUAL_SHARE) for language in languages
    )
    return _Page(everyday, usual, of_script=True)


def _latin(languages: tuple[str, ...], handicap: float = _WESTERN_FIRST) -> _Page:
    """Count accented letters and typographic signs; hardly a word has three such in a row."""
    known = set("".join(languages))

    def everyday(run: str, beside_letter: int) -> float:
        letters = sum(character in known or character.lower() in known for character in run)
        signs = sum(character in _TYPOGRAPHIC for character in run)
        if beside_letter:  # alone they are letters of another code page
            signs += sum(character in _OF_WESTERN_KEYBOARDS for character in run)
        if letters > 2:
            return signs + (0.7 * letters if letters == 3 else 0.0)
        return max(letters - _capitals_inside(run), 0) + signs

    ranked = tuple(
        {letter: 1.0 - _RANK * rank for rank, letter in enumerate(language)}
        for language in languages
    )
    return _Page(everyday, ranked, handicap=handicap)


def _capitals_inside(run: str) -> int:
    """Count capitals that follow a small letter, which no word has."""
    return sum(a.islower() and b.isupper() for a, b in pairwise(run))


_PAGES: dict[str, _Page] = {
    "cp949": _rows("cp949", (0xA1, 0xA3), (0xB0, 0xC8)),  # the 2,350 Hangul syllables
    "gbk": _Page(_gbk),
    "euc_jp": _rows("euc_jp", (0xA1, 0xA1), (0xA4, 0xA5), (0xB0, 0xCF)),  # kana, level 1
    "cp950": _rows("cp950", (0xA1, 0xC6)),  # punctuation and level 1
    "cp932": _rows("cp932", (0x81, 0x84), (0x88, 0x97)),  # punctuation, kana, level 1
    "cp1252": _latin(WESTERN, handicap=0.0),
    "cp1251": _script(CYRILLIC),
    "koi8_u": _script(CYRILLIC, rare=True),
    "cp866": _script(CYRILLIC, rare=True),
    "cp1253": _script(GREEK),
    "iso8859_7": _script(GREEK),
    "cp1255": _script(HEBREW),
    "cp1256": _script(ARABIC),
    "cp874": _script(THAI),
    "cp1250": _latin(CENTRAL),
    "iso8859_2": _latin(CENTRAL),
    "cp1254": _latin(TURKISH),
    "cp1257": _latin(BALTIC),
}

# On a draw the stricter code page wins: the first ones fit by chance more rarely.
LEGACY_ENCODINGS = tuple(_PAGES)
