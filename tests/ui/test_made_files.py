import os
import time

from mutualsl.ui.limits import KEEP_FILES_SECOND
from mutualsl.ui.made_files import PREFIX, forget_old, keep_swept, new_file


def test_a_new_file_has_a_place_of_its_own_and_keeps_its_name(tmp_path):
    first, second = new_file(tmp_path, "clip.mp4"), new_file(tmp_path, "clip.mp4")
    assert first != second and first.name == second.name == "clip.mp4"
    assert first.parent.is_dir()


def test_old_files_make_room(tmp_path):
    old, recent = new_file(tmp_path, "old.mp4"), new_file(tmp_path, "recent.mp4")
    aged(old.parent)
    new_file(tmp_path, "new.mp4")
    assert not old.parent.exists() and recent.parent.exists()


def aged(path):
    """The same path, made longer ago than files are kept."""
    long_ago = time.time() - KEEP_FILES_SECOND - 60
    os.utime(path, (long_ago, long_ago))
    return path


def test_old_files_go_even_when_nobody_comes(tmp_path):
    keep_swept(tmp_path, every_second=0.01)
    old = new_file(tmp_path, "old.mp4")
    aged(old.parent)
    deadline = time.monotonic() + 5
    while old.parent.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not old.parent.exists()


def test_only_what_is_ours_is_swept_where_others_keep_files_too(tmp_path):
    ours, theirs = tmp_path / f"{PREFIX}x", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        aged(folder)
    forget_old(tmp_path, f"{PREFIX}*")
    assert theirs.exists() and not ours.exists()
