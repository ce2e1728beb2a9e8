"""Feature rows from files in place of pictures, for a model whose encoder is not at hand."""

import json
import threading
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mutualsl import AnswerLocalizer
from mutualsl.checkpoint import Checkpoint, VisualSource, save_checkpoint
from mutualsl.data import Example, VideoInput
from mutualsl.errors import CheckpointError, FeatureError, MutualSLError, WeightsMissing
from mutualsl.evaluation.evaluate import encode
from mutualsl.features import VISUAL_ENCODERS, VisualFeatures, i3d, missing
from mutualsl.features.files import write_rows
from mutualsl.subtitles import Cue, Subtitles, write_subtitles
from mutualsl.ui.shelf import Shelf, read_models
from mutualsl.video import FrameRequest, content_hash
from tests import tiny
from tests.command_line import call

QUESTION = "how do i open the jar"
CUES = (Cue(0.5, 2.0, "open the jar"), Cue(2.5, 4.0, "close the lid"), Cue(5.0, 6.5, "shake it"))
FINGERPRINT = "i3d-0123456789abcdef"


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """No weights in the cache, and no network to fetch them."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("MUTUALSL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MUTUALSL_I3D_WEIGHTS", raising=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tiny model that reads rows of I3D."""
    folder = tmp_path_factory.mktemp("models") / "full"
    source = VisualSource(encoder="i3d", fingerprint=FINGERPRINT, folder="../visual-i3d")
    save_checkpoint(
        Checkpoint(
            name="mutualsl",
            model=tiny.model(row_width=1024),
            tokenizer=tiny.tokenizer(),
            window_tokens=24,
            visual=source,
            about={},
        ),
        folder,
    )
    return folder


@pytest.fixture
def reader(folder):
    return AnswerLocalizer.from_pretrained(folder, "cpu")


@pytest.fixture
def rows():
    return np.random.default_rng(0).random((8, 1024)).astype(np.float16).astype(np.float32)


@pytest.fixture
def published(rows, tmp_path):
    """A bare array, as published."""
    np.save(tmp_path / "short.npy", rows)
    return tmp_path / "short.npy"


def test_a_head_that_was_never_trained_needs_no_weights_and_names_the_command(
    reader, short_video, monkeypatch
):
    model = reader.checkpoint.model
    monkeypatch.setattr(model, "config", replace(model.config, trained_heads=("textual",)))
    encoded = reader.encode_video(short_video, Subtitles(cues=CUES))
    assert encoded.input.rows is None and encoded.info is not None
    answer = reader.ask(encoded, QUESTION)
    assert answer.visual is None and answer.textual is not None
    (said,) = [text for text in answer.warnings if "mutualsl train" in text]
    assert said.endswith("--data-root DATA --out RUN --visual i3d")


def test_rows_from_a_file_take_the_place_of_the_pictures(reader, short_video, published, rows):
    encoded = reader.encode_video(short_video, Subtitles(cues=CUES), features=published)
    np.testing.assert_array_equal(encoded.input.rows, rows)
    assert encoded.info is not None and encoded.duration_second == encoded.info.duration_second
    answer = reader.ask(encoded, QUESTION)
    assert answer.visual is not None and answer.textual is not None


def test_rows_are_enough_without_a_video_or_subtitles(reader, published):
    encoded = reader.encode_video(None, features=published)
    assert encoded.duration_second == 8.0
    answer = reader.ask(encoded, QUESTION)
    assert answer.visual is not None and answer.textual is None
    longer = Subtitles(cues=(Cue(1.0, 20.0, "open the jar"),))
    assert reader.encode_video(None, longer, features=published).duration_second == 20.0


def test_pictures_need_the_weights_and_the_message_says_how_to_get_them(reader, short_video):
    with pytest.raises(WeightsMissing, match=r"rgb_imagenet.pt is not here.*--visual.*--features"):
        reader.encode_video(short_video, "none")
    encoded = reader.encode_video(None, Subtitles(cues=CUES))
    assert reader.ask(encoded, QUESTION).textual is not None
    with pytest.raises(MutualSLError, match="nothing to ask about"):
        reader.encode_video(None)


