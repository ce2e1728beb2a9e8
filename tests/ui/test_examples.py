import json

import numpy as np

from mutualsl.features import FeatureCache, extract
from mutualsl.spans import Span
from mutualsl.ui.examples import FEATURES, example_cards, known_answers, read_examples
from mutualsl.video import content_hash, probe
from tests.demo import ROOT


def write_listing(folder, question="How?"):
    asked = [{"question": question, "start": 4.0, "end": 8.0, "kind": "both"}]
    listing = [
        {"video": "one-trick.mp4", "subtitles": None, "questions": asked},
        {"video": "missing.mp4", "subtitles": None, "questions": asked},
    ]
    (folder / "questions.json").write_text(json.dumps(listing))
    (folder / "one-trick.mp4").touch()


def test_examples_are_those_whose_video_is_there(tmp_path):
    write_listing(tmp_path)
    (example,) = read_examples(tmp_path)
    assert example.title == "One trick" and example.questions == ("How?",)
    assert example.poster_second == 6.0


def test_true_answers_are_known_of_the_examples_only(tmp_path):
    write_listing(tmp_path)
    examples = read_examples(tmp_path)
    assert known_answers(examples, examples[0].video) == {"How?": Span(4.0, 8.0)}
    assert known_answers(examples, tmp_path / "missing.mp4") == {}
    assert known_answers(examples, None) == {}


def test_no_folder_no_examples(tmp_path):
    assert read_examples(tmp_path / "nowhere") == ()


def test_questions_are_text(tmp_path):
    write_listing(tmp_path, "<b>How</b>?")
    page = example_cards(read_examples(tmp_path))
    assert "<b>" not in page and page.count("data-question=") == 2


def test_what_the_visual_encoder_sees_in_the_examples_comes_with_them(localizer, demos):
    """For the videos and the encoder as they are now: `python -m tools.example_features`."""
    kept = FeatureCache(ROOT / "assets" / FEATURES)
    encoder = localizer.encoder
    hashes = {name: content_hash(demo.video) for name, demo in demos.items()}
    assert kept.entries() == {f"{each}.{encoder.fingerprint}.npz" for each in hashes.values()}
    video = demos["workshop"].video
    there = kept.stored(hashes["workshop"], encoder.fingerprint)
    made = extract(video, probe(video), encoder)
    assert there is not None and [s for s, _ in there.thumbnails] == [s for s, _ in made.thumbnails]
    lengths = np.linalg.norm(there.rows, axis=1) * np.linalg.norm(made.rows, axis=1)
    assert ((there.rows * made.rows).sum(axis=1) / lengths).min() > 0.999
