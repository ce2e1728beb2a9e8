"""Checkpoints from and to the Hub, against a stand-in without a network."""

import errno
import json
import shutil
from pathlib import Path

import httpx2
import pytest
import torch
from huggingface_hub import ModelCard
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    LocalTokenNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from safetensors.torch import save_file

from mutualsl import AnswerLocalizer
from mutualsl.checkpoint import Checkpoint, TextSource, VisualSource, load_model, save_checkpoint
from mutualsl.errors import CheckpointError, UnknownName
from mutualsl.features.i3d import fingerprint
from mutualsl.models.questions import fingerprint as text_fingerprint
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.places import CHECKPOINT_FILES, is_repo_id
from mutualsl.pretrained import read_language_model
from mutualsl.ui.shelf import Shelf, read_models
from tests import text_encoders, tiny
from tests.command_line import assert_refused, run
from tests.contract import without_timings
from tests.features.networks import realistic
from tests.tiny_checkpoints import write_models, write_visual, write_visual_only

FILES = {
    "README.md", "config.json", "metrics.json", "model.safetensors", "tokenizer.json",
    "visual/config.json", "visual/model.safetensors",
}  # fmt: skip
RESEARCH = "The weights are for research use; the data they were trained on decides."
QUESTION = "how do i open the jar"


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def answer(localizer, demos):
    encoded = localizer.encode_video(None, demos["kitchen"].subtitles)
    return without_timings(localizer.ask(encoded, QUESTION).to_dict())


@pytest.fixture
def localizer(tiny_models):
    return AnswerLocalizer.from_pretrained(tiny_models, "cpu")


def response(status: int) -> httpx2.Response:
    return httpx2.Response(status, request=httpx2.Request("GET", "https://huggingface.co"))


# Saving


def test_what_is_saved_needs_nothing_beside_it(localizer, tiny_models, demos, tmp_path):
    assert localizer.save_pretrained(tmp_path / "saved") is None
    assert files(tmp_path / "saved") == FILES
    moved = shutil.move(tmp_path / "saved", tmp_path / "moved")
    again = AnswerLocalizer.from_pretrained(moved, "cpu")
    assert again.encoder.fingerprint == localizer.encoder.fingerprint
    assert answer(again, demos) == answer(localizer, demos)
    for name in ("model.safetensors", "tokenizer.json", "metrics.json"):
        assert (moved / name).read_bytes() == (tiny_models / name).read_bytes()


