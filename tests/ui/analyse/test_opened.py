import pytest

from mutualsl.errors import DataError
from mutualsl.ui.analyse import opened as module
from mutualsl.ui.analyse.notes import Note
from mutualsl.ui.analyse.opened import open_file
from mutualsl.ui.status import sentence
from tests.evaluation.rows import random_rows, row, write


def silent(stage, fraction):
    pass


def test_a_file_alone_and_beside_another(tmp_path):
    one = write(tmp_path / "one.jsonl", random_rows(30))
    found = open_file(str(one), None, {}, silent)
    assert found.name == "one.jsonl" and len(found.analysis.results) == 30
    assert found.compared is None and found.source is None
    beside = found.beside(str(one), silent)
    assert beside.compared.changes == [0.0] * 30
    assert beside.beside(None, silent).compared is None


def test_a_file_that_does_not_fit_the_other_is_open_alone(tmp_path):
    one = write(tmp_path / "one.jsonl", random_rows(30))
    other = write(tmp_path / "other.jsonl", random_rows(29))
    found = open_file(str(one), str(other), {}, silent)
    assert found.compared is None and found.apart.startswith("Not the same questions")
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_text("{")
    found = open_file(str(one), str(damaged), {}, silent)
    assert "damaged.jsonl, line 1" in found.apart and str(tmp_path) not in found.apart
    assert found.beside(str(one), silent).apart == ""


def test_the_same_content_opened_again_has_its_notes(tmp_path):
    notebooks = {}
    one = write(tmp_path / "one.jsonl", random_rows(30))
    again = write(tmp_path / "again.jsonl", random_rows(30))
    other = write(tmp_path / "other.jsonl", random_rows(29))
    open_file(str(one), None, notebooks, silent).notebook.put("a", Note(("odd",)))
    assert open_file(str(other), None, notebooks, silent).notebook.all() == {}
    assert open_file(str(again), None, notebooks, silent).notebook.all() == {"a": Note(("odd",))}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not JSON"),
        ("[]", "Expected `object`, got `array`"),
        ("{}", "sample_id"),
        ('{"a": ' + "[" * 100_000, "not JSON"),
    ],
)
def test_a_broken_file_gets_one_sentence_with_its_line(tmp_path, line, words):
    path = write(tmp_path / "mine.jsonl", random_rows(2))
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(DataError) as caught:
        open_file(str(path), None, {}, silent)
    said = sentence(caught.value, str(path))
    assert said.startswith("mine.jsonl, line 3: ") or said.startswith("Mine.jsonl, line 3: ")
    assert words in said and str(tmp_path) not in said and "\n" not in said


@pytest.mark.parametrize(
    "change",
    [
        {"question": "half \ud800"},
        {"duration": 10**400},
        {"answer": {"span": [0, 1], "score": 7, "source": "textual"}},
        {"gold": "ab"},
        {"visual": {"span": [1], "score": 0.5}},
    ],
)
def test_values_that_would_break_the_page_are_refused(tmp_path, change):
    path = write(tmp_path / "mine.jsonl", [row("a"), row("b") | change])
    with pytest.raises(DataError, match="line 2"):
        open_file(str(path), None, {}, silent)


def test_a_kind_may_be_anything(tmp_path):
    path = write(tmp_path / "mine.jsonl", [row("a", kind=["x"]), row("b", kind=7)])
    assert [r.kind for r in open_file(str(path), None, {}, silent).analysis.results] == [
        "['x']",
        "7",
    ]


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_PREDICTIONS_BYTES", 100)
    path = write(tmp_path / "mine.jsonl", random_rows(2))
    with pytest.raises(DataError, match="split the file"):
        open_file(str(path), None, {}, silent)
