"""docs/api.md does what it says, against a running page."""

import json
import re
import subprocess
import sys

import pytest
from gradio_client import Client

from mutualsl.ui import limits
from tests.contract import check_answer, without_timings
from tests.demo import ROOT
from tests.test_docs import blocks

pytestmark = pytest.mark.browser
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def example(language, server):
    """A block of the page that talks to the running server."""
    (text,) = blocks(PAGE, language)
    return text.replace("http://127.0.0.1:7860", server.url.rstrip("/"))


def run(command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_python_example(server, localizer, kitchen):
    lines = run([sys.executable, "-c", example("python", server)]).splitlines()
    questions = re.findall(r'"([^"]+\?)"', example("python", server))
    assert len(lines) == len(questions) == 2
    for question, line in zip(questions, lines, strict=True):
        answer = localizer.ask(kitchen, question, top_k=3).to_dict()["answer"]
        assert line == f"{question} {answer['span']} {answer['source']}"


def test_the_curl_example(server, localizer, garden):
    said = run(["sh", "-c", example("sh", server)])
    (record,) = json.loads(said.split("event: complete\ndata: ")[1].splitlines()[0])
    check_answer(record, top_k=3)
    alone = localizer.ask(garden, record["question"], top_k=3).to_dict()
    assert without_timings(record) == without_timings(alone)


def test_the_example_of_an_answer_is_one():
    (text,) = blocks(PAGE, "json")
    check_answer(json.loads(text))


def test_the_table_lists_every_endpoint_with_its_parameters(server):
    found = Client(server.url, verbose=False).view_api(return_format="dict")["named_endpoints"]
    rows = re.findall(r"^\| `(/\w+)` \|.*\| (.*) \|$", PAGE, re.MULTILINE)
    assert {name: re.findall(r"`(\w+)`", listed) for name, listed in rows} == {
        name: [each["parameter_name"] for each in endpoint["parameters"]]
        for name, endpoint in found.items()
    }


def test_the_limits_are_those_of_the_page():
    for words in (
        f"more than {limits.MAX_VIDEO_HOUR} hours",
        f"more than {limits.MAX_CUES:,} cues or {limits.MAX_TRANSCRIPT_CHARACTERS:,} characters",
        f"more than {limits.MAX_QUESTION_CHARACTERS:,} characters",
        f"{limits.MAX_UPLOAD[0]} GB",
        f"1 to {limits.MAX_TOP_K}",
    ):
        assert words in PAGE
