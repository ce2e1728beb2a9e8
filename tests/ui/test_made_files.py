import os
import time

from mutualsl.ui.limits import KEEP_FILES_SECOND
from mutualsl.ui.made_files import new_file


def test_a_new_file_has_a_place_of_its_own_and_keeps_its_name(tmp_path):
    first, second = new_file(tmp_path, "clip.mp4"), new_file(tmp_path, "clip.mp4")
    assert first != second and first.name == second.name == "clip.mp4"
    assert first.parent.is_dir()


def test_old_files_make_room(tmp_path):
    old, recent = new_file(tmp_path, "old.mp4"), new_file(tmp_path, "recent.mp4")
    long_ago = time.time() - KEEP_FILES_SECOND - 60
    os.utime(old.parent, (long_ago, long_ago))
    new_file(tmp_path, "new.mp4")
    assert not old.parent.exists() and recent.parent.exists()
