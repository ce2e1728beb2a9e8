"""Controls on two rendered videos, with the weights that come with the project."""

import json
import shutil
from dataclasses import replace

import pytest

from mutualsl.data import jsonl
from mutualsl.data.synthetic import write_dataset
from mutualsl.errors import DataError
from mutualsl.evaluation.controls import run_controls
from mutualsl.features.files import write_rows
from tests.command_line import assert_refused, call

SMALL = {"workers": 1, "size": (128, 72), "rate_hz": 8.0, "length_second": 25.0}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The same videos, and with every step frozen."""
    folder = tmp_path_factory.mktemp("controls")
    for name, frozen in (("moving", False), ("frozen", True)):
        write_dataset(folder / name, 2, 0, "test", **SMALL, frozen=frozen)
    return folder


def test_each_control_takes_one_thing_away(localizer, data, tmp_path):
    examples = jsonl.load(data / "moving", "test")
    examples = [replace(e, differs_by="motion") for e in examples]  # so that all have a frozen twin
    found = run_controls(localizer, examples, data / "moving", data / "frozen", tmp_path)
    assert found == json.loads((tmp_path / "controls.json").read_text())
    assert {name: row["n"] for name, row in found.items()} == dict.fromkeys(found, len(examples))
    asked = found["as asked"]
    assert found["motion questions, as asked"] == asked
    assert {row["whole_video"] for row in found.values()} == {asked["whole_video"]}
    assert max(asked["visual"], asked["textual"]) > asked["whole_video"] > 0.0
    for name in ("question about another video", "rows of another video"):
        assert found[name]["visual"] != asked["visual"], name


def test_one_video_has_no_other(localizer, data, tmp_path):
    first, *_ = jsonl.load(data / "moving", "test")
    with pytest.raises(DataError, match="two videos at least"):
        run_controls(localizer, [first], data / "moving", data / "frozen", tmp_path)


def test_a_frozen_video_that_moves_is_refused(localizer, data, tmp_path):
    examples = [replace(e, differs_by="motion") for e in jsonl.load(data / "moving", "test")]
    with pytest.raises(DataError, match="the same as .*nothing in it is frozen.*a folder of its"):
        run_controls(localizer, examples, data / "moving", data / "moving", tmp_path)


def test_rows_of_a_video_are_no_frozen_twin_of_it(localizer, data, tmp_path):
    """Files of another kind cannot be told to be the same, what is seen in them can."""
    shutil.copytree(data / "moving", tmp_path / "own")
    rows = tmp_path / "own" / "features" / localizer.encoder.name
    rows.mkdir(parents=True)
    for video in (data / "moving" / "videos").iterdir():
        seen = localizer.encode_video(video, "none").input.rows
        write_rows(rows / f"{video.stem}.npz", seen, localizer.encoder.fingerprint)
    examples = [replace(e, differs_by="motion") for e in jsonl.load(tmp_path / "own", "test")]
    with pytest.raises(DataError, match="the same as .*own, so nothing in it is frozen"):
        run_controls(localizer, examples, tmp_path / "own", data / "moving", tmp_path)


def test_a_folder_of_frozen_videos_is_looked_for_first(data, tmp_path, capfd, monkeypatch):
    monkeypatch.setattr("mutualsl.evaluation.evaluate.evaluate", lambda *given, **more: 1 / 0)
    where = ("--dataset", "jsonl", "--data-root", data / "moving", "--split", "test")
    done = call(capfd, "evaluate", *where, "--out", tmp_path, "--frozen-root", tmp_path / "no")
    assert_refused(done, "no: no such folder", "--frozen-root")


def test_evaluation_prints_controls_with_its_metrics(data, tmp_path, capfd):
    where = ("--dataset", "jsonl", "--data-root", data / "moving", "--split", "test")
    done = call(capfd, "evaluate", *where, "--out", tmp_path, "--frozen-root", data / "frozen")
    metrics, controls = (
        json.loads((tmp_path / name).read_text()) for name in ("metrics.json", "controls.json")
    )
    assert json.loads(done.out) == metrics | {"controls": controls}


def test_a_video_without_a_frozen_twin_is_named(localizer, data, tmp_path):
    examples = [replace(e, differs_by="motion") for e in jsonl.load(data / "moving", "test")]
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(DataError, match=r"elsewhere: video \S+ is missing"):
        run_controls(localizer, examples, data / "moving", tmp_path / "elsewhere", tmp_path)
    assert not (tmp_path / "controls.json").exists()
