"""Run `mutualsl` as a user does, or in this process where a new one would teach nothing."""

import subprocess
import sys
from typing import NamedTuple

from mutualsl.cli import main


class Finished(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def run(*arguments, cwd=None) -> Finished:
    """`python -m mutualsl …` in a process of its own."""
    command = [sys.executable, "-m", "mutualsl", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=120
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def call(capfd, *arguments) -> Finished:
    """The same command in this process; what its own worker processes print counts too."""
    capfd.readouterr()
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as stop:
        return Finished(int(stop.code or 0), *capfd.readouterr())
    raise AssertionError("the command line ends by leaving the process")


def assert_refused(finished: Finished, *words):
    """Exit code 2, nothing on stdout, and one line on stderr that holds every word."""
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith("mutualsl: ")
    assert finished.err.count("\n") == 1 and finished.err.endswith("\n")
    for word in words:
        assert word in finished.err
