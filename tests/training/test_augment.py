import random
from dataclasses import replace

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from mutualsl.data import TextTokenizer
from mutualsl.spans import Span
from mutualsl.subtitles import Cue
from mutualsl.training.augment import WordPieces, crop
from tests import tiny


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


def test_a_crop_holds_the_cues_nearest_to_an_answer_during_which_nobody_speaks():
    spoken = tiny.video(seconds=240, cue_count=4, with_rows=False)
    times = [(0, 10), (10, 20), (200, 210), (210, 220)]
    video = replace(spoken, cues=tuple(Cue(start, end, "") for start, end in times))
    for seed in range(20):
        cropped = crop(video, Span(150.0, 160.0), 8, random.Random(seed))
        assert video.cues[2] in cropped.cues  # it begins nearest and ends nearest
    both = crop(video, Span(190.0, 201.0), 4, random.Random(0))
    assert video.cues[2] in both.cues


def styled(video, seed):
    return WordPieces(frozenset({14}), frozenset()).as_captions(video, random.Random(seed))


def test_captions_keep_the_words_their_order_and_the_times_of_both_ends():
    video = tiny.video(seconds=60, cue_count=20)
    before = [piece for cue in video.cue_tokens for piece in cue]
    without = [piece for piece in before if piece != 14]
    kinds = set()
    for seed in range(30):
        captions = styled(video, seed)
        pieces = [piece for cue in captions.cue_tokens for piece in cue]
        assert pieces in (before, without)
        starts = [cue.start_second for cue in captions.cues]
        assert starts == sorted(starts) and starts[0] < 1.0
        assert all(cue.end_second > cue.start_second for cue in captions.cues)
        assert captions.cues[-1].end_second == pytest.approx(video.cues[-1].end_second)
        sizes = {len(cue) for cue in captions.cue_tokens[:-1]}
        assert len(sizes) == 1 and 5 <= sizes.pop() <= 14
        rolling = captions.cues[0].end_second > captions.cues[1].start_second
        kinds.add((pieces == before, rolling))
    assert len(kinds) == 4


def test_a_line_of_captions_never_begins_inside_a_word():
    video = tiny.video(seconds=30, cue_count=10)
    continues = {piece for cue in video.cue_tokens for piece in cue[1::2]}
    style = WordPieces(frozenset(), frozenset(continues))
    captions = style.as_captions(video, random.Random(0))
    assert len(captions.cues) > 1
    assert not any(cue[0] in continues for cue in captions.cue_tokens[1:])


def test_nothing_said_stays_as_it_is():
    silent = tiny.video().without_subtitles()
    assert styled(silent, 0) is silent


def test_style_is_read_off_the_vocabulary():
    tokenizer = tiny.tokenizer()
    style = WordPieces.of(tokenizer)
    assert not style.continues
    assert style.marks.isdisjoint(tokenizer.encode_all(["how do i open the jar"])[0])


@pytest.mark.parametrize(
    ("vocabulary", "marks", "continues"),
    [
        ("[CLS] jar ##s , ##- the", {",", "##-"}, {"##s", "##-"}),
        ("[CLS] ▁jar s ▁, , ▁the ▁", {"▁,", ",", "▁"}, {"s", "[CLS]"}),
        ("<s> Ġjar s Ġ, , Ġthe Ġ", {"Ġ,", ",", "Ġ"}, {"s", "<s>"}),
    ],
    ids=["WordPiece", "SentencePiece", "byte-level BPE"],
)
def test_every_kind_of_vocabulary_says_what_continues_a_word(vocabulary, marks, continues):
    pieces = {piece: i for i, piece in enumerate(vocabulary.split())}
    style = WordPieces.of(TextTokenizer(Tokenizer(WordLevel(pieces)), 0, 0, 0))
    assert style.marks == {pieces[piece] for piece in marks}
    assert style.continues == {pieces[piece] for piece in continues}
