"""Below --data-root everything is found by name; nothing else of the server can be reached."""

import pytest

from mutualsl.data import DATASETS
from mutualsl.errors import DataError, UnknownName
from mutualsl.ui.analyse.catalogue import read_catalogue
from tests.ui.analyse.values import write_data


def link(path, target):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "root"
    write_data(root / "mine")
    write_data(root / "mine", "val", "disjoint")
    return root


def test_splits_are_listed_by_data_set_split_set_and_split(root):
    write_data(root / ".hidden")
    (root / "empty").mkdir()
    (root / "medvidqa").mkdir()
    (root / "medvidqa" / "val.json").write_text("[]")  # as published, the other splits missing
    catalogue = read_catalogue(root)
    assert set(catalogue.choices) == {
        "mine / test",
        "mine / disjoint / val",
        "medvidqa / official / val",
    }
    assert catalogue.find("medvidqa / official / val").dataset is DATASETS["medvidqa"]
    own = catalogue.find("mine / disjoint / val")
    assert (own.part.split_set, own.part.split) == ("disjoint", "val")


def test_the_root_itself_may_be_a_data_set_with_its_own_files(root):
    catalogue = read_catalogue(root / "mine")
    assert set(catalogue.choices) == {"mine / test", "mine / disjoint / val"}
    own = catalogue.find("mine / disjoint / val")
    assert own.folder == root.resolve() / "mine"
    (first, *_) = own.dataset.load(own.folder, own.part.split, own.part.split_set)
    assert first.video.cues
    (root / "medvidqa").mkdir()
    (root / "medvidqa" / "val.json").write_text("[]")
    assert set(read_catalogue(root / "medvidqa").choices) == {"medvidqa / official / val"}


def test_a_folder_named_videos_hides_no_data_set_beside_it(tmp_path):
    root = tmp_path / "cat"
    write_data(root / "kitchen")
    write_data(root / "garden", split_set="disjoint")
    (root / "videos").mkdir()
    of_each = {"kitchen / test", "garden / disjoint / test"}
    assert set(read_catalogue(root).choices) == of_each
    write_data(root)
    write_data(root, "val", "official")
    catalogue = read_catalogue(root)
    assert set(catalogue.choices) == {"cat / test", "cat / official / val", *of_each}
    assert catalogue.find("kitchen / test").folder == root.resolve() / "kitchen"


@pytest.mark.parametrize("file", ["readme.txt", "test.jsonl"])
def test_a_root_without_data_sets_is_refused(tmp_path, file):
    (tmp_path / file).touch()
    with pytest.raises(DataError, match=r"no data set with questions here; give a folder"):
        read_catalogue(tmp_path)


@pytest.mark.parametrize("name", [None, "", "..", "../mine / test", "/etc / passwd", "mine"])
def test_what_is_not_listed_does_not_exist(root, name):
    with pytest.raises(UnknownName, match="choose one of"):
        read_catalogue(root).find(name)


def test_a_data_set_may_be_a_link_but_hold_none_that_leads_out(root, tmp_path):
    outside = write_data(tmp_path / "outside")
    link(root / "linked", outside)
    link(root / "mine" / "train.jsonl", outside / "test.jsonl")
    choices = read_catalogue(root).choices
    assert set(choices) == {"linked / test", "mine / test", "mine / disjoint / val"}


def test_a_video_is_shown_only_from_inside_its_data_set(root, tmp_path):
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"x")
    link(root / "mine" / "videos" / "out.mp4", secret)
    (root / "mine" / "videos" / "in.mp4").write_bytes(b"x")
    choice = read_catalogue(root).find("mine / test")
    shown = choice.shown()
    assert shown.find_video(choice.folder, "in") == choice.folder / "videos" / "in.mp4"
    assert shown.find_video(choice.folder, "out") is None
    assert choice.dataset.find_video(choice.folder, "out") is not None


def test_only_folders_of_videos_are_served(root, tmp_path):
    catalogue = read_catalogue(root)
    assert catalogue.video_folders() == []
    (root / "mine" / "videos").mkdir()
    assert catalogue.video_folders() == [root.resolve() / "mine" / "videos"]
    other = write_data(root / "other")
    (tmp_path / "elsewhere").mkdir()
    link(other / "videos", tmp_path / "elsewhere")
    assert read_catalogue(root).video_folders() == [root.resolve() / "mine" / "videos"]
