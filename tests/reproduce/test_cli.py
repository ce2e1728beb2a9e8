"""The command `reproduce`: what it prints, what it writes, what it refuses."""

import json

import pytest

from mutualsl.cli import main
from tests.reproduce.conftest import VISUAL


def command(root, out, table="table1", *more):
    return [
        "reproduce", table, "--data-root", str(root), "--out", str(out), "--visual", str(VISUAL),
        "--device", "cpu", "--no-publish", *more,
    ]  # fmt: skip


def code(arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


def test_without_time_the_table_says_so_and_files_are_written(root, tmp_path, capsys):
    assert code(command(root, tmp_path, "table1", "--budget-minutes", "0", "--seeds", "1")) == 0
    printed = capsys.readouterr().out
    assert "## Table 1" in printed and "no time was left" in printed and "needs videos" in printed
    assert (tmp_path / "table1.md").read_text() == printed.removesuffix("\n")
    record = json.loads((tmp_path / "table1.json").read_text())
    assert not any(cell["seeds"] for cell in record["cells"])
    assert str(root) not in printed and str(tmp_path) not in printed


@pytest.mark.parametrize(
    ("table", "more", "said"),
    [("table3", (), "unknown table"), ("table1", ("--budget-minutes", "-1"), "budget-minutes")],
)
def test_what_cannot_be_made_is_refused(root, tmp_path, capsys, table, more, said):
    assert code(command(root, tmp_path, table, *more)) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
