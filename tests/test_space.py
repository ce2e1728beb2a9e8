"""The Hugging Face Space: its settings, its folder, and that the page starts there."""

import os
import re
import socket
import subprocess
import sys
import threading
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from gradio_client import Client, handle_file
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.contract import check_answer
from tests.demo import ROOT
from tools.space import assemble, upload_command

START_SECOND = 600  # on a busy machine; some ten seconds on an idle one
GIT = (ROOT / ".git").exists()
pytestmark = pytest.mark.skipif(not GIT, reason="not a git checkout: nothing is tracked")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("space")
    assemble(out)
    return out


def settings() -> dict:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return yaml.safe_load(text.split("---\n")[1])


def pinned() -> dict[str, str]:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return {canonicalize_name(n): v for n, v in re.findall(r"^([\w-]+)==(\S+)", text, re.M)}


def test_settings_agree_with_what_is_pinned():
    found = settings()
    pins = pinned()
    assert (found["sdk"], found["sdk_version"]) == ("gradio", pins["gradio"])
    assert f"Python {found['python_version']}" in (ROOT / "requirements.txt").read_text()
    assert (ROOT / found["app_file"]).is_file()
    assert found["license"] == "apache-2.0" and len(found["short_description"]) <= 60
    assert found["models"] and all(re.fullmatch(r"[\w-]+/[\w.-]+", m) for m in found["models"])


def test_what_is_pinned_installs_beside_what_a_space_adds():
    """A Space installs `gradio[oauth,mcp]` in the same command."""
    pins = pinned()
    assert metadata.version("gradio") == pins["gradio"]
    asked = [Requirement(line) for line in metadata.requires("gradio") or []]
    extras = [{"extra": extra} for extra in ("", "oauth", "mcp")]
    for each in asked:
        applies = each.marker is None or any(each.marker.evaluate(extra) for extra in extras)
        if applies and each.name in pins:
            assert each.specifier.contains(pins[each.name]), f"{each} and {pins[each.name]}"
    assert {"pydantic", "huggingface-hub"} <= {each.name for each in asked}


def tracked_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return listed.stdout.splitlines()


def test_a_clone_stays_small():
    sizes = [(ROOT / name).stat().st_size for name in tracked_files() if (ROOT / name).exists()]
    assert len(sizes) > 500 and sum(sizes) < 80_000_000


def test_only_tracked_files_that_the_page_needs(folder):
    tracked = set(tracked_files())
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert there <= tracked
    needed = {
        "app.py",
        "README.md",
        "SECURITY.md",
        "requirements.txt",
        "packages.txt",
        "checkpoints/visual-mini/config.json",
    }
    assert needed <= there
    left = ("tests/", "benchmarks/", "tools/", "docs/results")
    assert not any(name.startswith(left) for name in there)
    assert (folder / "app.py").read_bytes() == (ROOT / "app.py").read_bytes()


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(FileExistsError, match="not empty"):
        assemble(tmp_path)
    assert os.listdir(tmp_path) == ["mine.txt"]


def test_the_upload_command_can_be_run(tmp_path):
    command = upload_command(Path("build/space"), "me/jars")
    script = command.split('"')[1]
    compile(script, "command", "exec")
    assert "upload_folder(repo_id='me/jars', repo_type='space'" in script


def test_the_page_starts_as_in_a_space_and_answers(folder, demos, tmp_path):
    """Its folder, its environment, and nothing of this checkout."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "SYSTEM": "spaces",
        "SPACE_ID": "me/jars",
        "SPACE_HOST": "me-jars.hf.space",
        "GRADIO_SERVER_NAME": "0.0.0.0",
        "GRADIO_SERVER_PORT": str(port),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
    }
    log = tmp_path / "stderr.txt"
    where = "import mutualsl; print(mutualsl.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", where], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert Path(found.stdout.strip()).is_relative_to(folder)
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=folder, env=environment, stdout=subprocess.PIPE,
            stderr=stderr, text=True,
        )  # fmt: skip
    alarm = threading.Timer(START_SECOND, process.kill)
    alarm.start()
    try:
        lines = iter(process.stdout.readline, "")
        url = next((line[5:].strip() for line in lines if line.startswith("URL: ")), None)
        assert url, f"app.py has not served the page:\n{log.read_text()}"
        client = Client(f"http://127.0.0.1:{port}", verbose=False)
        client.predict(None, handle_file(demos["kitchen"].subtitles), api_name="/encode")
        record = client.predict(demos["kitchen"].questions[0], api_name="/ask")
        check_answer(record)
        assert record["answer"]["source"] == "textual"
        assert record["model"]["name"] == "mutualsl-mini"
        # A Space brings the package `spaces`; without it Gradio's reloading has nothing to do.
        errors = re.findall(r"^\w*Error: .*", log.read_text(), re.MULTILINE)
        assert [error for error in errors if "hot-reloading" not in error] == []
    finally:
        alarm.cancel()
        process.kill()
        process.communicate()
