"""What end-to-end tests share: the checkpoint, the demo videos, a feature cache of their own."""

import os
from pathlib import Path

import pytest

from mutualsl import AnswerLocalizer, Span
from mutualsl.ui.shelf import Shelf, read_models
from mutualsl.video import export_clip
from tests.demo import ROOT, Demo, read_demos
from tests.stand_in_hub import StandInHub
from tests.tiny_checkpoints import write_models


def pytest_addoption(parser):
    parser.addoption("--data-root", type=Path, help="research data, for tests marked `data`")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--data-root"):
        return
    skip = pytest.mark.skip(reason="needs research data: pass --data-root")
    for item in items:
        if item.get_closest_marker("data"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def data_root(request) -> Path:
    """Folder with one folder per data set; only for tests marked `data`."""
    return request.config.getoption("--data-root")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Features that this run makes are for this run; its subprocesses share them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUTUALSL_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def checkpoint() -> Path:
    """The checkpoint under test. A missing one is a failure: nothing works without it."""
    folder = Path(os.environ.get("MUTUALSL_CHECKPOINT", ROOT / "checkpoints" / "mutualsl-mini"))
    if not (folder / "config.json").is_file():
        pytest.fail(f"no checkpoint in {folder}; the end-to-end tests need one")
    return folder


@pytest.fixture(scope="session")
def localizer(checkpoint, own_cache) -> AnswerLocalizer:
    return AnswerLocalizer.from_pretrained(checkpoint, device="cpu")


@pytest.fixture(scope="session")
def demos() -> dict[str, Demo]:
    """The demo videos by the first word of their names: kitchen, workshop, garden."""
    return read_demos()


@pytest.fixture(scope="session")
def kitchen(localizer, demos):
    """A demo video with a subtitle file beside it, encoded."""
    return localizer.encode_video(demos["kitchen"].video, demos["kitchen"].subtitles)


@pytest.fixture(scope="session")
def garden(localizer, demos):
    """A demo video with an embedded text track, encoded."""
    return localizer.encode_video(demos["garden"].video)


@pytest.fixture(scope="session")
def short_video(demos, tmp_path_factory) -> Path:
    """8 s of a demo video, for tests that need some real video quickly."""
    out = tmp_path_factory.mktemp("short") / "short.mp4"
    return export_clip(demos["kitchen"].video, Span(17.0, 25.0), out)


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory) -> Path:
    """Folder of the tiny model `one`; beside it `two`, `three` and `broken`."""
    return write_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def shelf(tiny_models, own_cache) -> Shelf:
    """The tiny models to choose from."""
    return Shelf(read_models(tiny_models), "cpu")


@pytest.fixture
def hub(tmp_path_factory, monkeypatch) -> StandInHub:
    """The Hugging Face Hub, without a network."""
    return StandInHub(tmp_path_factory.mktemp("hub"), monkeypatch)
