import threading
import time

import pytest

from mutualsl.errors import MutualSLError
from mutualsl.ui.line import Line
from mutualsl.ui.progress import Superseded


class Worker:
    """Takes a place in a thread and keeps it until told."""

    def __init__(self, line):
        self.line, self.told, self.inside = line, [], threading.Event()
        self.leave, self.give_up = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def work(self):
        try:
            with self.line.place(self.waiting):
                self.inside.set()
                self.leave.wait(10)
        except Superseded:
            self.leave.set()

    def waiting(self, before):
        self.told.append(before)
        if self.give_up.is_set():
            raise Superseded

    def done(self):
        self.leave.set()
        self.thread.join(5)


def until(true):
    deadline = time.monotonic() + 5
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert true()


def in_turn(line, count):
    """Workers that have come one after the other."""
    workers = []
    for number in range(count):
        workers.append(Worker(line))
        until(lambda joined=number + 1: len(line._tickets) == joined)
    return workers


def test_who_came_first_goes_first_and_knows_how_many_are_before():
    line = Line(places=1, longest=5)
    first, second, third, fourth = workers = in_turn(line, 4)
    assert first.inside.wait(5)
    for place, worker in enumerate(workers[1:]):
        until(lambda told=worker.told, place=place: told[-1:] == [place])
        assert not worker.inside.is_set()
    first.done()
    assert second.inside.wait(5) and not third.inside.is_set()
    until(lambda: fourth.told[-1] == 1)
    third.give_up.set()  # somebody leaves the line
    until(lambda: fourth.told[-1] == 0)
    second.done()
    assert fourth.inside.wait(5) and not third.inside.is_set()
    fourth.done()
    assert line._tickets == []


def test_as_many_work_as_there_are_places():
    workers = in_turn(Line(places=2, longest=5), 3)
    assert workers[0].inside.wait(5) and workers[1].inside.wait(5)
    assert not workers[2].inside.is_set()
    for worker in workers:
        worker.done()
    assert workers[2].inside.is_set()


def test_a_line_that_is_too_long_is_said():
    line = Line(places=1, longest=1)
    workers = in_turn(line, 2)
    with pytest.raises(MutualSLError, match="try again"), line.place(print):
        pytest.fail("there is no place")
    for worker in workers:
        worker.done()


def test_it_is_quiet_when_nobody_came_for_a_while():
    line, quiet = Line(places=1, longest=5), threading.Event()

    def wait():
        line.wait_until_quiet(0.2)
        quiet.set()

    first = Worker(line)
    assert first.inside.wait(5)
    threading.Thread(target=wait, daemon=True).start()
    assert not quiet.wait(0.4)
    first.done()
    second = Worker(line)  # before it has been quiet for long enough
    assert second.inside.wait(5) and not quiet.wait(0.4)
    second.done()
    assert quiet.wait(5)
