from mutualsl.ui.text import escaped, file_name, short_clock


def test_a_tick_has_no_tenths():
    assert [short_clock(s) for s in (0, 90, 3600)] == ["0:00", "1:30", "1:00:00"]


def test_nothing_of_a_template_is_left():
    hostile = '<img src=x onerror="a()">${alert(1)}{{value}}`\''
    assert not set(escaped(hostile)) & set("<>\"'`${}")


def test_a_double_quote_in_a_file_name_comes_back():
    assert file_name("/srv/uploads/a %22big%22 50%.mp4") == 'a "big" 50%.mp4'
