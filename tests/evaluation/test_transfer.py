"""The curves of Fig. 3 come from training logs, step by step or epoch by epoch."""

import json
import statistics

import pytest

from mutualsl.errors import DataError
from mutualsl.evaluation.transfer import WEIGHTS, curves, read_log


@pytest.fixture
def log(tmp_path):
    """Write a training log and read it."""

    def write(name, lines):
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return read_log(path)

    return write


def epochs(*pairs):
    """Lines of a log, one an epoch."""
    return [
        {"visual": 1.0, WEIGHTS[0]: alpha, WEIGHTS[1]: beta, "epoch": epoch}
        for epoch, (alpha, beta) in enumerate(pairs)
    ]


def test_curves_are_the_mean_and_the_ends_over_seeds(log):
    found = curves([log(s, epochs((0.1 * s, 0.2), (0.3, 0.5))) for s in range(3)])
    assert (found["unit"], found["at"]) == ("epoch", [1.0, 2.0])
    assert found[WEIGHTS[0]] == {
        "mean": [0.1, 0.3], "least": [0.0, 0.3], "greatest": [0.2, 0.3],
    }  # fmt: skip
    assert found[WEIGHTS[1]]["mean"] == [0.2, 0.5]


def test_steps_are_preferred_and_neighbours_averaged(log):
    steps = [{"step": n, WEIGHTS[0]: n / 1000, WEIGHTS[1]: 0.5} for n in range(1000)]
    found = curves([log("a", [{"note": "begin"}, *steps, *epochs((0.9, 0.9))])])
    assert found["unit"] == "step" and len(found["at"]) == 100
    assert found["at"][0] == 4.5
    assert found[WEIGHTS[0]]["mean"][0] == pytest.approx(
        statistics.mean(range(10)) / 1000, abs=1e-4
    )
    assert max(found[WEIGHTS[0]]["mean"]) < 1


def test_a_line_written_again_counts_once_and_only_common_epochs_are_kept(log):
    again = [*epochs((0.1, 0.1)), *epochs((0.4, 0.2), (0.5, 0.5), (0.6, 0.6))]
    found = curves([log("a", again), log("b", epochs((0.2, 0.2)))])
    assert found["at"] == [1.0]
    assert found[WEIGHTS[0]]["greatest"] == [0.4]


def test_a_log_without_weights_has_no_curves(log):
    assert curves([log("a", [{"epoch": 0}])]) is None


def test_what_is_no_log_is_refused(log):
    with pytest.raises(DataError, match="no usable log"):
        log("a", [{WEIGHTS[0]: 1, WEIGHTS[1]: 1}])


def test_a_missing_log_is_named(tmp_path):
    with pytest.raises(DataError, match=r"gone\.jsonl: no usable log"):
        read_log(tmp_path / "gone.jsonl")
