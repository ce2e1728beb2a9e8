"""What `mutualsl` and the page's server refuse: exit code 2 and one line that helps."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import Finished, assert_refused, call, run
from tests.demo import ROOT
from tests.test_device import SHORT

pytestmark = pytest.mark.usefixtures("checkpoint")
RUN = ("--data-root", ".", "--out", "x")
QUESTION = ("--question", "Where is the kettle?")
VISUAL_ONLY = ["--checkpoint", str(ROOT / "checkpoints" / "vslnet-mini")]
NOWHERE = ("--checkpoint", "nowhere")
DATA = ("--dataset", "jsonl", "--data-root", ".", "--split", "test", *NOWHERE)
HERE = ("--data-root", ".")
HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nreal.mp4\n#EXT-X-ENDLIST\n"


@pytest.fixture
def folder(tmp_path, short_video, monkeypatch):
    """The current folder: a real video beside files that only look like one."""
    (tmp_path / "real.mp4").symlink_to(short_video)
    (tmp_path / "text.mp4").write_text("Not a video at all.\n" * 50)
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "playlist.mp4").write_text(HLS)
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "test.jsonl").touch()
    (tmp_path / "no-cues.srt").write_text("Dear diary,\n\nnothing happened.\n")
    (tmp_path / "good.srt").write_text("1\n00:00:01,000 --> 00:00:03,000\nThe kettle.\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


VIDEOS = ["missing.mp4", "text.mp4", "empty.mp4", "playlist.mp4", "folder.mp4", "bad\0name.mp4"]


@pytest.mark.parametrize("video", VIDEOS)
def test_a_file_that_is_no_video(folder, capfd, video):
    assert_refused(call(capfd, "ask", video, *QUESTION), video.split("\0")[0])


@pytest.mark.parametrize("sign", ["\x1b[31m", "\x1b]0;title\x07", "\x9b2J"])
def test_names_do_not_command_the_terminal(folder, capfd, sign):
    (folder / f"{sign}.mp4").write_text("Not a video at all.\n" * 50)
    refused = call(capfd, "ask", f"{sign}.mp4", *QUESTION)
    assert_refused(refused, "\ufffd")
    assert all(letter.isprintable() for letter in refused.err.rstrip("\n"))


def test_a_process_of_its_own_says_no_more(folder):
    assert_refused(run("ask", "playlist.mp4", *QUESTION, cwd=folder), "playlist.mp4")


@pytest.mark.parametrize("track", ["missing.srt", "no-cues.srt", "folder.mp4", "real.mp4"])
def test_subtitles_that_cannot_be_used(folder, capfd, track):
    assert_refused(call(capfd, "ask", "real.mp4", "--subtitles", track, *QUESTION), track)


@pytest.mark.parametrize(
    ("question", "words"),
    [("", ["empty"]), (" \n\t ", ["empty"]), ("why " * 2500, ["10,000", "1,000"])],
)
def test_a_question_that_cannot_be_asked(folder, capfd, question, words):
    assert_refused(call(capfd, "ask", "real.mp4", "--question", question), *words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", "-", *QUESTION], ["subtitle"]),
        (["ask", "-", "--subtitles", "none", *QUESTION], ["subtitle"]),
        (["ask", "-", "--subtitles", "good.srt", *QUESTION, *VISUAL_ONLY], ["can use", "video"]),
        (["ask", "real.mp4"], ["--question"]),
        (["ask", *QUESTION], ["Missing", "video"]),
        (["ask", "real.mp4", *QUESTION, "--checkpoint", "folder.mp4"], ["folder.mp4"]),
        (["ask", "real.mp4", *QUESTION, "--checkpoint", "nowhere"], ["nowhere"]),
        (["ask", "real.mp4", *QUESTION, "--colour", "red"], ["--colour"]),
        (["ask", "real.mp4", *QUESTION, "--read-out", "loud"], ["loud", "confident", "textual"]),
        (["ask", "real.mp4", *QUESTION, "--device", "abacus"], ["abacus", "cpu", "cuda"]),
        (["ask", "real.mp4", *QUESTION, "--top-k", "0"], ["--top-k"]),
        (["ask", "real.mp4", *QUESTION, "--top-k", "many"], ["--top-k"]),
        (["ask", "-", "--subtitles", "good.srt", *QUESTION, "--clip", "x.mp4"], ["--clip"]),
        (["ask", "real.mp4", *QUESTION, "--clip", "good.srt/x.mp4"], ["good.srt", "folder"]),
        (["ask", "real.mp4", *QUESTION, *NOWHERE, "--clip", "x.avi"], ["x.avi", ".mp4"]),
        (["ask", "real.mp4", *QUESTION, *NOWHERE, "--clip", "."], ["--clip .", "a folder"]),
        (["evaluate", *DATA, "--out", "good.srt"], ["--out", "good.srt is a file"]),
        (["evaluate", *DATA, "--out", "good.srt/a/b"], ["good.srt is a file", "folder"]),
        (["analyse", "rows.jsonl", "--out", "good.srt"], ["--out", "good.srt is a file"]),
        (["encode", "real.mp4", "--out", "good.srt"], ["--out", "good.srt is a file"]),
        (["synthesize", "--out", "good.srt"], ["--out", "good.srt is a file"]),
        (["calibrate", *HERE, "--out", "x"], ["narrations: no such folder", "--data-root"]),
        (["train", "--recipe", "x", *HERE, "--out", "good.srt"], ["--out", "good.srt is a file"]),
        (["reproduce", "table1", *HERE, "--out", "good.srt"], ["--out", "good.srt is a file"]),
        (["evaluate", *DATA, "--out", "x"], ["'test'", "no questions"]),
        *[
            ([*command, "--out", "/proc/x"], ["--out", "/proc cannot be written", "another folder"])
            for command in (
                ["analyse", "rows.jsonl"],
                ["calibrate", *HERE],
                ["encode", "real.mp4"],
                ["evaluate", *DATA],
                ["reproduce", "table1", *HERE],
                ["synthesize"],
                ["train", "--recipe", "x", *HERE],
            )
        ],
        (
            ["ask", "real.mp4", *QUESTION, *NOWHERE, "--clip", "/proc/x.mp4"],
            ["--clip /proc/x.mp4", "/proc cannot be written", "another folder"],
        ),
        (["sing"], ["sing"]),
        (["doctor", "no-cues.srt"], ["no-cues.srt"]),
        (["train", "--recipe", "mor_tutorialvqa", *RUN], ["tutorialvqa: no such folder"]),
        (["reproduce", "table1", "--data-root", "nowhere", "--out", "x"], ["nowhere"]),
        (["synthesize", "--out", "x", "--split", "holdout"], ["holdout", "train"]),
        (["train", "--recipe", "soup", *RUN], ["soup"]),
        (["train", "--recipe", "vslnet", *RUN, "--set", "epoch=1"], ["epoch", "epochs"]),
        (["train", "--recipe", "vslnet", *RUN, "--set", "epochs=few"], ["epochs", "int"]),
        (["train", "--recipe", "vslnet", *RUN, "--set", "epochs"], ["key=value"]),
        (["train", "--recipe", "vslnet", *RUN, "--visual", "nowhere"], ["nowhere"]),
    ],
)
def test_wrong_usage(folder, capfd, arguments, words):
    assert_refused(call(capfd, *arguments), *words)


@pytest.mark.parametrize("clip", ["real.mp4", "link.mp4", "good.srt"])
def test_a_clip_in_place_of_what_is_asked_about(folder, capfd, clip):
    (folder / "link.mp4").symlink_to("real.mp4")
    before = {path: path.read_bytes() for path in (folder / "real.mp4", folder / "good.srt")}
    given = ("real.mp4", "--subtitles", "good.srt", *QUESTION, "--checkpoint", "nowhere")
    assert_refused(call(capfd, "ask", *given, "--clip", clip), f"--clip {clip}", "another name")
    assert {path: path.read_bytes() for path in before} == before


def test_what_lies_past_the_end_of_a_video_is_written_all_the_same(folder, capfd):
    Path("late.srt").write_text("1\n00:10:00,000 --> 00:10:02,000\nHello.\n")
    done = call(capfd, "doctor", "late.srt", "--video", "real.mp4", "--write", "late.vtt")
    assert_refused(done, "late.srt")
    assert "00:10:00.000 --> 00:10:02.000" in Path("late.vtt").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["doctor", "good.srt", "--write", "clean.docx"], [".docx", ".vtt"]),
        (["doctor", "good.srt", "--write", "nowhere/clean.vtt"], ["nowhere"]),
    ],
)
def test_a_result_that_cannot_be_written_is_still_printed(folder, capfd, arguments, words):
    done = call(capfd, *arguments)
    assert done.out
    assert_refused(done._replace(out=""), *words)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"--dataset": "imagenet"}, ["imagenet", "jsonl"]),
        ({"--split": "holdout"}, ["holdout.jsonl"]),
        ({"--data-root": "nowhere"}, ["nowhere"]),
        ({"--read-out": "loud"}, ["loud"]),
    ],
)
def test_a_data_set_that_cannot_be_scored(folder, capfd, changes, words):
    options = {"--dataset": "jsonl", "--data-root": ".", "--split": "test", "--out": "out"}
    arguments = [text for pair in (options | changes).items() for text in pair]
    assert_refused(call(capfd, "evaluate", *arguments), *words)
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "-", "--subtitles", "good.srt", *QUESTION],
        ["encode", "real.mp4"],
        ["evaluate", "--dataset", "jsonl", "--split", "test", *RUN],
        ["serve"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_gpu_that_is_not_there(folder, capfd, monkeypatch, arguments):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    row = {"video_id": "good", "question": "where", "start": 1, "end": 2, "duration": 3}
    (folder / "test.jsonl").write_text(json.dumps(row))
    done = call(capfd, *arguments, "--device", "cuda")
    assert_refused(done, "no CUDA device here", "--device cpu")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--checkpoint", "nowhere"], "nowhere"),
        (["--data-root", "nowhere"], "nowhere"),
        (["--data-root", "."], "no data set with questions here"),
        (["--device", "abacus"], "abacus"),
        (["--port", "many"], "--port"),
        (["--port", "70000"], "65535"),
        (["--colour", "red"], "--colour"),
    ],
)
def test_a_page_that_cannot_be_served(folder, capfd, arguments, word):
    assert_refused(call(capfd, "serve", *arguments), word)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("CUDA out of memory.\nTried to allocate 20 GiB."),
        MemoryError(),
        *SHORT,
    ],
    ids=repr,
)
def test_too_little_memory(capfd, monkeypatch, error):
    def run(*given, **more):
        raise error

    monkeypatch.setattr("mutualsl.training.run.run", run)
    done = call(capfd, "train", "--recipe", "vslnet", *RUN)
    assert_refused(done, "--set max_questions=", "--set gradient_checkpointing=true", "cpu")


def test_an_error_that_nobody_foresaw_is_shown_whole(capfd, monkeypatch):
    def run(*given, **more):
        raise RuntimeError("a bug")

    monkeypatch.setattr("mutualsl.training.run.run", run)
    with pytest.raises(RuntimeError, match="a bug"):
        call(capfd, "train", "--recipe", "vslnet", *RUN)


def test_mcp_without_its_package(capfd, monkeypatch):
    monkeypatch.setattr(sys.modules["mutualsl.cli.serve"], "find_spec", lambda name: None)
    assert_refused(call(capfd, "serve", "--mcp"), "pip install 'mutualsl[mcp]'")


@pytest.mark.parametrize("command", [[], ["serve"]])  # the latter is what its --help shows
def test_the_file_of_the_space_is_the_same_command(command):
    command = [sys.executable, "app.py", *command, "--data-root", "nowhere"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert_refused(Finished(done.returncode, done.stdout, done.stderr), "--data-root", "nowhere")


def test_a_model_that_cannot_be_loaded_ends_the_page(tiny_models):
    broken = tiny_models.with_name("broken")
    command = [sys.executable, "app.py", "--device", "cpu", "--checkpoint", broken]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    served, *more = done.stdout.splitlines()  # it is loaded while browsers fetch the page
    assert served.startswith("URL: ") and more == []
    assert_refused(Finished(done.returncode, "", done.stderr), "broken", "fetch or train it again")


@pytest.mark.parametrize(
    "host", ["256.1.1.1", "203.0.113.7", "http://localhost", "localhost:7860", "a" * 300]
)
def test_a_host_that_is_not_this_machine(capfd, host):
    assert_refused(call(capfd, "serve", "--host", host), "--host", "not an address", "0.0.0.0")


def test_a_port_that_is_taken(capfd):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = call(capfd, "serve", "--host", "127.0.0.1", "--port", port)
    assert_refused(refused, port)
