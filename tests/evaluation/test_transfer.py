"""Table 2 and Fig. 3 come from runs that differ in the transfer and in nothing else."""

import json
import statistics

import pytest

from mutualsl.evaluation.transfer import WEIGHTS, main
from tests.evaluation.results import heads, write_json


@pytest.fixture
def run(tmp_path):
    """Make a run folder: an evaluation and a training log."""

    def make(name, seed, visual, textual=50.0, log=None, scored=None, **about):
        folder = tmp_path / name
        facts = {"data": "synthetic", "split": "test", "split_set": None, "recipe": name[:-1]}
        facts |= {"seed": seed, "commit": "abc", "date": f"2001-02-0{seed + 1}"}
        write_json(folder / "run.json", facts | about)
        write_json(folder / "metrics.json", scored or heads(visual, textual, 60.0))
        if log is not None:
            text = "".join(json.dumps(line) + "\n" for line in log)
            (folder / "log.jsonl").write_text(text)
        return folder

    return make


UNKNOWN_SEED = {"data": "synthetic", "split": "test", "split_set": None, "seed": None} | {
    "commit": "abc",
    "date": "2001-02-01",
}


def epochs(*pairs):
    """A log of a line an epoch."""
    return [
        {"visual": 1.0, WEIGHTS[0]: alpha, WEIGHTS[1]: beta, "epoch": epoch}
        for epoch, (alpha, beta) in enumerate(pairs)
    ]


@pytest.fixture
def six(run):
    """Three seeds on each side."""
    logs = [epochs((0.1 * s, 0.2), (0.3, 0.5)) for s in range(3)]
    return (
        [run(f"with{s}", s, 40.0 + s, log=logs[s]) for s in range(3)],
        [run(f"without{s}", s, 30.0 + 2 * s) for s in range(3)],
    )


def made(taught, alone, out):
    given = ("--with", *taught, "--without", *alone, "--out", out)
    code = main([str(part) for part in given])
    return json.loads(out.read_text()) if code == 0 else code


def test_four_rows_of_mean_and_deviation(six, tmp_path):
    record = made(*six, tmp_path / "results" / "transfer.json")
    rows = {(row["predictor"], row["transfer"]): row for row in record["rows"]}
    assert list(rows) == [
        ("visual", False), ("visual", True), ("textual", False), ("textual", True),
    ]  # fmt: skip
    assert rows["visual", True]["mIoU"] == {"mean": 41.0, "sd": 1.0}
    assert rows["visual", False]["mIoU"] == {"mean": 32.0, "sd": 2.0}
    assert rows["visual", False]["R1@0.3"]["mean"] == 42.0
    assert rows["textual", True]["mIoU"] == {"mean": 50.0, "sd": 0.0}
    assert (record["seeds"], record["n"]) == ([0, 1, 2], 30)
    assert record["recipes"] == {"with": "with", "without": "without"}
    assert record["date"] == "2001-02-03"
    assert str(tmp_path) not in json.dumps(record)


def test_curves_are_the_mean_and_the_ends_over_seeds(six, tmp_path):
    curves = made(*six, tmp_path / "t.json")["curves"]
    assert (curves["unit"], curves["at"]) == ("epoch", [1.0, 2.0])
    assert curves[WEIGHTS[0]] == {
        "mean": [0.1, 0.3], "least": [0.0, 0.3], "greatest": [0.2, 0.3],
    }  # fmt: skip
    assert curves[WEIGHTS[1]]["mean"] == [0.2, 0.5]


def test_steps_are_preferred_and_neighbours_averaged(run, tmp_path):
    steps = [{"step": n, WEIGHTS[0]: n / 1000, WEIGHTS[1]: 0.5} for n in range(1000)]
    taught = run("with0", 0, 40.0, log=[{"note": "begin"}, *steps, *epochs((0.9, 0.9))])
    curves = made([taught], [run("without0", 0, 30.0)], tmp_path / "t.json")["curves"]
    assert curves["unit"] == "step" and len(curves["at"]) == 100
    assert curves["at"][0] == 4.5
    assert curves[WEIGHTS[0]]["mean"][0] == pytest.approx(
        statistics.mean(range(10)) / 1000, abs=1e-4
    )
    assert max(curves[WEIGHTS[0]]["mean"]) < 1


def test_a_line_written_again_counts_once_and_only_common_epochs_are_kept(run, tmp_path):
    again = [*epochs((0.1, 0.1)), *epochs((0.4, 0.2), (0.5, 0.5), (0.6, 0.6))]
    taught = [run("with0", 0, 40.0, log=again), run("with1", 1, 40.0, log=epochs((0.2, 0.2)))]
    alone = [run("without0", 0, 30.0), run("without1", 1, 30.0)]
    curves = made(taught, alone, tmp_path / "t.json")["curves"]
    assert curves["at"] == [1.0]
    assert curves[WEIGHTS[0]]["greatest"] == [0.4]


def test_one_seed_has_no_deviation(run, tmp_path):
    taught, alone = run("with0", 0, 40.0, log=epochs((0.1, 0.1))), run("without0", 0, 30.0)
    record = made([taught], [alone], tmp_path / "t.json")
    assert record["rows"][0]["mIoU"] == {"mean": 30.0, "sd": None}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda run: run("with0", 1, 1.0, log=epochs((0.1, 0.1))), "occur twice"),
        (lambda run: run("with0", 5, 1.0, log=epochs((0.1, 0.1))), "train both with the same"),
        (lambda run: run("with0", 0, 1.0, log=[{"epoch": 0}]), "no transfer weights"),
        (lambda run: run("with0", 0, 1.0, log=[{WEIGHTS[0]: 1, WEIGHTS[1]: 1}]), "no usable log"),
        (lambda run: run("with0", 0, 1.0, log=epochs((0.1, 0.1)), split="val"), "other data"),
        (
            lambda run: run("with0", 0, 1.0, log=epochs((0.1, 0.1)),
                            scored=heads(1.0, 2.0, 3.0, answered=0)),
            "visual predictor answered nothing",
        ),
        (lambda run: write_json(run("with0", 0, 1.0) / "run.json", UNKNOWN_SEED), "no seed"),
        (lambda run: (run("with0", 0, 1.0) / "log.jsonl").unlink(), "no usable log"),
        (lambda run: (run("with0", 0, 1.0) / "metrics.json").unlink(), "no usable results"),
    ],
)  # fmt: skip
def test_runs_that_do_not_belong_together_are_refused(six, run, tmp_path, capsys, spoil, message):
    spoil(run)
    assert made(*six, tmp_path / "t.json") == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
    assert not (tmp_path / "t.json").exists()
