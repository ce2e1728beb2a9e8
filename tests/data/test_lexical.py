from math import log

import numpy as np
import pytest

from mutualsl.data.lexical import bm25, counts, inverse_frequency, word_matches, words


def test_the_share_of_a_question_counts_rare_words_more():
    documents = [words(t) for t in ("open the jar", "open the lid", "shake the box slowly")]
    found = word_matches(words("How do I open the blue jar?"), documents)[:, 0]
    often, rare = log(1 + 1.5 / 2.5), log(1 + 2.5 / 1.5)  # "blue" is nowhere and left out
    assert found == pytest.approx([1.0, often / (often + rare), 0.0])


def test_bm25_of_few_words_equals_bm25_of_all():
    texts = ["open the jar, then the other jar", "open the lid", "shake the box slowly"]
    question = "open a jar"
    asked, written = counts([question], texts)
    expected = bm25(asked, written, inverse_frequency(written))[0] / 5.0
    found = word_matches(words(question), [words(t) for t in texts])[:, 1]
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("documents", [[], [[]], [["box"], []]])
def test_nothing_in_common_is_nothing(documents):
    assert np.array_equal(word_matches(["jar"], documents), np.zeros((len(documents), 2)))
