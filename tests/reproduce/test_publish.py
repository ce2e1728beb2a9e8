"""Results go into the pages of a repository, unless better ones are there."""

import json

import pytest

from mutualsl.evaluation.report import tables
from mutualsl.reproduce.publish import publish
from tests.evaluation.results import cell, table, write_json, write_repository


@pytest.fixture
def repository(tmp_path):
    write_repository(tmp_path)
    (tmp_path / tables.RESULTS).mkdir(parents=True)
    return tmp_path


@pytest.fixture
def put(repository):
    """Publish a record whose runs lie beside the repository."""
    out = repository / "out"
    for name in ("some_recipe", "some_recipe_mutual-false"):
        for seed in range(3):
            write_json(out / "measured" / name / f"seed-{seed}.json", {"run": name, "seed": seed})
    return lambda record: publish(record, out, repository)


def record(*means):
    return table("table1", [cell("MoR", "synthetic", mean=mean) for mean in means])


def measured(repository):
    folder = repository / tables.RESULTS / "measured"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.json"))


def kept(repository):
    return json.loads((repository / tables.RESULTS / "table1.json").read_text())


def test_results_are_on_the_page(put, repository):
    assert "has these results" in put(record(41.0))
    page = (repository / "docs" / "results.md").read_text()
    assert "| MoR | 41.0 ± 1.2 |" in page


def test_a_trial_does_not_replace_results(put, repository):
    put(record(41.0, 42.0))
    assert "stays as it is: it has 6 finished runs" in put(record(43.0))
    assert kept(repository) == record(41.0, 42.0)
    put(record(43.0, 44.0))
    assert kept(repository) == record(43.0, 44.0)


def test_nothing_is_written_of_runs_that_were_stopped(put, repository):
    stopped = cell("MoR", "synthetic", mean=1.0, stopped=dict.fromkeys("012", "here"))
    assert "no run was finished" in put(table("table1", [stopped]))
    assert not (repository / tables.RESULTS / "table1.json").exists()


def test_files_of_finished_runs_go_with_the_results(put, repository):
    put(
        table("table1", [
            cell("MoR", "synthetic", mean=1.0, settings=["mutual=false"], stopped={"1": "here"}),
            cell("VPTSL", "synthetic", mean=1.0, seeds=[2]),
        ])
    )  # fmt: skip
    assert measured(repository) == [
        "some_recipe/seed-2.json",
        "some_recipe_mutual-false/seed-0.json",
        "some_recipe_mutual-false/seed-2.json",
    ]
