"""`mutualsl doctor`, `synthesize` and `evaluate`: what they print and the files they leave."""

import json
import shutil

import pytest

from mutualsl.data import DATASETS
from mutualsl.spans import Span, iou
from mutualsl.subtitles import read_subtitles
from mutualsl.video import probe
from tests.command_line import call, run
from tests.contract import check_answer

UNTIDY = """00:00:05,000 --> 00:00:07.000
<i>Second</i> in time, first in the file.

00:00:01,000 --> 00:00:03,000
First in time.
"""


def test_the_doctor_does_not_let_a_file_command_the_terminal(tmp_path, capfd):
    track = {"language": "en\x1b[31m", "segments": [{"start": 0, "end": 2, "text": "Open it."}]}
    (tmp_path / "talk.json").write_text(json.dumps(track))
    done = call(capfd, "doctor", tmp_path / "talk.json")
    assert done.code == 0 and "language: en\ufffd[31m\n" in done.out and "\x1b" not in done.out


def test_the_doctor_says_what_it_repaired_and_writes_it(tmp_path, capfd, short_video):
    sick, clean = tmp_path / "sick.srt", tmp_path / "clean.vtt"
    sick.write_text(UNTIDY + "\n3\n00:00:07,500 --> 00:00:20,000\nRuns on.\n")
    done = call(capfd, "doctor", sick, "--video", short_video, "--write", clean)
    assert (done.code, done.err) == (0, "")
    assert "found:" in done.out and "order" in done.out
    assert "8.0 s video" in done.out
    times = [(cue.start_second, cue.end_second, cue.text) for cue in read_subtitles(clean)]
    first, second, *beyond = times
    assert first == (1, 3, "First in time.")
    assert second == (5, 7, "Second in time, first in the file.")
    assert beyond == [(7.5, 20, "Runs on.")]  # as it was, though the video ends before
    assert "nothing had to be repaired" in call(capfd, "doctor", clean).out


@pytest.mark.slow
def test_a_synthesized_data_set_can_be_read_back(tmp_path):
    done = run("synthesize", *("--out", tmp_path, "--videos", 1, "--seed", 5, "--split", "test"))
    assert (done.code, done.out, done.err) == (0, "", "")
    examples = DATASETS["jsonl"].load(tmp_path, "test")
    (video_id,) = {example.video.video_id for example in examples}
    info = probe(tmp_path / "videos" / f"{video_id}.mp4")
    cues = read_subtitles(tmp_path / "subtitles" / f"{video_id}.vtt").cues
    for example in examples:
        assert example.kind in {"both", "shown", "spoken"}
        assert example.video.duration_second == pytest.approx(info.duration_second, abs=0.1)
        assert 0 <= example.gold.start_second < example.gold.end_second <= info.duration_second
        assert example.video.cues == cues


def test_the_talks_are_written_as_a_data_set(tmp_path, capfd):
    done = call(capfd, "synthesize", "--talks", "--out", tmp_path)
    assert (done.code, done.out, done.err) == (0, "", "")
    train, val = (DATASETS["jsonl"].load(tmp_path, split) for split in ("train", "val"))
    assert len(train) > 7 * len(val) > 7000
    assert not {e.video.video_id for e in train} & {e.video.video_id for e in val}
    assert all(e.video.cues and e.gold.end_second <= e.video.duration_second for e in train)


