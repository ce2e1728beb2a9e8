import json
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mutualsl.errors import CheckpointError, UnknownName
from mutualsl.inference import AnswerLocalizer
from mutualsl.ui import shelf as shelf_module
from mutualsl.ui.models_view import models_dialog, weights_line
from mutualsl.ui.shelf import Shelf, read_models

METRICS = (
    '{"rows": [{"data": "jars", "split": "test", "split_set": null, "read_out": "confident", '
    '"n": 4, "visual": %s, "textual": {}, "answer": {}}]}'
)


def test_the_given_model_is_first_and_every_loadable_one_beside_it_follows(tiny_models):
    models = read_models(tiny_models)
    assert [model.name for model in models] == ["one", "broken", "three", "two"]
    localizer = AnswerLocalizer.from_pretrained(tiny_models, "cpu")
    assert models[0].about.parameter_count == localizer.model["parameters"]
    assert models[0].about.trained_on == localizer.model["trained_on"]


def test_the_committed_models_are_the_localizer_and_what_to_compare_it_with(checkpoint):
    shipped = [checkpoint.resolve(), checkpoint.resolve().parent / "vslnet-mini"]
    assert [model.folder for model in read_models(checkpoint)] == shipped


def test_no_two_models_have_the_same_name(tiny_models, tmp_path):
    root = tmp_path / "models"
    shutil.copytree(tiny_models.parent, root)
    shutil.copytree(root / "one", root / "copy")
    models = read_models(root / "one")
    assert [model.name for model in models][:3] == ["one", "broken", "one (copy)"]
    named = Shelf(models, "cpu").get("one (copy)")
    assert named.model["name"] == "one (copy)"


def test_a_first_model_that_is_none_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="config.json"):
        read_models(tmp_path)


@pytest.mark.parametrize("config", ["[]", '{"schema": 1}', '{"schema": 1, "model": "mutualsl"}'])
def test_what_describes_no_model_is_left_out(tiny_models, tmp_path, config):
    root = tmp_path / "models"
    shutil.copytree(tiny_models.parent, root)
    (root / "two" / "config.json").write_text(config)
    assert "two" not in [model.name for model in read_models(root / "one")]


def test_each_is_loaded_once_when_first_asked_for(tiny_models, monkeypatch):
    shelf = Shelf(read_models(tiny_models), "cpu")
    loaded = []
    load = shelf_module._load
    monkeypatch.setattr(
        shelf_module, "_load", lambda *given: loaded.append(given[0].name) or load(*given)
    )
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(shelf.get, ["two"] * 8))
    assert loaded == ["two"] and all(each is got[0] for each in got)


def test_nobody_waits_for_a_model_that_another_visitor_has_chosen(tiny_models, monkeypatch):
    shelf = Shelf(read_models(tiny_models), "cpu")
    first = shelf.get("one")
    loading, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(
        shelf_module, "_load", lambda *given: loading.set() or go_on.wait(30) or first
    )
    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(shelf.get, "two")
        assert loading.wait(30)
        assert pool.submit(shelf.get, "one").result(timeout=10) is first
        go_on.set()
        other.result(timeout=30)


def test_one_that_cannot_be_loaded_is_said_and_the_others_stay(shelf):
    with pytest.raises(CheckpointError, match="broken"):
        shelf.get("broken")
    assert shelf.get("one").model["name"] == "one"
    with pytest.raises(UnknownName, match="choose one of: broken, one, three, two"):
        shelf.get("soup")


def test_the_dialog_has_facts_numbers_and_card_of_each(tiny_models):
    models = read_models(tiny_models)
    page = models_dialog(models)
    assert page.count('<article class="model">') == 4
    assert f"<dd>{models[0].about.parameter_count:,}</dd>" in page
    assert "<dd>nothing, seed 1</dd>" in page
    assert "<td>jars, test</td>\n<td>4</td>\n<td>10.0</td>" in page
    assert "<strong>card</strong> of one" in page
    assert weights_line(models).startswith("Models: one, broken, three, two.")
    assert "Weights: one, trained on nothing, seed 1." in weights_line(models[:1])


def test_a_card_stays_text_and_fetches_nothing(tiny_models, tmp_path):
    root = tmp_path / "models"
    shutil.copytree(tiny_models.parent, root)
    card = (
        "<script>alert(1)</script> ${x} {{y}} `z`\n\n![a](https://elsewhere.org/a.png)\n<!-- c -->"
    )
    (root / "one" / "README.md").write_text(card)
    (root / "one" / "metrics.json").write_text(json.dumps({"rows": [{"data": 1}]}))
    page = models_dialog(read_models(root / "one")[:1])
    assert "<script" not in page and "<img" not in page and "c -->" not in page
    assert not set("${}`") & set(page)
    assert "Not measured yet." in page


@pytest.mark.parametrize(
    "damaged",
    [
        "[" * 100_000,
        "[]",
        '{"rows": 1}',
        '{"rows": [[]]}',
        METRICS % '{"mIoU": "many", "n_answered": 4}',
        METRICS % '{"mIoU": [], "n_answered": 4}',
        METRICS % '"x"',
    ],
)
def test_damaged_numbers_are_not_shown(tiny_models, tmp_path, damaged):
    root = tmp_path / "models"
    shutil.copytree(tiny_models.parent, root)
    (root / "one" / "metrics.json").write_text(damaged)
    page = models_dialog(read_models(root / "one")[:1])
    assert "Not measured yet." in page


def test_the_page_is_there_before_torch(tiny_models):
    code = (
        "import sys; from mutualsl.ui.app import build_app; "
        "from mutualsl.ui.shelf import Shelf, read_models; "
        f"shelf = Shelf(read_models({str(tiny_models)!r})); build_app(shelf, 'assets'); "
        "print('torch' in sys.modules); shelf.open(); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"]
