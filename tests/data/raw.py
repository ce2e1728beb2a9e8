"""Small data sets in the published formats, written by the tests that read them."""

import csv
import json
from pathlib import Path

from mutualsl.data.vehiclevqa import COLUMNS

SENTENCES = ["Open the file.", "Choose a brush.", "Paint the sky.", "Save it now."]
TIMES = [(1.0, 2.5), (3.0, 4.0), (4.5, 6.0), (7.0, 9.25)]
SEGMENTS = {(0, 1): (1.0, 4.0), (2, 2): (4.5, 6.0)}
TUTORIALS = {"train": "3082", "dev": "4218", "test": "14663"}  # one of each disjoint split

FIRST = "WEBVTT\nKind: captions\nLanguage: en\n00:00:00.500 --> 00:00:02.000\nPress the button"
SECOND = (
    "00:00:02.000 --> 00:00:03.500\n&gt;&gt; Turn the\nwheel.\n00:00:04.000 --> 00:00:06.250\nStop."
)
CARS = {"train": "v_1", "val": "v_10", "test": "v_22"}


def write_json(path: Path, content):
    path.write_text(json.dumps(content), encoding="utf-8")


def write_tutorialvqa(root: Path, *, events=True):
    """One video in each disjoint split; every file asks about every video."""
    for name in TUTORIALS:
        questions = [
            {
                "video_id": video,
                "question": f"how do  i {name}? ",
                "answer_start": first,
                "answer_end": last,
            }
            for video in TUTORIALS.values()
            for first, last in SEGMENTS
        ]
        write_json(root / f"{name}.json", questions)
    write_json(root / "videos.json", [tutorial(video) for video in TUTORIALS.values()])
    if events:
        write_events(root, {video: TIMES for video in TUTORIALS.values()})


def tutorial(video_id):
    segments = [
        {
            "title": "t",
            "timestamps": {"start": str(start), "end": str(end)},
            "sentence_indexes": {"start": first, "end": last},
        }
        for (first, last), (start, end) in SEGMENTS.items()
    ]
    return {"video_id": video_id, "transcript": SENTENCES, "segments": segments}


def write_events(root: Path, times):
    """`times` by video: (begin, end) of every sentence, `None` where it is not known."""
    videos = [
        {
            "video_id": video,
            "segments": [
                {"sentences": [{"begin": b and str(b), "end": e and str(e)} for b, e in sentences]}
            ],
        }
        for video, sentences in times.items()
    ]
    write_json(root / "helpx_photoshop_tutorials.events.json", videos)


def write_vehiclevqa(root: Path, changes=None, name="fold_{}.csv"):
    """Ten folds that ask two segments of three videos; `changes` replaces the rows of a fold."""
    for fold in range(1, 11):
        rows = [
            (f"{video}_{segment}", f"q_{fold}_{video}_{segment}", text, f"What is  {fold} for?")
            for video in CARS.values()
            for segment, text in ((1, FIRST), (2, SECOND))
        ]
        with (root / name.format(fold)).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([COLUMNS, *(changes or {}).get(fold, rows)])


def write_medvidqa(root: Path, **changes):
    """One question for training and one to validate, the latter with these changes."""
    record = {
        "sample_id": 1, "question": "How to bandage a hand?", "answer_start": "00:02",
        "answer_end": "00:07", "answer_start_second": 2, "answer_end_second": 7,
        "video_length": 10, "video_id": "abc-_123", "video_url": "https://example.org/abc-_123",
    }  # fmt: skip
    write_json(root / "train.json", [record])
    write_json(root / "val.json", [{**record, "sample_id": 2, "video_id": "xyz", **changes}])
