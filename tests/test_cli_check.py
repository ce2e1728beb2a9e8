"""`mutualsl data check`, and `evaluate` on the published formats."""

import json

import pytest

from tests.command_line import assert_refused, call, run
from tests.data import raw

WRITERS = {
    "tutorialvqa": raw.write_tutorialvqa,
    "vehiclevqa": raw.write_vehiclevqa,
    "medvidqa": raw.write_medvidqa,
}


def check(capfd, dataset, root, *more):
    return call(capfd, "data", "check", "--dataset", dataset, "--data-root", root, *more)


def test_a_table_for_people(tmp_path, capfd):
    raw.write_tutorialvqa(tmp_path)
    video_id = json.loads((tmp_path / "videos.json").read_text())[0]["video_id"]
    (tmp_path / "features" / "i3d").mkdir(parents=True)
    (tmp_path / "features" / "i3d" / f"{video_id}.npy").touch()
    done = check(capfd, "tutorialvqa", tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "features" in done.out and "1 i3d" in done.out
    assert "official train" in done.out and "3,718" in done.out
    assert "disjoint test" in done.out and "0 of 1" in done.out
    assert "- official, train has 6 questions; expected are 3,718" in done.out.splitlines()
    assert "…" not in done.out


def test_json_is_the_only_thing_printed(tmp_path):
    raw.write_medvidqa(tmp_path)
    done = run("data", "check", "--dataset", "medvidqa", "--data-root", tmp_path, "--json")
    assert (done.code, done.err) == (0, "")
    record = json.loads(done.out)
    assert record.keys() == {"dataset", "data_root", "splits", "findings"}
    train, val = record["splits"]
    assert (train["split_set"], train["split"], train["leak"]) == ("official", "train", None)
    assert val["leak"] == {"videos": 0, "questions": 1, "spans": 0}
    assert val["without_subtitles"] == val["without_video"] == ["xyz"]
    assert (val["cue_ceiling"], val["row_ceiling"]) == (None, 100.0)


@pytest.mark.parametrize("dataset", sorted({*WRITERS, "jsonl"}))
def test_an_empty_folder_is_refused(tmp_path, capfd, dataset):
    assert_refused(check(capfd, dataset, tmp_path), str(tmp_path), "docs/datasets.md")


def test_what_cannot_be_checked(tmp_path, capfd):
    assert_refused(check(capfd, "imagenet", tmp_path), "imagenet", "vehiclevqa")
    assert_refused(call(capfd, "data"), "command")
    assert_refused(call(capfd, "data", "check", "--dataset", "jsonl"), "--data-root")
    raw.write_medvidqa(tmp_path, video_length="long")
    assert_refused(check(capfd, "medvidqa", tmp_path), "val.json, record 1", "video_length")


@pytest.mark.parametrize(("dataset", "write"), WRITERS.items())
def test_published_files_can_be_scored(tmp_path, capfd, checkpoint, dataset, write):
    write(tmp_path)
    done = call(
        capfd, "evaluate", "--checkpoint", checkpoint, "--dataset", dataset, "--split", "val",
        "--data-root", tmp_path, "--out", tmp_path / "out",
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    metrics = json.loads(done.out)
    lines = (tmp_path / "out" / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == metrics["textual"]["n"] == {"medvidqa": 1}.get(dataset, 6)
    for row in rows:
        assert row["visual"] is None and (row["textual"] is None) == (dataset == "medvidqa")
        assert row["answer"]["source"] == ("fallback" if dataset == "medvidqa" else "textual")
