import os
import shutil
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
    stop = keep_swept(tmp_path, every_second=0.01)
    old = new_file(tmp_path, "old.mp4")
    aged(old.parent)
    assert soon(lambda: not old.parent.exists())
    stop.set()


def soon(happened):
    """Whether it happens within some seconds."""
    deadline = time.monotonic() + 5
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.01)
    return happened()


def test_a_quiet_server_keeps_its_folders_while_another_one_sweeps(tmp_path):
    made, uploads = (tmp_path / f"{PREFIX}{name}" for name in ("made", "uploads"))
    for folder in (made, uploads):
        folder.mkdir()
        aged(folder)
    stop = keep_swept(made, uploads, every_second=0.01)
    recent = time.time() - KEEP_FILES_SECOND
    assert soon(lambda: all(each.stat().st_mtime > recent for each in (made, uploads)))
    forget_old(tmp_path, f"{PREFIX}*")
    assert made.is_dir() and uploads.is_dir()
    shutil.rmtree(made)
    assert soon(made.is_dir) and made.stat().st_mode & 0o777 == 0o700
    stop.set()


def test_a_folder_that_is_gone_is_made_again(tmp_path):
    folder = tmp_path / PREFIX
    assert new_file(folder, "clip.mp4").parent.is_dir()


def test_only_what_is_ours_is_swept_where_others_keep_files_too(tmp_path):
    ours, theirs = tmp_path / f"{PREFIX}x", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        aged(folder)
    forget_old(tmp_path, f"{PREFIX}*")
    assert theirs.exists() and not ours.exists()
