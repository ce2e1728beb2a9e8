import pytest

from mutualsl.ui.turns import Turns


class Visit:
    """A visitor's turns, and which of what they started has ended."""

    def __init__(self):
        self.turns = Turns()
        self.ended = []

    def steps(self, name, count=3):
        try:
            for number in range(count):
                yield name, number
        finally:
            self.ended.append(name)
        return f"{name} is done"


def value_of(steps):
    """What steps return once they are through."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def test_reading_ends_everything_before_it():
    visit = Visit()
    first = visit.turns.read(visit.steps("first"))
    assert [next(first), next(first)] == [("first", 0), ("first", 1)]
    second = visit.turns.read(visit.steps("second"))
    assert next(second) == ("second", 0)
    assert value_of(first) is None and visit.ended == ["first"] and visit.turns.reading
    assert value_of(second) == "second is done" and not visit.turns.reading
    question = visit.turns.answer(visit.steps("question"))
    next(question)
    third = visit.turns.read(visit.steps("third"))
    next(third)
    assert list(question) == [] and visit.ended == ["first", "second", "question"]


def test_a_question_ends_an_earlier_question_and_no_reading():
    visit = Visit()
    reading = visit.turns.read(visit.steps("files"))
    next(reading)
    first, second = (visit.turns.answer(visit.steps(name)) for name in ("first", "second"))
    next(first), next(second)
    assert list(first) == [] and len(list(second)) == 2
    assert visit.ended == ["first", "second"]
    assert value_of(reading) == "files is done"


def test_superseded_before_anything_new_begins():
    visit = Visit()
    running = visit.turns.read(visit.steps("first"))
    next(running)
    visit.turns.supersede()
    assert not visit.turns.reading
    assert list(running) == [] and visit.ended == ["first"]


def test_a_stop_ends_all_of_it_and_nothing_that_waited_begins():
    visit = Visit()
    reading = visit.turns.read(visit.steps("files"))
    clip = visit.turns.beside(visit.steps("clip"))
    question = visit.turns.answer(visit.steps("question"))
    running = [reading, clip, question]
    for steps in running:
        next(steps)
    visit.turns.waiting = "How?"
    visit.turns.stop("Stopped.")
    assert visit.turns.busy and visit.turns.stopped == "Stopped." and visit.turns.waiting is None
    assert [list(steps) for steps in running] == [[], [], []]
    assert not visit.turns.busy and visit.ended == ["files", "clip", "question"]
    assert len(list(visit.turns.answer(visit.steps("next")))) == 3 and visit.turns.stopped is None


def test_what_goes_on_beside_ends_with_a_stop_only():
    visit = Visit()
    clip = visit.turns.beside(visit.steps("clip"))
    next(clip)
    list(visit.turns.read(visit.steps("files")))
    list(visit.turns.answer(visit.steps("question")))
    assert len(list(clip)) == 2


@pytest.mark.parametrize("kind", ["read", "answer"])
def test_visitors_do_not_stop_each_other(kind):
    one, other = Visit(), Visit()
    running = getattr(one.turns, kind)(one.steps("one"))
    next(running)
    other.turns.supersede()
    list(other.turns.read(other.steps("other")))
    assert len(list(running)) == 2


@pytest.mark.parametrize("kind", ["read", "answer"])
def test_leaving_early_ends_the_work(kind):
    visit = Visit()
    running = getattr(visit.turns, kind)(visit.steps("left"))
    next(running)
    running.close()
    assert visit.ended == ["left"] and not visit.turns.reading
