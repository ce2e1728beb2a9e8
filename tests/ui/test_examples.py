import json

from mutualsl.ui.examples import example_cards, read_examples


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


def test_no_folder_no_examples(tmp_path):
    assert read_examples(tmp_path / "nowhere") == ()


def test_questions_are_text(tmp_path):
    write_listing(tmp_path, "<b>How</b>?")
    page = example_cards(read_examples(tmp_path))
    assert "<b>" not in page and page.count("data-question=") == 2
