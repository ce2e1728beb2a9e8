import random
from collections import Counter
from dataclasses import replace

from mutualsl.training.augment import WordPieces
from mutualsl.training.config import Part
from mutualsl.training.sampling import Source, draw_epoch, make_batches
from tests import tiny


def source(count=10, **changes):
    examples = [tiny.example(i, cue_count=1 + i) for i in range(count)]
    more = {name: changes.pop(name) for name in ("examples", "pieces") if name in changes}
    part = Part(**{"dataset": "tiny", "per_epoch": count, **changes})
    return Source(**{"part": part, "examples": examples, **more})


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


def test_pools_mix_the_questions_of_a_video_anew_each_time():
    """80 videos with 4 questions each, which are all as long as their video."""
    videos = [tiny.example(i, cue_count=10 + i) for i in range(80)]
    asked = [replace(e, question=f"{e.video.video_id} {n}") for e in videos for n in range(4)]

    def batches(seed, pool_batches):
        return make_batches(
            asked, random.Random(seed), max_tokens=10**6, max_questions=4, pool_batches=pool_batches
        )

    def pairs(groups):
        names = [[e.video.video_id for e in group] for group in groups]
        return {(a, b) for group in names for a in group for b in group if a < b}

    pooled = batches(1, 12)
    assert sorted(e.question for group in pooled for e in group) == sorted(
        e.question for e in asked
    )
    assert {len(group) for group in pooled} == {4} and len(pooled) == 80
    apart = [len({e.video.video_id for e in group}) >= 3 for group in pooled]
    assert sum(apart) > 0.8 * len(apart)
    assert len(pairs(pooled) & pairs(batches(2, 12))) < 0.6 * len(pairs(pooled))
    padded = sum(len(group) * max(e.video.token_count for e in group) for group in pooled)
    assert sum(e.video.token_count for e in asked) > 0.85 * padded
    assert {len({e.video.video_id for e in group}) for group in batches(1, None)} == {1}


def test_only_transcripts_without_a_video_are_cropped():
    with_video = source(per_epoch=10, crop_tokens=4)
    assert all(e.video.token_count == 4 * len(e.video.cues) for e in with_video.examples)
    drawn = draw_epoch([with_video], random.Random(0))
    assert max(e.video.token_count for e in drawn) == 40


def test_captions_come_as_often_as_asked():
    style = WordPieces.of(tiny.tokenizer())
    text = [replace(tiny.example(i), video=tiny.video(seed=i).without_video()) for i in range(4)]
    one = source(examples=text, per_epoch=400, pieces=style, caption_share=0.25)
    drawn = draw_epoch([one], random.Random(0))
    assert 60 < sum(len(e.video.cues) != 4 for e in drawn) < 140
