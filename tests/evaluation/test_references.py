"""References find what they should in made-up videos, and are chosen on the train part."""

import json
from collections import Counter
from dataclasses import replace
from math import log

import numpy as np
import pytest

from mutualsl.data import DATASETS
from mutualsl.data.lexical import bm25, counts, inverse_frequency, tfidf_cosine, words
from mutualsl.errors import DataError
from mutualsl.evaluation.references import main, measure
from mutualsl.evaluation.unlearned import (
    LENGTHS,
    REFERENCES,
    fixed_window,
    middle_window,
    nearest_question,
    random_span,
    whole_video,
)
from mutualsl.spans import Span

STEPS = ("peel the onion", "heat the oil", "boil some water", "slice a carrot", "salt the soup")
STEP_SECOND = 10
DURATION_SECOND = len(STEPS) * STEP_SECOND + 10  # nothing is said at the end


def question(video, step, sample_id=""):
    start = step * STEP_SECOND
    verb, *_, thing = STEPS[step].split()
    return {
        "sample_id": sample_id or f"{video}-{step}",
        "video_id": video,
        "question": f"How do I {verb} my {thing}s?",
        "start": start,
        "end": start + STEP_SECOND,
        "duration": DURATION_SECOND,
    }


@pytest.fixture
def kitchen(tmp_path):
    """A data set of two videos that say the same; one is in train and test, one in test only."""
    root = tmp_path / "kitchen"
    (root / "subtitles").mkdir(parents=True)
    cues = [
        f"00:{second:02d}.000 --> 00:{second + 5:02d}.000\n{text}"
        for step, said in enumerate(STEPS)
        for second, text in ((step * 10, f"now {said}"), (step * 10 + 5, f"and we {said} again"))
    ]
    for name in ("seen", "new"):
        (root / "subtitles" / f"{name}.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n")
    parts = {
        "train": [question("seen", step) for step in (0, 1, 2, 3)],
        "test": [question("seen", 1, "a"), question("new", 2, "b"), question("new", 4, "c")],
    }
    for split, rows in parts.items():
        (root / f"{split}.jsonl").write_text("".join(json.dumps(own) + "\n" for own in rows))
    return root


@pytest.fixture
def parts(kitchen):
    return [DATASETS["jsonl"].load(kitchen, split) for split in ("train", "test")]


def test_the_whole_video_has_the_share_of_the_answer(parts):
    spans, settings = whole_video(*parts)
    assert spans == [Span(0.0, 60.0)] * 3 and settings == {}
    assert measure(*parts)["whole video"]["mIoU"] == pytest.approx(100 / 6)


def test_a_random_span_lies_in_the_video_and_is_the_same_each_time(parts):
    spans, settings = random_span(*parts)
    assert settings == {} and spans == random_span(*parts)[0]
    assert len(set(spans)) == len(spans)
    for span in spans:
        assert span.start_second >= 0.0 and span.end_second <= DURATION_SECOND
        assert span.length_second == pytest.approx(STEP_SECOND)


def test_the_middle_of_a_long_video_and_all_of_a_short_one(parts):
    train, asked = parts
    long, *_ = (replace(e, video=replace(e.video, duration_second=200.0)) for e in asked)
    assert middle_window(train, [asked[0], long]) == ([Span(0.0, 60.0), Span(69.0, 131.0)], {})


@pytest.mark.parametrize("name", ["BM25 window", "TF-IDF peak"])
def test_matching_words_find_the_step_that_is_asked_for(parts, name):
    spans, settings = REFERENCES[name](*parts)
    assert settings["length_second"] in [10 * n for n in LENGTHS]
    for span, example in zip(spans, parts[1], strict=True):
        middle = sum(span) / 2
        assert example.gold.start_second <= middle <= example.gold.end_second
    assert measure(*parts)[name]["R1@0.5"] == 100.0


def test_a_fixed_window_is_where_train_answers_are(parts):
    train, asked = parts
    always = [example for example in train if example.gold.start_second == 20.0]
    spans, settings = fixed_window(always, asked)
    assert spans == [Span(20.0, 30.0)] * 3
    assert settings == {"length_second": 10.0, "place": 0.4}  # 20 s of the 50 s that are free


