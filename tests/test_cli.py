"""`mutualsl ask`, end to end on the demo videos."""

import json
import shutil

import pytest

from mutualsl import Span
from mutualsl.spans import clock_range
from mutualsl.subtitles import Cue, read_subtitles, write_subtitles
from mutualsl.video import probe
from tests.command_line import call, run
from tests.contract import check_answer, without_timings

pytestmark = pytest.mark.usefixtures("checkpoint")
QUESTION = ("--question", "Where is the kettle poured?")


@pytest.fixture
def ask(capfd):
    """Ask in this process with --json; the checked answer."""

    def asked(*arguments, top_k=5):
        done = call(capfd, "ask", "--json", "--top-k", top_k, *arguments)
        assert (done.code, done.err) == (0, "")
        record = json.loads(done.out)
        check_answer(record, top_k)
        return record

    return asked


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """Subtitles for the short video."""
    path = tmp_path_factory.mktemp("spoken") / "short.srt"
    cues = [Cue(0.5, 2, "Here is the kettle."), Cue(2.5, 4, "Pour it."), Cue(5, 6.5, "Done.")]
    write_subtitles(cues, path)
    return path


def test_json_is_the_only_thing_printed_and_equals_the_answer_in_python(demos, localizer, kitchen):
    demo = demos["kitchen"]
    question = ("--question", demo.questions[0])
    done = run("ask", demo.video, "--subtitles", demo.subtitles, *question, "--json")
    assert (done.code, done.err) == (0, "")
    record = json.loads(done.out)
    check_answer(record)
    assert (record["video"], record["question"]) == (demo.video.name, demo.questions[0])
    answer = localizer.ask(kitchen, demo.questions[0])
    assert without_timings(record) == without_timings(answer.to_dict())


def test_a_table_for_people_and_a_clip_of_the_span(short_video, spoken, ask, tmp_path):
    clip = tmp_path / "answer.mp4"
    source = (short_video, "--subtitles", spoken, *QUESTION)
    done = run("ask", *source, "--clip", clip)
    assert (done.code, done.err) == (0, "")
    question, blank, visual, textual, answer, *_ = done.out.splitlines()
    assert (question, blank) == (QUESTION[1], "")
    assert visual.startswith("  visual ") and textual.startswith("  textual ")
    record = ask(*source)
    span = Span(*record["answer"]["span"])
    assert clock_range(span) in answer
    assert answer.endswith(f"from {record['answer']['source']}")
    info = probe(clip)
    assert info.duration_second == pytest.approx(span.length_second, abs=0.2)
    assert info.browser_playable


def test_the_embedded_track_is_used_unless_told_otherwise(demos, ask):
    video, question = demos["garden"].video, ("--question", demos["garden"].questions[1])
    assert ask(video, *question)["textual"] is not None
    silent = ask(video, "--subtitles", "none", *question)
    assert (silent["textual"], silent["agreement"]) == (None, None)
    assert any("no subtitles" in warning for warning in silent["warnings"])


def test_a_file_goes_before_the_embedded_track(demos, ask, spoken):
    record = ask(demos["garden"].video, "--subtitles", spoken, *QUESTION)
    assert record["textual"]["span"][1] <= 6.5


def test_subtitles_alone(demos, ask):
    track = demos["workshop"].subtitles
    record = ask("-", "--subtitles", track, *QUESTION)
    assert (record["visual"], record["agreement"]) == (None, None)
    assert record["answer"]["source"] == "textual"
    assert record["duration"] == pytest.approx(read_subtitles(track).end_second, abs=1e-3)


def test_the_textual_read_out_is_the_textual_span(demos, ask):
    record = ask(demos["garden"].video, *QUESTION, "--read-out", "textual")
    assert record["answer"]["source"] == "textual"


@pytest.mark.parametrize("top_k", [1, 2])
def test_as_many_candidates_as_asked_for(demos, ask, top_k):
    record = ask(demos["garden"].video, *QUESTION, top_k=top_k)
    assert len(record["textual"]["candidates"]) <= top_k


@pytest.mark.parametrize(
    "name", ["two words.mp4", 'it\'s "quoted".mp4', "é 二 ق 🎬.mp4", "[x] %s.mp4"]
)
def test_any_file_name(short_video, spoken, ask, tmp_path, name):
    video, track = tmp_path / name, tmp_path / f"{name}.srt"
    shutil.copy(short_video, video)
    shutil.copy(spoken, track)
    record = ask(video, "--subtitles", track, *QUESTION)
    assert record["video"] == name
    assert record["textual"] is not None


def test_a_name_with_a_leading_dash(short_video, spoken, ask, tmp_path, monkeypatch):
    shutil.copy(short_video, tmp_path / "-dash.mp4")
    monkeypatch.chdir(tmp_path)
    record = ask("--subtitles", spoken, *QUESTION, "--", "-dash.mp4")
    assert record["video"] == "-dash.mp4"


@pytest.mark.parametrize(
    "question", ["水壶在哪里?", "أين يُسكب الماء؟", "🫖 ➡️ 🥛 ?", "<b>kettle</b> & 'tea'"]
)
def test_questions_in_any_language(short_video, spoken, ask, question):
    record = ask(short_video, "--subtitles", spoken, "--question", question)
    assert record["question"] == question


def test_subtitles_longer_than_the_video(short_video, ask, tmp_path):
    track = tmp_path / "long.vtt"
    cues = [Cue(1, 3, "The kettle."), Cue(6, 300, "Pour the kettle."), Cue(400, 410, "The kettle.")]
    write_subtitles(cues, track)
    record = ask(short_video, "--subtitles", track, *QUESTION)
    assert record["duration"] == pytest.approx(8.0, abs=0.1)
