"""Results go into the pages of a repository, unless better ones are there."""

import json

import pytest

from mutualsl.evaluation.report import tables
from mutualsl.reproduce.publish import publish
from tests.evaluation.results import cell, table, write_repository


@pytest.fixture
def repository(tmp_path):
    write_repository(tmp_path)
    (tmp_path / tables.RESULTS).mkdir(parents=True)
    return tmp_path


def record(*means):
    return table("table1", [cell("MoR", "synthetic", mean=mean) for mean in means])


def kept(repository):
    return json.loads((repository / tables.RESULTS / "table1.json").read_text())


def test_results_are_on_the_page(repository):
    assert "has these results" in publish(record(41.0), repository)
    page = (repository / "docs" / "results.md").read_text()
    assert "| MoR | 41.0 ± 1.2 |" in page


def test_a_trial_does_not_replace_results(repository):
    publish(record(41.0, 42.0), repository)
    assert "stays as it is: it has 6 finished runs" in publish(record(43.0), repository)
    assert kept(repository) == record(41.0, 42.0)
    publish(record(43.0, 44.0), repository)
    assert kept(repository) == record(43.0, 44.0)


def test_nothing_is_written_of_runs_that_were_stopped(repository):
    stopped = cell("MoR", "synthetic", mean=1.0, stopped=dict.fromkeys("012", "here"))
    assert "no run was finished" in publish(table("table1", [stopped]), repository)
    assert not (repository / tables.RESULTS / "table1.json").exists()
