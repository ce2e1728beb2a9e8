"""Tables hold the numbers of the results files, and nothing is made up where one is missing."""

import shutil

import pytest

from mutualsl.errors import DataError
from mutualsl.evaluation.report import tables
from mutualsl.evaluation.report.markdown import fill
from tests.evaluation.results import (
    figure,
    full_record,
    full_row,
    record,
    references,
    write_json,
    write_repository,
)


@pytest.fixture
def repository(tmp_path):
    write_repository(tmp_path)
    return tmp_path


@pytest.fixture
def complete(repository):
    """A repository with every results file there can be."""
    docs = repository / "docs" / "results"
    shipped = {**record(), "rows": [full_row()]}
    write_json(repository / "checkpoints" / "mutualsl-mini" / "metrics.json", shipped)
    write_json(docs / "official.json", full_record())
    write_json(docs / "figure3.json", figure())
    write_json(docs / "references" / "tutorialvqa.json", references())
    return repository


def test_only_the_marked_blocks_of_the_readme_change(repository):
    readme = tables.generate(repository)[repository / "README.md"]
    assert "old" not in readme
    assert readme.startswith("before\n<!-- results -->\n| mIoU, percent |")
    assert "<!-- /results -->\nafter\n<!-- speed -->\n| what |" in readme
    assert readme.endswith("<!-- /speed -->\nafter\n")


def test_each_model_card_has_the_numbers_of_its_own_weights(repository):
    first = repository / "checkpoints" / "mutualsl-mini"
    other = repository / "checkpoints" / "other"
    shutil.copytree(first, other)
    write_json(other / "metrics.json", {**record(), "rows": [full_row()]})
    pages = tables.generate(repository)
    cards = [pages[folder / "README.md"] for folder in (first, other)]
    for card in cards:
        assert card.startswith("card\n<!-- results -->\n| mIoU, percent |") and "old" not in card
        assert card.endswith("<!-- /results -->\nlimits\n")
    assert cards[0] != cards[1]


def test_generating_again_changes_nothing(complete):
    pages = tables.generate(complete)
    (complete / "README.md").write_text(pages[complete / "README.md"])
    assert tables.generate(complete) == pages


def test_results_of_before_need_no_plots(repository):
    made = {path.relative_to(repository).as_posix() for path in tables.generate(repository)}
    assert made == {"README.md", "docs/results.md", "checkpoints/mutualsl-mini/README.md"}


def test_every_plot_is_written_beside_the_page_and_old_ones_go(complete, monkeypatch):
    monkeypatch.setattr(tables, "ROOT", complete)
    folder = complete / "docs" / "results"
    (folder / "gone-histogram.svg").write_text("<svg/>")
    assert tables.main() == 0
    assert {path.name for path in folder.glob("*.svg")} == {
        "tutorialvqa-disjoint-test-histogram.svg",
        "tutorialvqa-disjoint-test-reliability.svg",
        "official-tutorialvqa-official-test-histogram.svg",
        "official-tutorialvqa-official-test-reliability.svg",
        "transfer-synthetic-test.svg",
    }
    page = (complete / "docs" / "results.md").read_text()
    for path in folder.glob("*.svg"):
        assert page.count(f"](results/{path.name})") == 1
    assert (folder / "references" / "tutorialvqa.json").is_file()


@pytest.mark.parametrize(
    ("unusable", "command"),
    [
        ("checkpoints/mutualsl-mini/metrics.json", "mutualsl.evaluation.collect"),
        ("benchmarks/results/length.json", "benchmarks.length"),
    ],
)
def test_unusable_results_are_named_with_the_command_that_writes_them(
    repository, monkeypatch, capsys, unusable, command
):
    (repository / unusable).write_text("{")
    before = (repository / "README.md").read_text()
    monkeypatch.setattr(tables, "ROOT", repository)
    assert tables.main() == 2
    assert f"{unusable}: no usable results; `python -m {command}`" in capsys.readouterr().err
    assert (repository / "README.md").read_text() == before
    assert not (repository / "docs").exists()


def test_the_shipped_weights_must_have_been_evaluated(repository):
    (repository / tables.METRICS).unlink()
    with pytest.raises(DataError, match="metrics.json: no usable results"):
        tables.generate(repository)


@pytest.mark.parametrize("damaged", ["official.json", "figure3.json", "references/x.json"])
def test_damaged_results_are_no_missing_results(complete, damaged):
    (complete / "docs" / "results" / damaged).write_text("{")
    with pytest.raises(DataError, match=f"docs/results/{damaged}: no usable results; `"):
        tables.generate(complete)


def test_a_readme_without_markers_is_an_error():
    with pytest.raises(DataError, match="put both markers back"):
        fill("<!-- /speed --> <!-- speed -->", "speed", "x")
