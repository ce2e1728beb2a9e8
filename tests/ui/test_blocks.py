"""What an event leaves as it is costs nothing, and what it says arrives."""

import asyncio

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from mutualsl.ui import limits
from mutualsl.ui.blocks import Page


@pytest.fixture
def page():
    """A text, a state and a button that one event changes."""
    with Page() as page:
        parts = [gr.HTML("before"), gr.State("kept"), gr.Button("Ask")]
        parts[2].click(lambda: None, None, parts)
    return page


@pytest.fixture
def send(page):
    """What the browser is sent for the values of the three, and the session."""
    (event,) = page.fns.values()
    session = SessionState(page)
    return lambda *values: asyncio.run(page.postprocess_data(event, list(values), session)), session


def test_what_is_said_arrives_in_its_place(send):
    post, session = send
    html, state, button = post(gr.skip(), "new", gr.update(interactive=False))
    assert (html, state) == (gr.skip(), None)
    assert button["interactive"] is False
    assert "new" in session.state_data.values()
    assert post("now", gr.skip(), gr.skip()) == ["now", None, gr.skip()]
    assert post(gr.skip(), gr.skip(), gr.skip()) == [gr.skip(), None, gr.skip()]


def test_what_is_said_is_sent_as_gradio_sends_it(page, send):
    post, _ = send
    (event,) = page.fns.values()
    for values in (["now", "new", gr.skip()], [gr.skip(), "new", gr.update(value="Stop")]):
        theirs = asyncio.run(gr.Blocks.postprocess_data(page, event, values, SessionState(page)))
        for value, sent, expected in zip(values, post(*values), theirs, strict=True):
            assert sent == (gr.skip() if value == gr.skip() else expected)


def test_a_part_that_is_left_as_it_is_is_not_built_again(send, monkeypatch):
    post, _ = send
    built = []
    monkeypatch.setattr(gr.HTML, "__init__", lambda self, *a, **k: built.append(self))
    post(gr.skip(), gr.skip(), gr.update(interactive=False))
    assert not built


def test_the_line_is_as_long_as_the_limit_says(page):
    assert page._queue.max_size == limits.QUEUE_SIZE