class Grey:
    """Rows of zeros, by the encoder that the model was trained with."""

    name, fingerprint, row_width, frames_per_row = "i3d", FINGERPRINT, 1024, 1
    request = FrameRequest(rate_hz=1, width=32, height=18)
    device = torch.device("cpu")

    def encode(self, frames):
        return np.zeros((len(frames), 1024), np.float32)


@pytest.fixture
def host(monkeypatch):
    """Where the weights are fetched from, out of reach at first; while not `open` it is slow."""
    host = SimpleNamespace(tries=0, encoder=None, open=threading.Event())
    host.open.set()

    def opened(place, device, local_files_only):
        host.tries += 1
        host.open.wait(timeout=5)
        if host.encoder is None:
            raise WeightsMissing(f"out of reach, try {host.tries}")
        return host.encoder

    monkeypatch.setitem(VISUAL_ENCODERS, "i3d", opened)
    yield host
    host.open.set()


def refused(host, reader, video, why):
    """A video is refused before its try for weights, if it has begun one, has come to its end."""
    host.open.clear()
    with pytest.raises(WeightsMissing, match=why):
        reader.encode_video(video, "none")
    host.open.set()
    with reader.encoder._trying:
        pass


def test_weights_are_tried_again_but_not_at_once(host, folder, short_video, monkeypatch):
    reader = AnswerLocalizer.from_pretrained(folder, "cpu")
    refused(host, reader, short_video, "try 1")
    assert host.tries == 1
    monkeypatch.setattr(missing, "AGAIN_SECOND", 0)
    refused(host, reader, short_video, "try 1")
    host.encoder = Grey()
    refused(host, reader, short_video, "try 2")
    encoded = reader.encode_video(short_video, "none")
    assert reader.ask(encoded, QUESTION).visual is not None
    assert reader.encoder is host.encoder and host.tries == 3


def test_weights_that_are_on_their_way_are_not_tried_twice(host, folder, short_video, monkeypatch):
    reader = AnswerLocalizer.from_pretrained(folder, "cpu")
    monkeypatch.setattr(missing, "AGAIN_SECOND", 0)
    host.open.clear()
    with pytest.raises(WeightsMissing):
        reader.encode_video(short_video, "none")
    refused(host, reader, short_video, "try 1")
    assert host.tries == 2


def test_a_model_does_not_try_for_weights_that_it_has_no_use_for(
    host, folder, short_video, monkeypatch
):
    reader = AnswerLocalizer.from_pretrained(folder, "cpu")
    model = reader.checkpoint.model
    monkeypatch.setattr(model, "config", replace(model.config, trained_heads=("textual",)))
    monkeypatch.setattr(missing, "AGAIN_SECOND", 0)
    assert reader.encode_video(short_video, Subtitles(cues=CUES)).input.rows is None
    with reader.encoder._trying:
        assert host.tries == 1


def test_weights_that_come_later_have_to_fit_too(host, folder, short_video, monkeypatch):
    reader = AnswerLocalizer.from_pretrained(folder, "cpu")
    monkeypatch.setattr(missing, "AGAIN_SECOND", 0)
    host.encoder = Grey()
    host.encoder.fingerprint = "i3d-fedcba9876543210"
    refused(host, reader, short_video, "try 1")
    with pytest.raises(CheckpointError, match="trained on rows of i3d-0123.*makes i3d-fedc"):
        reader.encode_video(short_video, "none")


def test_the_page_says_in_its_log_why_a_model_cannot_see(host, folder, caplog):
    Shelf(read_models(folder), "cpu").open()
    assert len(caplog.messages) == 1 and "out of reach, try 1" in caplog.text


