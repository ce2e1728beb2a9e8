import os
import time

import pytest

from mutualsl.atomic import LEFT_SECOND, atomic_output, is_same_file, write_whole


def test_an_error_leaves_what_was_there_before(tmp_path):
    path = tmp_path / "a.txt"
    write_whole(path, "before")
    with pytest.raises(ZeroDivisionError), atomic_output(path) as partial:
        partial.write_text("half")
        raise ZeroDivisionError
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_text() == "before"


def test_what_a_killed_process_left_of_the_same_file_goes_after_a_day(tmp_path):
    def left(name):
        with atomic_output(tmp_path / name) as partial:
            pass_on = partial.with_name(partial.name.replace(".part", "x.part"))
            pass_on.write_text("half")
            partial.touch()
        return pass_on

    old, other, recent = left("a.mp4"), left("b.mp4"), left("a.mp4")
    for path in (old, other):
        os.utime(path, (0, time.time() - LEFT_SECOND - 60))
    write_whole(tmp_path / "a.mp4", "whole")
    assert not old.exists() and other.exists() and recent.exists()


def test_a_name_as_long_as_names_may_be(tmp_path):
    write_whole(tmp_path / f"{'é' * 125}.mp4", "whole")


def test_one_file_is_known_by_any_name(tmp_path):
    path, link = tmp_path / "a", tmp_path / "link"
    path.touch()
    link.symlink_to(path)
    assert is_same_file(path, link) and is_same_file(str(path), path)
    assert not is_same_file(path, tmp_path / "none") and not is_same_file(path, "bad\0name")