@pytest.fixture(scope="module")
def scored(demos, checkpoint, tmp_path_factory):
    """Rows of predictions.jsonl by sample_id, and metrics.json, of a data set of four questions."""
    root = tmp_path_factory.mktemp("questions")
    demo = demos["kitchen"]
    for source, folder in ((demo.video, "videos"), (demo.subtitles, "subtitles")):
        (root / folder).mkdir()
        shutil.copy(source, root / folder / f"tea{source.suffix}")
    rows = [
        {"sample_id": f"tea-{n}", "video_id": "tea", "question": question, **span, "duration": 65.6}
        for n, question in enumerate((*demo.questions[:2], ""))
        for span in [dict(zip(("start", "end"), demo.gold[n], strict=True))]
    ]
    nothing = {"video_id": "lost", "question": "why?", "start": 2, "end": 4, "duration": 10}
    rows.append({"sample_id": "lost-0", **nothing})
    (root / "mine").mkdir()
    (root / "mine" / "val.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    options = {"--dataset": "jsonl", "--data-root": root, "--split-set": "mine", "--split": "val"}
    pairs = [text for pair in options.items() for text in pair]
    done = run("evaluate", "--checkpoint", checkpoint, *pairs, "--out", root / "out")
    assert (done.code, done.err) == (0, "")
    metrics = json.loads((root / "out" / "metrics.json").read_text())
    assert json.loads(done.out) == metrics
    lines = (root / "out" / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    predictions = {record["sample_id"]: record for record in map(json.loads, lines)}
    assert len(lines) == len(predictions)
    return predictions, metrics


def test_every_question_gets_a_row(scored, demos):
    predictions, _ = scored
    assert sorted(predictions) == ["lost-0", "tea-0", "tea-1", "tea-2"]
    for sample_id, record in predictions.items():
        given = dict(record)
        assert given.pop("sample_id") == sample_id
        assert given.pop("video_id") == sample_id.split("-")[0]
        assert len(given.pop("gold")) == 2
        assert given.pop("kind") is None
        assert 0.0 <= given.pop("gold_covered") <= 1.0
        assert all(0.0 <= (best or 0.0) <= 1.0 for best in given.pop("ceilings").values())
        assert "timings" not in given
        check_answer({**given, "timings": dict.fromkeys(("video", "features", "question"), 0)})
    assert predictions["tea-0"]["gold"] == list(demos["kitchen"].gold[0])
    assert predictions["lost-0"]["gold_covered"] == 0.0
    assert predictions["lost-0"]["ceilings"]["cues"] is None
    assert predictions["tea-2"]["question"] == ""
    assert predictions["tea-2"]["textual"] and predictions["tea-2"]["visual"]


def test_nothing_to_look_at_is_answered_by_the_whole_video(scored):
    lost = scored[0]["lost-0"]
    assert (lost["visual"], lost["textual"], lost["agreement"]) == (None, None, None)
    assert lost["answer"] == {"span": [0.0, 10.0], "source": "fallback", "score": 0.0}


def test_metrics_count_every_question(scored):
    predictions, metrics = scored
    for name in ("visual", "textual", "answer"):
        head = metrics[name]
        assert head.keys() == {"R1@0.3", "R1@0.5", "R1@0.7", "mIoU", "n", "n_answered"}
        assert (head["n"], head["n_answered"]) == (4, 4 if name == "answer" else 3)
        values = [
            iou(Span(*record[name]["span"]), Span(*record["gold"])) if record[name] else 0.0
            for record in predictions.values()
        ]
        assert head["mIoU"] == pytest.approx(100 * sum(values) / 4, abs=0.05)
        for limit in (0.3, 0.5, 0.7):
            assert head[f"R1@{limit}"] == 25.0 * sum(value >= limit for value in values)
    for name in ("visual", "textual"):
        assert metrics["oracle@5"]["mIoU"] >= metrics["oracle"]["mIoU"] >= metrics[name]["mIoU"]
    assert (metrics["oracle"]["n"], metrics["oracle"]["n_answered"]) == (4, 3)


def test_a_textual_read_out_scores_the_textual_head(demos, checkpoint, capfd, tmp_path):
    (tmp_path / "subtitles").mkdir()
    shutil.copy(demos["workshop"].subtitles, tmp_path / "subtitles" / "saw.vtt")
    row = {"video_id": "saw", "question": "why?", "start": 2, "end": 4, "duration": 70}
    (tmp_path / "test.jsonl").write_text(json.dumps(row))
    done = call(
        capfd, "evaluate", "--checkpoint", checkpoint, "--dataset", "jsonl", "--split", "test",
        "--data-root", tmp_path, "--out", tmp_path / "out", "--read-out", "textual",
    )  # fmt: skip
    metrics = json.loads(done.out)
    assert metrics["answer"] == metrics["textual"]
    assert metrics["visual"]["n_answered"] == 0
