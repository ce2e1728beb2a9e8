"""What a clip is called."""

import pytest

from mutualsl.ui.clip_saving import _in_name


@pytest.mark.parametrize(
    ("second", "name"), [(0.0, "0m00.0"), (62.4, "1m02.4"), (3723.4, "1h02m03.4")]
)
def test_a_time_in_the_name_of_a_file(second, name):
    assert _in_name(second) == name
