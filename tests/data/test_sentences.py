import pytest

from mutualsl.data.sentences import time_sentences


def times(sentences, starts, ends):
    return [(c.start_second, c.end_second) for c in time_sentences(sentences, starts, ends)]


def test_known_times_stay_and_the_rest_is_shared_by_characters():
    found = times(["a" * 9, "b" * 19, "c" * 9], {0: 10.0}, {2: 14.9})
    assert found[0][0] == 10.0 and found[2][1] == 14.9
    # 39 characters and spaces in 4.9 s
    assert found[1] == pytest.approx((10 + 10 * 4.9 / 39, 10 + 29 * 4.9 / 39), abs=0.001)


def test_speech_begins_at_0_and_goes_on_at_the_same_pace():
    found = times(["a" * 10, "b" * 10, "c" * 10], {1: 11.0}, {1: 21.0})
    assert found[0][0] == 0.0
    assert found[2] == (22.0, 32.0)


@pytest.mark.parametrize(
    ("sentences", "starts", "ends"),
    [
        ([], {}, {}),
        (["one", "two"], {}, {}),
        (["one", "two"], {1: 5.0}, {}),
        (["one", "two", "three"], {0: 5.0, 2: 1.0}, {0: 4.0, 2: 2.0}),
        (["one", "", "three"], {}, {2: 0.0}),
    ],
)
def test_every_sentence_gets_a_length_whatever_is_known(sentences, starts, ends):
    found = times(sentences, starts, ends)
    assert len(found) == sum(bool(text) for text in sentences)
    assert all(start < end for start, end in found) and found == sorted(found)
