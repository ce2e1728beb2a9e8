from dataclasses import replace

import pytest
import torch

from mutualsl.data import Example, VideoInput
from mutualsl.data.batch import SMALLEST_WINDOW
from tests import tiny


def windows(cue_lengths, question_length=3, window_tokens=16):
    collate = tiny.collator(window_tokens)
    cues = [[100 + i] * n for i, n in enumerate(cue_lengths)]
    return collate.text_windows(list(range(50, 50 + question_length)), cues)


def test_every_cue_token_appears_once_in_its_segment():
    made = windows([4, 5, 3, 9, 1, 30, 2])
    seen = [
        (token, owner)
        for tokens, segments in made
        for token, owner in zip(tokens, segments, strict=True)
        if owner > 0
    ]
    assert all(token == 99 + owner for token, owner in seen)
    assert [sum(o == i + 1 for _, o in seen) for i in range(7)] == [4, 5, 3, 9, 1, 30, 2]


def test_windows_fit_and_begin_with_the_question():
    for tokens, segments in windows([4, 5, 3, 9, 1, 30, 2]):
        assert len(tokens) == len(segments) <= 16
        assert tokens[1:4] == [50, 51, 52] and segments[:5] == [0] * 5


def test_a_cue_that_fits_is_not_divided():
    made = windows([6, 6, 6])
    assert [sorted(set(s) - {0, -1}) for _, s in made] == [[1], [2], [3]]


def test_windows_are_about_equally_full():
    sizes = [len(tokens) for tokens, _ in windows([1] * 23, window_tokens=16)]
    assert max(sizes) - min(sizes) <= 1


def test_a_question_too_long_for_the_window_is_cut():
    collate = replace(tiny.collator(24), max_question_tokens=5)
    assert collate.question_limit("how do i open the jar") == collate.max_question_tokens
    ((tokens, _),) = collate.text_windows(list(range(50, 60)), [])
    assert tokens[1:-1] == [50, 51, 52, 53, 54]


def test_a_small_window_keeps_room_for_a_cue():
    collate = tiny.collator(SMALLEST_WINDOW + 2)
    assert collate.question_limit("how do i open the jar") == collate.question_tokens == 3
    windows = collate.text_windows(list(range(50, 60)), [[7, 8]])
    assert [tokens[1:4] for tokens, _ in windows] == [[50, 51, 52]] * 2
    assert [tokens[5] for tokens, _ in windows] == [7, 8]


def test_no_cues_and_no_question_is_still_a_batch():
    batch = tiny.collator()(
        [Example(video=VideoInput(video_id="v", duration_second=3.0), question="")]
    )
    assert batch.has_video.tolist() == [False] and batch.has_subtitles.tolist() == [False]
    assert batch.gold is None and batch.window_ids.shape == (1, 2)


def test_missing_modalities_are_flagged_and_padded():
    batch = tiny.collator()(
        [
            tiny.example(0, seconds=5, cue_count=2),
            replace(tiny.example(1), video=tiny.video(seed=1).without_video()),
            replace(tiny.example(2), video=tiny.video(seed=2).without_subtitles()),
        ]
    )
    assert batch.has_video.tolist() == [True, False, True]
    assert batch.has_subtitles.tolist() == [True, True, False]
    assert batch.row_mask.sum(1).tolist() == [5, 0, 12]
    assert batch.timeline.cue_mask.sum(1).tolist() == [2, 4, 0]
    assert batch.rows[1].abs().sum() == 0


def test_batches_move_as_a_whole():
    batch = tiny.collator()([tiny.example()]).to("meta")
    assert batch.rows.device == torch.device("meta")
    assert batch.timeline.cue_mask.device == torch.device("meta")


@pytest.mark.parametrize("count", [1, 3])
def test_gold_needs_every_question_to_have_one(count):
    examples = [tiny.example(i) for i in range(count)]
    assert tiny.collator()(examples).gold.shape == (count, 2)
    examples[-1] = replace(examples[-1], gold=None)
    assert tiny.collator()(examples).gold is None
