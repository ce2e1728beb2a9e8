import random
from collections import Counter

import pytest

from mutualsl.spans import Span
from mutualsl.training.sampling import Source, crop, draw_epoch, make_batches
from tests import tiny


def source(count=10, **changes):
    examples = [tiny.example(i, cue_count=1 + i) for i in range(count)]
    return Source(**{"name": "tiny", "examples": examples, "per_epoch": count, **changes})


def test_an_epoch_asks_every_question_before_any_twice():
    drawn = draw_epoch([source(per_epoch=25)], random.Random(0))
    counts = Counter(e.video.video_id for e in drawn)
    assert len(drawn) == 25 and set(counts.values()) <= {2, 3}


def test_modality_dropout_hides_one_modality_at_most():
    drawn = draw_epoch(
        [source(per_epoch=400, drop_video=0.25, drop_subtitles=0.5)], random.Random(0)
    )
    textual = sum(e.video.rows is None for e in drawn)
    visual = sum(not e.video.cues for e in drawn)
    assert not any(e.video.rows is None and not e.video.cues for e in drawn)
    assert 60 < textual < 140 and 160 < visual < 240


def test_the_same_seed_draws_the_same_epoch():
    def ids(seed):
        return [e.video.video_id for e in draw_epoch([source()], random.Random(seed))]

    assert ids(1) == ids(1) != ids(2)


def test_batches_hold_every_example_once_within_their_limits():
    examples = [tiny.example(i, cue_count=1 + i % 20) for i in range(100)]
    batches = make_batches(examples, random.Random(0), max_tokens=200, max_questions=6)
    flat = [e.video.video_id for batch in batches for e in batch]
    assert sorted(flat) == sorted(e.video.video_id for e in examples)
    for batch in batches:
        assert len(batch) <= 6
        assert len(batch) == 1 or sum(e.video.token_count + 16 for e in batch) <= 200
        lengths = [e.video.token_count for e in batch]
        assert max(lengths) - min(lengths) <= 16  # neighbours in length: little padding


@pytest.mark.parametrize("tokens", [4, 13, 40, 200])
def test_a_cropped_transcript_holds_the_answer_and_little_else(tokens):
    video = tiny.video(seconds=60, cue_count=20, with_rows=False)  # 4 tokens and 3 s a cue
    gold = Span(28.0, 31.0)  # inside cues 9 and 10
    seen = set()
    for seed in range(40):
        cropped = crop(video, gold, tokens, random.Random(seed))
        assert [len(cue) for cue in cropped.cue_tokens] == [4] * len(cropped.cues)
        assert cropped.token_count <= max(tokens, 8) and set(video.cues[9:11]) <= {*cropped.cues}
        assert cropped.token_count > min(tokens, video.token_count) - 8
        first = video.cues.index(cropped.cues[0])
        assert cropped.cues == video.cues[first : first + len(cropped.cues)]
        seen.add(first)
    assert len(seen) > 1 or tokens in (4, 200)


def test_only_transcripts_without_a_video_are_cropped():
    with_video = source(per_epoch=10, crop_tokens=4)
    assert all(e.video.token_count == 4 * len(e.video.cues) for e in with_video.examples)
    drawn = draw_epoch([with_video], random.Random(0))
    assert max(e.video.token_count for e in drawn) == 40
