from mutualsl.ui.turns import Turns


def steps(log, name, count=3):
    try:
        for number in range(count):
            yield name, number
    finally:
        log.append(name)


def test_only_the_latest_goes_on_and_the_others_are_ended():
    turns, ended = Turns(), []
    first = turns.while_latest(steps(ended, "first"))
    assert [next(first), next(first)] == [("first", 0), ("first", 1)]
    second = turns.while_latest(steps(ended, "second"))
    assert next(second) == ("second", 0)
    assert list(first) == [] and ended == ["first"]
    assert list(second) == [("second", 1), ("second", 2)] and ended == ["first", "second"]


def test_superseded_before_anything_new_begins():
    turns, ended = Turns(), []
    running = turns.while_latest(steps(ended, "first"))
    next(running)
    turns.supersede()
    assert list(running) == [] and ended == ["first"]


def test_visitors_do_not_stop_each_other():
    ended = []
    one = Turns().while_latest(steps(ended, "one"))
    next(one)
    Turns().supersede()
    assert len(list(one)) == 2
