"""The data sets as published, against their counts and against a conversion made elsewhere.

DATA_ROOT/raw/<data set>/ holds the published files, DATA_ROOT/<data set>/ the same in layout
`jsonl`.
"""

import json

import pytest

from mutualsl.data import DATASETS, dataset_in, medvidqa, tutorialvqa, vehiclevqa
from mutualsl.data.ceilings import cue_ceiling
from mutualsl.data.check import check
from mutualsl.data.split_sets import disjoint_ids
from mutualsl.subtitles import read_subtitles
from tests.data.test_ceilings import labels_miou

pytestmark = pytest.mark.data
COUNTS = {
    "tutorialvqa": tutorialvqa.QUESTION_COUNTS,
    "vehiclevqa": vehiclevqa.QUESTION_COUNTS,
    "medvidqa": {"official": {"train": 2710, "val": 145}},  # the test questions are not at hand
}
PARTS = [(n, s, split) for n, sets in COUNTS.items() for s in sets for split in sets[s]]
VIDEO_COUNTS = {"tutorialvqa": 76, "vehiclevqa": 107}


@pytest.fixture
def raw_root(data_root):
    return lambda name: data_root / "raw" / name


@pytest.mark.parametrize(("name", "split_set", "split"), PARTS)
def test_every_question_of_the_conversion_is_loaded_alike(
    data_root, raw_root, name, split_set, split
):
    examples = DATASETS[name].load(raw_root(name), split, split_set)
    assert len(examples) == COUNTS[name][split_set][split]
    by_id = {example.sample_id: example for example in examples}
    assert len(by_id) == len(examples)
    lines = (data_root / name / split_set / f"{split}.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in lines.splitlines()]
    if name != "medvidqa":  # its conversion has only the videos with a track
        assert [row["sample_id"] for row in rows] == list(by_id)
    for row in rows:
        example = by_id[row["sample_id"]]
        assert (example.video.video_id, example.question) == (row["video_id"], row["question"])
        assert example.gold == pytest.approx((row["start"], row["end"]), abs=0.05)


def test_all_that_was_published_is_read(raw_root):
    splits = ("train", "val", "test")
    tutorials = [e for s in splits for e in tutorialvqa.load(raw_root("tutorialvqa"), s)]
    assert len(tutorials) == 6195
    cars = [e for s in splits for e in vehiclevqa.load(raw_root("vehiclevqa"), s)]
    assert len(cars) == 9482 - 270
    for name, examples in (("tutorialvqa", tutorials), ("vehiclevqa", cars)):
        ids = {example.video.video_id for example in examples}
        listed = disjoint_ids()[name].values()
        assert ids == {i for names in listed for i in names} and len(ids) == VIDEO_COUNTS[name]
    (remark,) = vehiclevqa.remarks(raw_root("vehiclevqa"))
    assert remark.startswith("270 of 9482 questions repeat")
    questions = [e for s in ("train", "val") for e in medvidqa.load(raw_root("medvidqa"), s)]
    assert len(questions) == 2855 and len({e.video.video_id for e in questions}) == 849


@pytest.mark.parametrize("name", ["tutorialvqa", "vehiclevqa"])
def test_tracks_are_those_of_the_conversion(data_root, raw_root, name):
    """But for sentences without times: their neighbours leave the same gap, divided otherwise."""
    videos = {
        example.video.video_id: example.video
        for split in ("train", "val", "test")
        for example in DATASETS[name].load(raw_root(name), split)
    }
    differing = 0
    for video_id, video in videos.items():
        cues = read_subtitles(data_root / name / "subtitles" / f"{video_id}.vtt").cues
        assert len(cues) == len(video.cues)
        differing += sum(
            abs(a.start_second - b.start_second) > 0.05 or abs(a.end_second - b.end_second) > 0.05
            for a, b in zip(cues, video.cues, strict=True)
        )
    assert differing <= (15 if name == "tutorialvqa" else 0)


@pytest.mark.parametrize("name", ["tutorialvqa", "vehiclevqa", "medvidqa"])
def test_the_check_finds_what_is_known(raw_root, name):
    report = check(DATASETS[name], raw_root(name))
    by_name = {(split.split_set, split.split): split for split in report.splits}
    for (split_set, split), found in by_name.items():
        assert found.gold_outside == () and found.expected == found.questions
        assert found.row_ceiling > 96
        if name != "medvidqa":
            assert found.cue_ceiling > 99.9 and found.without_subtitles == ()
            if split != "train":
                assert (found.leak.videos == 0) == (split_set == "disjoint")
    if name == "medvidqa":
        assert len(by_name) == 2 and by_name["official", "val"].leak.videos == 0
        assert any("test.json is missing" in finding for finding in report.findings)


@pytest.mark.parametrize(("name", "least"), [("medvidqa", 94.0), ("tutorialvqa", 99.9)])
def test_labels_lose_nothing_that_cues_could_keep(data_root, name, least):
    """Of the 82 questions of MedVidQA's val part with a track: 94.4, which is their ceiling."""
    examples = DATASETS["jsonl"].load(data_root / name, "val", "official")
    found = labels_miou(examples)
    assert found >= least and found == pytest.approx(cue_ceiling(examples), abs=0.1)


def test_a_folder_says_how_it_is_read(data_root, raw_root):
    assert dataset_in(data_root / "tutorialvqa", "val", "disjoint") is DATASETS["jsonl"]
    assert dataset_in(raw_root("tutorialvqa"), "val", "disjoint") is DATASETS["tutorialvqa"]
