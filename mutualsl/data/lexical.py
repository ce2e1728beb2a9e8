"""Word matching: BM25 and TF-IDF between short texts.

Letters: Q queries, N documents, V words of the documents. The texts of one video are few and short,
so dense count matrices do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Term = TypeVar("Term", str, int)

K1, B = 1.2, 0.75  # the usual constants of BM25
MU = 2500.0  # and of Dirichlet smoothing
# Words of any question. Within one video they may be rare, and would count as telling.
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a about all also an and any are as at be been but by can could d did do does done for "
        "from get go had has have he her here his how i if in into is it its just let like ll m "
        "make me my no not now of on one or our out over re s she should so some t than that the "
        "their them then there these they this those to too up us use used using ve want was way "
        "we were what when where which while who why will with would you your",
    )
)


def words(text: str) -> list[str]:
    """Telling words, in lower case, a plural `s` taken off."""
    found = (word for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in STOP_WORDS)
    return [re.sub(r"(?<=[a-z]{2}[^s])s$", "", word) for word in found]


def counts(queries: Sequence[str], documents: Sequence[str]) -> tuple[Floats, Floats]:
    """Word counts over the documents' vocabulary: (Q, V), (N, V)."""
    return count_terms([words(text) for text in queries], [words(text) for text in documents])


def count_terms(
    queries: Sequence[Sequence[Term]], documents: Sequence[Sequence[Term]]
) -> tuple[Floats, Floats]:
    """Counts of words, or of token ids, over those of the documents: (Q, V), (N, V)."""
    index = {term: i for i, term in enumerate(sorted({t for text in documents for t in text}))}

    def matrix(texts: Sequence[Sequence[Term]]) -> Floats:
        found = np.zeros((len(texts), len(index)))
        for row, text in enumerate(texts):
            for term in text:
                if term in index:
                    found[row, index[term]] += 1.0
        return found

    return matrix(queries), matrix(documents)


def bm25(asked: Floats, written: Floats, idf: Floats, length: Floats | None = None) -> Floats:
    """BM25 of N documents for Q queries, (Q, V), (N, V), (V,) -> (Q, N).

    `length` (N, 1) is needed where the V words are not all that the documents say.
    """
    length = written.sum(axis=1, keepdims=True) if length is None else length
    norm = K1 * (1 - B + B * length / max(1.0, float(length.mean())))
    saturated = written * (K1 + 1) / (written + norm)
    scores: Floats = np.minimum(asked, 1.0) @ (saturated * idf).T
    return scores


def inverse_frequency(written: Floats) -> Floats:
    """How rare each word is among N documents, (N, V) -> (V,), never below 0."""
    frequency = (written > 0).sum(axis=0)
    rarity: Floats = np.log(1 + (len(written) - frequency + 0.5) / (frequency + 0.5))
    return rarity


def tfidf_cosine(asked: Floats, written: Floats) -> Floats:
    """Cosine of TF-IDF vectors, (Q, V), (N, V) -> (Q, N); 0 without a common word."""
    idf = inverse_frequency(written)
    cosine: Floats = _unit(asked * idf) @ _unit(written * idf).T
    return cosine


def dirichlet(asked: Floats, written: Floats) -> Floats:
    """Log-likelihood of Q queries in language models of N documents, (Q, V), (N, V) -> (Q, N).

    Smoothed with the language of all documents (Zhai and Lafferty, SIGIR 2001); what is the same
    for every document is left out.
    """
    background = written.sum(axis=0) / max(1.0, float(written.sum()))
    seen = np.log1p(written / (MU * np.maximum(background, 1e-12)))
    length = written.sum(axis=1)
    scores: Floats = asked @ seen.T - asked.sum(axis=1, keepdims=True) * np.log1p(length / MU)
    return scores


def word_matches(question: Sequence[str], documents: Sequence[Sequence[str]]) -> Floats:
    """What the words of a question are worth in each document: (N, 2).

    The share of them that it has, rare ones counting more, and BM25 over 5. Words that no document
    has are left out.
    """
    asked = sorted(set(question).intersection(*[{w for text in documents for w in text}]))
    if not asked:
        return np.zeros((len(documents), 2))
    written = np.array([[text.count(word) for word in asked] for text in documents], np.float64)
    idf = inverse_frequency(written)
    length = np.array([[len(text)] for text in documents], np.float64)
    score = bm25(np.ones((1, len(asked))), written, idf, length)[0]
    return np.stack([(written > 0) @ idf / idf.sum(), score / 5.0], axis=1)


def _unit(rows: Floats) -> Floats:
    unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