def test_saving_again_changes_nothing(localizer, tmp_path):
    localizer.save_pretrained(tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in FILES}
    AnswerLocalizer.from_pretrained(tmp_path, "cpu").save_pretrained(tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before


def test_a_full_disk_is_said_and_leaves_what_was_saved_before(localizer, tmp_path, monkeypatch):
    localizer.save_pretrained(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def half_a_copy(source, target):
        Path(target).write_bytes(Path(source).read_bytes()[:9])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", half_a_copy)
    with pytest.raises(CheckpointError, match="visual: cannot be written .*make room"):
        localizer.save_pretrained(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_file_in_place_of_the_folder_is_said(localizer, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CheckpointError, match="file/visual: cannot be written .*another folder"):
        localizer.save_pretrained(tmp_path / "file")


def test_numbers_of_another_model_do_not_stay(tmp_path):
    visual = write_visual(tmp_path / "visual", 0)
    own = VisualSource(encoder="mini", fingerprint=visual, folder="../visual")
    save_checkpoint(parts(model=tiny.model(row_width=160), visual=own), tmp_path / "model")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "metrics.json").write_text("{}")
    AnswerLocalizer.from_pretrained(tmp_path / "model", "cpu").save_pretrained(tmp_path / "saved")
    assert not (tmp_path / "saved" / "metrics.json").exists()


def test_weights_are_not_removed_by_saving_in_place(tmp_path):
    """Also where the encoder was loaded from its file alone."""
    network = realistic()
    folder = tmp_path / "model" / "visual"
    folder.mkdir(parents=True)
    save_file(network.state_dict(), folder / "model.safetensors")
    own = VisualSource(encoder="i3d", fingerprint=fingerprint(network), folder="visual")
    save_checkpoint(parts(model=tiny.model(row_width=1024), visual=own), tmp_path / "model")
    file = folder / "model.safetensors"
    localizer = AnswerLocalizer.from_pretrained(tmp_path / "model", "cpu", visual=file)
    localizer.save_pretrained(tmp_path / "model")
    again = AnswerLocalizer.from_pretrained(tmp_path / "model", "cpu")
    assert again.encoder.fingerprint == own.fingerprint


def test_a_card_that_is_there_stays(localizer, tmp_path):
    (tmp_path / "README.md").write_text("mine")
    localizer.save_pretrained(tmp_path)
    assert (tmp_path / "README.md").read_text() == "mine"


def test_parts_without_files_cannot_be_saved(localizer, tmp_path):
    parts = AnswerLocalizer(localizer.checkpoint, localizer.encoder, device=localizer.device)
    with pytest.raises(CheckpointError, match="from_pretrained"):
        parts.save_pretrained(tmp_path)


def test_the_card_says_where_the_model_belongs(localizer, tmp_path):
    localizer.save_pretrained(tmp_path, repo_id="me/jars", model_card_kwargs={"language": "en"})
    card = ModelCard.load(tmp_path / "README.md")
    assert card.data.pipeline_tag == "video-text-to-text"
    assert (card.data.license, card.data.license_name) == ("other", "research-use")
    assert (card.data.library_name, card.data.language) == ("mutualsl", "en")
    assert "https://arxiv.org/abs/2210.14823" in card.text and "Apache" in card.text
    assert "The **card** of one." in card.text  # the folder's own text
    assert 'from_pretrained("me/jars")' in card.text


def test_a_card_without_a_text_of_its_own_says_what_is_known(localizer, tiny_models, tmp_path):
    source = shutil.copytree(tiny_models.parent, tmp_path / "models") / "one"
    (source / "README.md").unlink()
    AnswerLocalizer.from_pretrained(source, "cpu").save_pretrained(tmp_path / "out")
    text = (tmp_path / "out" / "README.md").read_text()
    assert "| Trained on | nothing, seed 1 |" in text
    assert f"| Parameters | {localizer.checkpoint.parameter_count:,} |" in text


def test_other_words_of_a_card_that_is_whole(localizer, tmp_path):
    localizer.save_pretrained(tmp_path / "one", repo_id="me/one")
    again = AnswerLocalizer.from_pretrained(tmp_path / "one", "cpu")
    changes = {"license": "mit", "language": "en"}
    again.save_pretrained(tmp_path / "two", repo_id="me/two", model_card_kwargs=changes)
    one, two = (ModelCard.load(tmp_path / name / "README.md") for name in ("one", "two"))
    assert (two.data.license, two.data.language) == ("mit", "en")
    assert two.data.pipeline_tag == one.data.pipeline_tag
    said = one.text.strip().replace("me/one", "me/two")
    assert two.text.strip() == said.replace(RESEARCH, "The licence of the weights is `mit`.")
    assert RESEARCH in said and two.data.license_name is None


@pytest.mark.parametrize(
    ("changes", "front", "words"),
    [
        ({"language": "en"}, ("other", "research-use", None), RESEARCH),
        ({"license": "mit"}, ("mit", None, None), "The licence of the weights is `mit`."),
        (
            {"license_name": "mine", "license_link": "LICENSE"},
            ("other", "mine", "LICENSE"),
            "The licence of the weights is `mine`.",
        ),
    ],
)
def test_text_and_front_matter_agree_on_the_licence(localizer, tmp_path, changes, front, words):
    localizer.save_pretrained(tmp_path, model_card_kwargs=changes)
    card = ModelCard.load(tmp_path / "README.md")
    assert (card.data.license, card.data.license_name, card.data.license_link) == front
    (said,) = [line for line in card.text.splitlines() if line.endswith("ICASSP 2023.")]
    assert said.startswith(f"{words} The code is under")


def parts(**changes):
    """A tiny checkpoint of other parts."""
    known = {"name": "mutualsl", "tokenizer": tiny.tokenizer(), "window_tokens": 24, "about": {}}
    return Checkpoint(**{**known, **changes})


def test_weights_of_i3d_of_ones_own_go_along(tmp_path):
    network = realistic()
    torch.save(network.state_dict(), tmp_path / "own.pt")
    own = VisualSource(encoder="i3d", fingerprint=fingerprint(network), folder="../own.pt")
    save_checkpoint(parts(model=tiny.model(row_width=1024), visual=own), tmp_path / "model")
    localizer = AnswerLocalizer.from_pretrained(tmp_path / "model", "cpu")
    localizer.save_pretrained(tmp_path / "saved")
    moved = shutil.move(tmp_path / "saved", tmp_path / "elsewhere" / "moved")
    (tmp_path / "own.pt").unlink()
    again = AnswerLocalizer.from_pretrained(moved, "cpu")
    assert again.encoder.fingerprint == own.fingerprint
    assert "`visual/` holds" in (moved / "README.md").read_text()


@pytest.mark.parametrize("told", [True, False])
def test_weights_may_be_a_link_to_a_file_of_any_name(tmp_path, told):
    """As in the cache of the Hub, where they are called like their hash."""
    network = realistic()
    save_file(network.state_dict(), tmp_path / "0123abc")
    (tmp_path / "i3d.safetensors").symlink_to("0123abc")
    place = "../elsewhere" if told else "../i3d.safetensors"
    own = VisualSource(encoder="i3d", fingerprint=fingerprint(network), folder=place)
    save_checkpoint(parts(model=tiny.model(row_width=1024), visual=own), tmp_path / "model")
    visual = tmp_path / "i3d.safetensors" if told else None
    localizer = AnswerLocalizer.from_pretrained(tmp_path / "model", "cpu", visual=visual)
    assert localizer.encoder.fingerprint == own.fingerprint
    localizer.save_pretrained(tmp_path / "saved")
    assert (tmp_path / "saved" / "visual" / "model.safetensors").is_file()


def test_published_weights_of_i3d_are_named_and_not_copied(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    published = VisualSource(encoder="i3d", fingerprint="i3d", folder="../i3d")
    save_checkpoint(parts(model=tiny.model(row_width=1024), visual=published), tmp_path / "model")
    AnswerLocalizer.from_pretrained(tmp_path / "model", "cpu").save_pretrained(tmp_path / "saved")
    assert not (tmp_path / "saved" / "visual").exists()
    assert json.loads((tmp_path / "saved" / "config.json").read_text())["visual"]["folder"] == "i3d"
    card = (tmp_path / "saved" / "README.md").read_text()
    assert "`i3d` with its published weights" in card and "`visual/`" not in card


def test_a_frozen_language_model_goes_along_without_pickles(tmp_path):
    """As DeBERTa-v3 is published: `pytorch_model.bin`, and only `spm.model` for a tokenizer."""
    text, visual = tmp_path / "deberta", write_visual(tmp_path / "visual", 0)
    text.mkdir()
    text_encoders.save_as_published(text)
    encoder = TextEncoder(read_language_model(text))
    frozen = TextSource(fingerprint=text_fingerprint(encoder.language_model), folder="../deberta")
    own = VisualSource(encoder="mini", fingerprint=visual, folder="../visual")
    model = tiny.system("vslnet", text_encoder=encoder)
    made = parts(name="vslnet", model=model, visual=own, text=frozen)
    save_checkpoint(made, tmp_path / "model")
    AnswerLocalizer.from_pretrained(tmp_path / "model", "cpu").save_pretrained(tmp_path / "saved")
    assert files(tmp_path / "saved" / "text") == {"config.json", "model.safetensors"}
    moved = shutil.move(tmp_path / "saved", tmp_path / "elsewhere" / "moved")
    again = AnswerLocalizer.from_pretrained(moved, "cpu")
    assert again.checkpoint.text.fingerprint == frozen.fingerprint


def test_a_tokenizer_of_the_language_model_is_stored_once(tmp_path):
    reader, folder = write_models(tmp_path), tmp_path / "vslnet"
    write_visual_only(folder, reader)  # the folder is made only then
    assert not (folder / "tokenizer.json").exists()
    (folder / "tokenizer.json").write_text("of what was saved here before")
    before = load_model(folder).tokenizer
    assert before.encode_all([QUESTION]) == load_model(reader).tokenizer.encode_all([QUESTION])
    localizer = AnswerLocalizer.from_pretrained(folder, "cpu")
    localizer.save_pretrained(tmp_path / "saved")
    assert "tokenizer.json" not in files(tmp_path / "saved")
    assert "text/tokenizer.json" in files(tmp_path / "saved")
    again = AnswerLocalizer.from_pretrained(tmp_path / "saved", "cpu").checkpoint.tokenizer
    assert again.encode_all([QUESTION]) == before.encode_all([QUESTION])
    made = load_model(folder)
    (reader / "tokenizer.json").unlink()
    with pytest.raises(CheckpointError, match="tokenizer in .*one, where no tokenizer is"):
        load_model(folder)
    save_checkpoint(made, folder)  # now that there is none beside, it has its own
    assert load_model(folder).tokenizer.encode_all([QUESTION]) == again.encode_all([QUESTION])


def test_what_another_model_left_is_not_taken_for_this_ones_weights(tmp_path):
    network = realistic()
    torch.save(network.state_dict(), tmp_path / "own.pt")
    own = VisualSource(encoder="i3d", fingerprint=fingerprint(network), folder="../own.pt")
    save_checkpoint(parts(model=tiny.model(row_width=1024), visual=own), tmp_path / "model")
    there = tmp_path / "saved" / "visual"
    write_visual(there, 0)
    (there / "model-00002-of-00002.safetensors").write_bytes(b"of another")
    AnswerLocalizer.from_pretrained(tmp_path / "model", "cpu").save_pretrained(tmp_path / "saved")
    assert [path.name for path in there.glob("*.safetensors")] == ["model.safetensors"]
    again = AnswerLocalizer.from_pretrained(tmp_path / "saved", "cpu")
    assert again.encoder.fingerprint == own.fingerprint


# The Hub


def test_pushed_and_fetched_it_answers_the_same(localizer, demos, hub):
    url = localizer.push_to_hub("me/jars", private=True, token="secret", create_pr=True)
    assert url == "https://huggingface.co/me/jars/commit/0123abc"
    create, upload = hub.asked
    assert (create["private"], create["token"], create["exist_ok"]) == (True, "secret", True)
    assert (upload["create_pr"], upload["revision"]) == (True, None)
    assert upload["delete_patterns"] == list(CHECKPOINT_FILES)
    assert upload["allow_patterns"] is upload["ignore_patterns"] is None
    assert files(hub.repository("me/jars")) == FILES
    (hub.repository("me/jars") / "pickled.bin").write_bytes(b"")
    (hub.repository("me/jars") / "optimizer.pt").write_bytes(b"")
    again = AnswerLocalizer.from_pretrained("me/jars", "cpu", revision="v1", token="secret")
    assert files(again.folder) == FILES
    assert {"revision": "v1", "token": "secret"}.items() <= hub.asked[-1].items()
    assert answer(again, demos) == answer(localizer, demos)


def test_saving_can_push_too(localizer, hub, tmp_path):
    url = localizer.save_pretrained(tmp_path / "jars", push_to_hub=True, commit_message="first")
    assert url == "https://huggingface.co/me/jars/commit/0123abc"
    assert hub.asked[-1]["commit_message"] == "first"
    assert files(hub.repository("me/jars")) == FILES == files(tmp_path / "jars")


def test_the_example_in_the_card_has_the_whole_name(localizer, hub, tmp_path):
    """Who owns a repository that is named without its owner, the Hub says."""
    localizer.save_pretrained(tmp_path / "saved", repo_id="jars", push_to_hub=True)
    pushed = (hub.repository("me/jars") / "README.md").read_text()
    assert 'from_pretrained("me/jars")' in pushed
    assert 'from_pretrained("OWNER/NAME")' in (tmp_path / "saved" / "README.md").read_text()


VISUAL = {name for name in FILES if name.startswith("visual/")}
ALL = FILES - {"metrics.json"}
OF_ANOTHER = {"metrics.json", "text/config.json", "text/x.safetensors", "visual/x.safetensors"}


@pytest.mark.parametrize(
    ("options", "uploaded", "stays"),
    [
        ({}, ALL, {"notes.md"}),
        ({"delete_patterns": []}, ALL, {"notes.md"} | OF_ANOTHER),
        ({"allow_patterns": "README.md"}, {"README.md"}, {"notes.md"} | OF_ANOTHER),
        ({"ignore_patterns": "visual/"}, ALL - VISUAL, {"notes.md"} | OF_ANOTHER),
        ({"delete_patterns": "notes.md"}, ALL, OF_ANOTHER),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_another_model_left_in_the_repository_goes(
    localizer, hub, tiny_models, tmp_path, options, uploaded, stays
):
    source = shutil.copytree(tiny_models.parent, tmp_path / "models") / "one"
    (source / "metrics.json").unlink()
    repository = hub.repository("me/jars")
    for name in OF_ANOTHER | {"notes.md"}:
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_text("of another")
    AnswerLocalizer.from_pretrained(source, "cpu").push_to_hub("me/jars", **options)
    assert files(repository) == uploaded | stays


def test_no_repository_is_made_for_what_cannot_be_saved(localizer, hub):
    parts = AnswerLocalizer(localizer.checkpoint, localizer.encoder, device=localizer.device)
    with pytest.raises(CheckpointError, match="from_pretrained"):
        parts.push_to_hub("me/jars")
    assert hub.asked == []


def test_a_model_of_the_hub_stands_alone_on_the_page(localizer, hub):
    localizer.push_to_hub("me/jars")
    earlier = AnswerLocalizer.from_pretrained("me/jars", "cpu").folder
    shutil.copytree(earlier, earlier.parent / "an earlier version")
    shelf = Shelf(read_models("me/jars"), "cpu")
    assert shelf.names == ["one"]
    assert shelf.get("one").encoder.fingerprint == localizer.encoder.fingerprint


def test_a_repository_must_bring_its_visual_encoder(localizer, hub):
    localizer.push_to_hub("me/jars")
    shutil.rmtree(hub.repository("me/jars") / "visual")
    with pytest.raises(CheckpointError, match="visual"):
        AnswerLocalizer.from_pretrained("me/jars", "cpu")


@pytest.mark.parametrize("key", ["visual", "text", "tokenizer"])
@pytest.mark.parametrize("place", ["../../../../secrets", "/etc", "visual/../../other", 3, "a\0b"])
def test_a_repository_names_no_folder_outside_itself(localizer, hub, key, place):
    localizer.push_to_hub("me/jars")
    path = hub.repository("me/jars") / "config.json"
    record = json.loads(path.read_text())
    named = place if key == "tokenizer" else {"fingerprint": "", "encoder": "i3d", "folder": place}
    path.write_text(json.dumps(record | {key: named}))
    with pytest.raises(CheckpointError, match="which is no folder of what was fetched"):
        AnswerLocalizer.from_pretrained("me/jars", "cpu")


def test_an_unknown_visual_encoder_lists_the_known_ones(localizer, tmp_path):
    localizer.save_pretrained(tmp_path)
    record = json.loads((tmp_path / "config.json").read_text())
    record["visual"]["encoder"] = "eagle"
    (tmp_path / "config.json").write_text(json.dumps(record))
    with pytest.raises(UnknownName, match="eagle.*mini"):
        AnswerLocalizer.from_pretrained(tmp_path, "cpu")


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (
            RepositoryNotFoundError("404", response=response(404)),
            "neither a folder here nor a repository",
        ),
        (GatedRepoError("403", response=response(403)), "gives access on request.*hf auth login"),
        (RevisionNotFoundError("404", response=response(404)), "no revision 'v9'"),
        (LocalEntryNotFoundError("no"), "not in the cache, and the Hub is out of reach"),
        (
            HfHubHTTPError("502 Bad Gateway\nmore", response=response(502)),
            "502 Bad Gateway.*try again",
        ),
        (httpx2.ReadTimeout("timed out"), "timed out.*try again"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_why_a_repository_cannot_be_had(hub, refusal, words):
    hub.refusal = refusal
    with pytest.raises(CheckpointError, match=f"^me/jars: .*{words}"):
        AnswerLocalizer.from_pretrained("me/jars", "cpu", revision="v9")


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (
            HfHubHTTPError("403 Forbidden", response=response(403)),
            "403 Forbidden.*a token that may write",
        ),
        (LocalTokenNotFoundError("no token"), "hf auth login"),
        (httpx2.ConnectError("no route"), "no route.*with a network"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_why_it_cannot_be_pushed(localizer, hub, refusal, words):
    hub.refusal = refusal
    with pytest.raises(CheckpointError, match=f"^me/jars: .*{words}"):
        localizer.push_to_hub("me/jars")


def test_what_counts_as_a_repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    for name in ("me/jars", "sentence-transformers/all-MiniLM-L6-v2", Path("me/jars")):
        assert is_repo_id(name)
    for name in ("jars", "runs/jars", "a/b/c", "/me/jars", "./jars", "../jars", "me/", "me/.."):
        assert not is_repo_id(name)


def test_offline_is_said_without_a_try(demos, monkeypatch, tmp_path):
    """The real library, kept off the network by its own switch."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    done = run(
        "ask", "-", "--subtitles", demos["kitchen"].subtitles, "--question", QUESTION,
        "--checkpoint", "nobody/nothing",
    )  # fmt: skip
    assert_refused(done, "nobody/nothing", "HF_HUB_OFFLINE", "fetch it once")
