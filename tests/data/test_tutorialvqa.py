import json

import pytest

from mutualsl.data import DATASETS
from mutualsl.errors import DataError, UnknownName
from mutualsl.spans import Span
from tests.data import raw

load = DATASETS["tutorialvqa"].load


@pytest.fixture
def root(tmp_path):
    raw.write_tutorialvqa(tmp_path)
    return tmp_path


def change(path, edit):
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


def times(example):
    return [(cue.start_second, cue.end_second) for cue in example.video.cues]


def test_gold_is_the_segment_and_cues_are_the_sentences(root):
    first, second, *rest = load(root, "val")
    assert (first.sample_id, first.question) == ("tutorialvqa-val-0", "how do i dev?")
    assert (first.gold, second.gold) == (Span(1.0, 4.0), Span(4.5, 6.0))
    assert first.video is second.video and first.video.video_id == "3082"
    assert times(first) == raw.TIMES and first.video.duration_second == 9.25
    assert [cue.text for cue in first.video.cues] == raw.SENTENCES
    assert len({e.sample_id for e in [first, second, *rest]}) == 6


def test_a_disjoint_split_takes_its_videos_from_every_file(root):
    examples = load(root, "test", "disjoint")
    assert {e.video.video_id for e in examples} == {"14663"}
    assert [e.sample_id for e in examples] == [
        f"tutorialvqa-{split}-{n}" for split in ("train", "val", "test") for n in (4, 5)
    ]


def test_without_events_sentences_are_placed_between_segments(tmp_path):
    raw.write_tutorialvqa(tmp_path, events=False)
    example = load(tmp_path, "train", "official")[0]
    (a, b), (c, d), sky, (last, end) = times(example)
    assert (a, d, sky) == (1.0, 4.0, (4.5, 6.0))
    assert a < b < c < d and 6.0 < last < end
    # 30 characters take 3 s: the first sentence has 14, a space follows
    assert (b, c) == (pytest.approx(2.4, abs=0.001), pytest.approx(2.5, abs=0.001))
    assert "3 videos are not in" in " ".join(DATASETS["tutorialvqa"].remarks(tmp_path))


@pytest.mark.parametrize("hole", [(None, 6.0), (4.5, None), (None, None), (6.0, 4.5)])
def test_a_sentence_without_usable_times_lies_between_its_neighbours(root, hole):
    raw.write_events(root, {"3082": [*raw.TIMES[:2], hole, raw.TIMES[3]]})
    before, (start, end), after = times(load(root, "train")[0])[1:]
    assert before[1] < start < end < after[0]
    assert "1 sentences have no usable times" in " ".join(DATASETS["tutorialvqa"].remarks(root))


@pytest.mark.parametrize(
    ("name", "edit", "words"),
    [
        ("train.json", lambda c: c[1].pop("answer_end"), "train.json, record 2.*answer_end"),
        ("train.json", lambda c: c[2].update(answer_start="x"), "record 3.*answer_start"),
        ("train.json", lambda c: c[0].update(answer_end=3), "record 1.*no segment"),
        ("train.json", lambda c: c[0].update(video_id="1"), "record 1.*videos.json"),
        ("train.json", lambda c: c.append([]), "record 7.*record"),
        ("videos.json", lambda c: c[1]["segments"][0].pop("timestamps"), "segments 0.*timestamps"),
        ("videos.json", lambda c: c[0]["segments"][1]["timestamps"].update(end="?"), "end is '?'"),
        ("videos.json", lambda c: c[0]["segments"][1]["sentence_indexes"].update(end=9), "are 4"),
        ("videos.json", lambda c: c[0].update(video_id="../x"), "plain file name"),
        ("videos.json", lambda c: c[2]["transcript"].append("More."), "record 3.*5 sentences"),
    ],
)
def test_a_bad_record_is_named(root, name, edit, words):
    change(root / name, edit)
    with pytest.raises(DataError, match=words):
        load(root, "train")


@pytest.mark.parametrize("content", [b"{", b"{}", b"\xff", b"[" * 100_000, None])
def test_a_file_that_is_not_what_it_should_be_is_named(root, content):
    (root / "dev.json").unlink()
    if content is not None:
        (root / "dev.json").write_bytes(content)
    with pytest.raises(DataError, match="dev.json"):
        load(root, "val")


def test_unknown_splits_are_refused(root):
    with pytest.raises(UnknownName, match="train, val"):
        load(root, "dev")
    with pytest.raises(UnknownName, match="disjoint, official"):
        load(root, "val", "mine")