def test_files_alone_are_used_where_that_is_said(folder, short_video, monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(i3d, "URL", "http://127.0.0.1:9/rgb.pt")
    reader = AnswerLocalizer.from_pretrained(folder, "cpu", local_files_only=True)
    with pytest.raises(WeightsMissing, match="is not here, and local_files_only is set"):
        reader.encode_video(short_video, "none")


def test_what_is_in_the_cache_needs_no_weights(reader, short_video, rows):
    made = VisualFeatures(rows=rows, thumbnails=((0.0, b"a picture"),))
    reader.cache.get_or_make(content_hash(short_video), FINGERPRINT, lambda: made)
    encoded = reader.encode_video(short_video, "none")
    np.testing.assert_array_equal(encoded.input.rows, rows)


def test_rows_of_another_encoder_or_video_are_refused(reader, short_video, rows, tmp_path):
    write_rows(tmp_path / "other.npz", rows, "i3d-fedcba9876543210")
    with pytest.raises(CheckpointError, match=rf"rows of i3d-fedcb.*{FINGERPRINT}"):
        reader.encode_video(short_video, "none", features=tmp_path / "other.npz")
    write_rows(tmp_path / "long.npz", rows.repeat(20, axis=0), FINGERPRINT)
    with pytest.raises(FeatureError, match=r"long.npz: 160 rows, but the video lasts 8 s"):
        reader.encode_video(short_video, "none", features=tmp_path / "long.npz")


def test_weights_at_a_place_that_is_not_there_are_refused(folder, tmp_path):
    with pytest.raises(CheckpointError, match=r"rgb.pt: no such file or folder"):
        AnswerLocalizer.from_pretrained(folder, "cpu", visual=tmp_path / "rgb.pt")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "finetuned.pt").touch()  # not to be passed over for published ones
    with pytest.raises(CheckpointError, match=r"mine: none of .*rgb_imagenet.pt is in that folder"):
        AnswerLocalizer.from_pretrained(folder, "cpu", visual=tmp_path / "mine")


def test_published_weights_may_be_told_by_their_name(folder):
    localizer = AnswerLocalizer.from_pretrained(folder, "cpu", visual="i3d")
    assert localizer.encoder.name == "i3d"


def test_the_command_takes_rows_and_says_what_is_missing(
    folder, short_video, published, tmp_path, capfd
):
    arguments = ("--checkpoint", folder, "--question", QUESTION, "--json")
    write_subtitles(CUES, tmp_path / "short.srt")
    for video in (short_video, "-"):
        done = call(capfd, "ask", video, "--features", published, *arguments)
        assert (done.code, done.err) == (0, "")
        assert json.loads(done.out)["visual"] is not None
    done = call(capfd, "ask", short_video, *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "rgb_imagenet.pt is not here" in done.err and "--features" in done.err
    done = call(capfd, "encode", short_video, "--checkpoint", folder)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "rgb_imagenet.pt is not here" in done.err
    write_rows(tmp_path / "other.npz", np.zeros((8, 1024), np.float32), "mini-0")
    done = call(capfd, "ask", short_video, "--features", tmp_path / "other.npz", *arguments)
    assert (done.code, done.err.count("\n")) == (2, 1) and "rows of mini-0" in done.err


# Data sets


@pytest.fixture
def example():
    video = VideoInput(video_id="tea", duration_second=8.0, cues=CUES)
    return Example(video=video, question=QUESTION)


@pytest.fixture
def root(tmp_path, short_video):
    root = tmp_path / "data"
    (root / "videos").mkdir(parents=True)
    (root / "videos" / "tea.mp4").symlink_to(short_video)
    (root / "features" / "i3d").mkdir(parents=True)
    return root


def test_rows_of_a_data_set_go_before_its_video(reader, example, root, rows):
    np.save(root / "features" / "i3d" / "tea.npy", rows)
    encoded = encode(reader, example, root)
    np.testing.assert_array_equal(encoded.input.rows, rows)
    assert encoded.warnings == () and encoded.info is not None
    (root / "videos" / "tea.mp4").unlink()
    encoded = encode(reader, replace(example, video=replace(example.video, cues=())), root)
    np.testing.assert_array_equal(encoded.input.rows, rows)
    assert encoded.duration_second == 8.0


def test_damaged_rows_of_a_data_set_are_a_missing_modality(reader, example, root):
    (root / "features" / "i3d" / "tea.npy").write_text("no rows")
    encoded = encode(reader, example, root)
    assert encoded.input.rows is None and encoded.input.cues
    assert "tea.npy: no feature rows" in encoded.warnings[0]


def test_rows_of_another_encoder_end_the_evaluation(reader, example, root, rows):
    write_rows(root / "features" / "i3d" / "tea.npz", rows, "i3d-fedcba9876543210")
    with pytest.raises(CheckpointError, match="rows of i3d-fedcb"):
        encode(reader, example, root)


def test_a_data_set_without_rows_needs_the_weights(reader, example, root):
    with pytest.raises(WeightsMissing, match="rgb_imagenet.pt is not here"):
        encode(reader, example, root)
