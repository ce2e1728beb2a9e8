import contextvars
import threading

import pytest

from mutualsl.telling import listening, tell
from mutualsl.ui.progress import Work


def test_what_takes_a_while_says_where_it_stands():
    seen = threading.Event()

    def work(report):
        report("features", 0.5)
        assert seen.wait(5)
        return 7

    watched = Work(work, "video")
    updates = []
    for update in watched:
        updates.append(update)
        seen.set()
    assert (updates[0].stage, updates[0].fraction) == ("features", 0.5)
    assert watched.result() == 7


def test_what_the_parts_tell_is_progress_of_the_stage_reported_last():
    seen = threading.Event()

    def work(report):
        tell(0.1)
        report("text", 0.0)
        with listening(None):
            tell(0.9)
        tell(0.4)
        assert seen.wait(5)

    updates = []
    for update in Work(work, "question"):
        updates.append((update.stage, update.fraction))
        seen.set()
    assert updates[0] == ("text", 0.4)


def test_what_is_told_to_nobody_ends_the_work():
    stopped, watched_first, go_on = threading.Event(), threading.Event(), threading.Event()

    def work(report):
        watched_first.set()
        go_on.wait(5)
        try:
            tell(0.5)
        finally:
            stopped.set()
        pytest.fail("what is told should have ended this")

    steps = iter(Work(work, "question"))
    next(steps)
    assert watched_first.wait(5)
    steps.close()
    go_on.set()
    assert stopped.wait(5)


def test_what_is_quickly_done_says_nothing_but_its_result():
    watched = Work(lambda report: report("features", 0.5) or 7, "video")
    assert list(watched) == [] and watched.result() == 7


def test_an_error_travels_to_the_one_who_waits():
    def work(report):
        raise ValueError("broken")

    watched = Work(work, "video")
    list(watched)
    with pytest.raises(ValueError, match="broken"):
        watched.result()


def test_work_stops_when_nobody_watches_any_more():
    stopped = threading.Event()
    watched_first, go_on = threading.Event(), threading.Event()

    def work(report):
        watched_first.set()
        go_on.wait(5)
        try:
            report("features", 0.1)
        finally:
            stopped.set()
        pytest.fail("the report should have ended this")

    steps = iter(Work(work, "video"))
    next(steps)
    assert watched_first.wait(5)
    steps.close()
    go_on.set()
    assert stopped.wait(5)


def test_the_work_knows_who_asks():
    """What Gradio keeps of a request in context variables is there in the thread too."""
    visitor = contextvars.ContextVar("visitor", default="nobody")
    visitor.set("me")
    work = Work(lambda report: visitor.get(), "video")
    list(work)
    assert work.result() == "me"
