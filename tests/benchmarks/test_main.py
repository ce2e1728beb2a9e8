"""`make bench` runs every script that measures."""

import json
import platform

import pytest

from benchmarks import __main__ as bench
from benchmarks import common
from benchmarks.common import HERE
from mutualsl.evaluation.report.speed import BENCHMARKS


def test_every_script_that_measures_is_run():
    scripts = {path.stem for path in HERE.glob("*.py") if "def main(" in path.read_text()}
    assert scripts - {"__main__"} == set(BENCHMARKS)


def test_a_benchmark_that_fails_does_not_take_the_others_along(monkeypatch, capfd):
    ran = []

    def run(command):
        ran.append(command[-1])
        return type("Done", (), {"returncode": int(command[-1] == "benchmarks.page")})

    monkeypatch.setattr(bench.subprocess, "run", run)
    assert bench.main(["start", "page", "soak"]) == 1
    assert ran == ["benchmarks.start", "benchmarks.page", "benchmarks.soak"]
    said = capfd.readouterr()
    assert said.out.count(" minutes") == 3 and said.err == "benchmarks: failed: page\n"
    assert bench.main(["start"]) == 0


def test_results_without_a_reference_are_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(common, "HERE", tmp_path)
    seconds = common.Measure(what="a question", value=1.0, unit="s", limit=2.0)
    with pytest.raises(AssertionError, match="compare"):
        common.save("start", [seconds])
    common.save("start", [seconds, common.ratio("the same", 1.0, 0.5, 3.0, "half of it")])
    (written,) = (tmp_path / "results").iterdir()
    assert [line["met"] for line in json.loads(written.read_text())["measures"]] == [True, True]


def test_results_name_the_processor(tmp_path):
    listed = tmp_path / "cpuinfo"
    listed.write_text("processor\t: 0\nmodel name\t: Fast 3 @ 2.4 GHz: new\n\nprocessor\t: 1\n")
    named = common.machine(listed)
    assert named["processor"] == "Fast 3 @ 2.4 GHz: new"
    assert 0.1 < named["memory_gb"] < 1e5
    listed.write_text("processor\t: 0\nBogoMIPS\t: 50\n")  # as on ARM
    kind = platform.processor() or platform.machine()
    for path in (listed, tmp_path / "none"):
        assert common.machine(path)["processor"] == kind
