"""Tables hold the numbers of the results files, and nothing is made up where one is missing."""

import pytest

from mutualsl.errors import DataError
from mutualsl.evaluation import tables
from tests.evaluation.results import benchmarks, record, write_repository


@pytest.fixture
def repository(tmp_path):
    write_repository(tmp_path)
    return tmp_path


def test_only_the_marked_blocks_of_the_readme_change(repository):
    readme = tables.generate(repository)[repository / "README.md"]
    assert "old" not in readme
    assert readme.startswith("before\n<!-- results -->\n| mIoU, percent |")
    assert "<!-- /results -->\nafter\n<!-- speed -->\n| what |" in readme
    assert readme.endswith("<!-- /speed -->\nafter\n")


def test_generating_again_changes_nothing(repository):
    pages = tables.generate(repository)
    (repository / "README.md").write_text(pages[repository / "README.md"])
    assert tables.generate(repository) == pages


def test_the_summary_has_a_line_for_each_data_set_and_kind():
    assert tables.summary(record()).splitlines()[2:] == [
        "| synthetic, test | 30 | 41.0 | 42.0 | 43.0 |",
        "| - `shown` | 30 | 45.0 | 20.0 | 45.5 |",
        "| - `spoken` | 30 | 20.0 | 50.0 | 47.0 |",
        "| mine, disjoint, val (read-out: textual) | 30 | - | 31.0 | 31.0 |",
    ]


def test_the_page_names_what_the_numbers_come_from():
    page = tables.page(record(), benchmarks())
    assert "Weights `feed`, seed 3, commit `0123456789`, 2001-02-03" in page
    assert "| shown | visual | 55.0 | 45.0 | 35.0 | 45.0 | 30 of 30 |" in page
    assert "| as asked | 30 | 41.0 | 42.0 | 8.0 |" in page


def test_numbers_of_changed_code_say_so():
    page = tables.page({**record(), "commit": "0123456789abcdef-dirty"}, benchmarks())
    assert "commit `0123456789` with uncommitted changes," in page


def test_limits_are_plainly_met_or_not():
    page = tables.page(record(), benchmarks())
    assert "1.61 × decoding alone (15.0 s) | at most 1.6 × | not met |" in page
    assert "1.40 × the bare text encoder (0.30 s) | at most 1.5 × | met |" in page
    assert "| 1,234 MB | at most 2,000 MB | met |" in page


@pytest.mark.parametrize(
    ("missing", "command"),
    [
        ("checkpoints/mutualsl-mini/metrics.json", "mutualsl.evaluation.collect"),
        ("benchmarks/results/length.json", "benchmarks.length"),
    ],
)
def test_missing_results_are_named_with_the_command_that_writes_them(
    repository, monkeypatch, capsys, missing, command
):
    (repository / missing).unlink()
    before = (repository / "README.md").read_text()
    monkeypatch.setattr(tables, "ROOT", repository)
    assert tables.main() == 2
    assert f"{missing}: no usable results; `python -m {command}`" in capsys.readouterr().err
    assert (repository / "README.md").read_text() == before
    assert not (repository / "docs").exists()


def test_a_readme_without_markers_is_an_error():
    with pytest.raises(DataError, match="put both markers back"):
        tables.fill("<!-- /speed --> <!-- speed -->", "speed", "x")