def test_a_span_is_copied_only_from_the_same_video(parts):
    train, asked = parts
    spans, _ = nearest_question(train, asked)
    assert spans == [Span(10.0, 20.0), None, None]
    found = measure(train, asked)["nearest train question"]
    assert (found["n"], found["n_answered"]) == (3, 1)
    assert found["mIoU"] == pytest.approx(100 / 3)


def test_every_reference_answers_inside_the_video_or_not_at_all(parts):
    train, asked = parts
    for reference in REFERENCES.values():
        for span, example in zip(reference(train, asked)[0], asked, strict=True):
            if span is not None:
                assert 0 <= span.start_second < span.end_second <= example.video.duration_second


def test_without_subtitles_words_match_nothing(kitchen):
    for file in (kitchen / "subtitles").iterdir():
        file.unlink()
    train, asked = (DATASETS["jsonl"].load(kitchen, split) for split in ("train", "test"))
    found = measure(train, asked)
    assert found["BM25 window"]["n_answered"] == found["TF-IDF peak"]["n_answered"] == 0
    assert found["whole video"]["n_answered"] == 3


def test_settings_come_from_train_alone(parts):
    train, asked = parts
    settings = {name: reference(train, asked)[1] for name, reference in REFERENCES.items()}
    fewer = {name: reference(train, asked[:1])[1] for name, reference in REFERENCES.items()}
    assert settings == fewer
    with pytest.raises(DataError, match="train part"):
        measure([], asked)


def test_the_command_writes_what_the_page_needs(kitchen, tmp_path, capsys):
    out = tmp_path / "results" / "kitchen.json"
    arguments = ["--data-root", str(kitchen), "--split", "test", "--out", str(out)]
    assert main(arguments) == 0
    record = json.loads(out.read_text())
    assert (record["data"], record["split_set"], record["split"]) == ("kitchen", None, "test")
    assert record["n"] == 3 and record["commit"] and record["date"]
    assert record["references"].keys() == REFERENCES.keys()
    for found in record["references"].values():
        assert found["interval"] is None  # of a single video
    assert str(tmp_path) not in out.read_text()

    for wrong in (["--dataset", "none"], ["--split", "absent"], ["--split-set", "absent"]):
        assert main([*arguments, *wrong]) == 2
        assert capsys.readouterr().err.startswith("mutualsl: ")


def test_bm25_is_the_published_formula():
    documents = ["red onion onion", "oil", "red oil pan pan"]
    asked, written = counts(["onion oil oil"], documents)  # said twice, asked for once
    scores = bm25(asked, written, inverse_frequency(written))
    mean = 8 / 3
    for n, document in enumerate(map(str.split, documents)):
        expected = 0.0
        for word in ("onion", "oil"):
            containing = sum(word in other.split() for other in documents)
            idf = log(1 + (3 - containing + 0.5) / (containing + 0.5))
            times = Counter(document)[word]
            norm = 1.2 * (1 - 0.75 + 0.75 * len(document) / mean)
            expected += idf * times * 2.2 / (times + norm)
        assert scores[0, n] == pytest.approx(expected)


def test_the_same_words_have_cosine_one_and_other_words_none():
    asked = ["Chop the onions!", "how do I do it", "stir the soup"]
    cosine = tfidf_cosine(*counts(asked, ["chop onion", "pour water", "chop the glass"]))
    assert cosine[0, 0] == pytest.approx(1.0) and 0 < cosine[0, 2] < 1
    assert not cosine[1:].any() and not cosine[:, 1].any()
    assert np.isfinite(tfidf_cosine(*counts(["a"], ["the", ""]))).all()


def test_words_lose_their_plural_and_questions_their_form():
    assert words("How do I slice the Carrots & glass?") == ["slice", "carrot", "glass"]


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "split_set", "expected"),
    [
        ("tutorialvqa", "official", 12.7),
        ("tutorialvqa", "disjoint", 16.9),
        ("vehiclevqa", "official", 22.4),
        ("vehiclevqa", "disjoint", 24.5),
    ],
)
def test_the_whole_video_on_public_data(data_root, name, split_set, expected):
    asked = DATASETS["jsonl"].load(data_root / name, "test", split_set)
    found = measure(asked[:1], asked)["whole video"]
    assert found["mIoU"] == pytest.approx(expected, abs=0.05)
