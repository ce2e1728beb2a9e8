import os
import shutil

import pytest

from mutualsl.errors import VideoError
from mutualsl.video import content_hash


def test_the_hash_is_of_the_content(plain, tmp_path):
    copy = tmp_path / "other name.mp4"
    shutil.copy(plain, copy)
    assert content_hash(copy) == content_hash(plain)
    copy.write_bytes(copy.read_bytes() + b"x")
    assert content_hash(copy) != content_hash(plain)


@pytest.mark.parametrize("name", ["none.mp4", "x" * 300])
def test_a_missing_file(tmp_path, name):
    with pytest.raises(VideoError, match="check that it exists"):
        content_hash(tmp_path / name)


def test_a_pipe_and_a_folder_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    for path in (tmp_path / "pipe.mp4", tmp_path):
        with pytest.raises(VideoError, match=f"{path} is not a file"):
            content_hash(path)
