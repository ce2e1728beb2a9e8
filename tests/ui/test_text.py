import pytest

from mutualsl.spans import Span
from mutualsl.ui.text import clock, clock_range, escaped, file_name, short_clock


@pytest.mark.parametrize(
    ("second", "text"),
    [
        (0, "0:00.0"),
        (12.34, "0:12.3"),
        (12.25, "0:12.3"),  # as scripts round
        (59.96, "1:00.0"),
        (754.0, "12:34.0"),
        (3599.96, "1:00:00.0"),
        (3725.5, "1:02:05.5"),
    ],
)
def test_times(second, text):
    assert clock(second) == text


def test_a_tick_has_no_tenths():
    assert [short_clock(s) for s in (0, 90, 3600)] == ["0:00", "1:30", "1:00:00"]


def test_a_span_has_an_en_dash():
    assert clock_range(Span(12.3, 20.1)) == "0:12.3 – 0:20.1"


def test_nothing_of_a_template_is_left():
    hostile = '<img src=x onerror="a()">${alert(1)}{{value}}`\''
    assert not set(escaped(hostile)) & set("<>\"'`${}")


def test_a_double_quote_in_a_file_name_comes_back():
    assert file_name("/srv/uploads/a %22big%22 50%.mp4") == 'a "big" 50%.mp4'
