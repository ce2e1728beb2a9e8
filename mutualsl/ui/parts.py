"""What both tabs are made of: pieces of HTML, and one value for each piece that handlers change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

View = list[Any]
"""One value for each output of a tab."""


def markup(elem_id: str, value: str = "", js_on_load: str | None = None) -> gr.HTML:
    """HTML of the page's own, without the frame that Gradio would draw around it."""
    return gr.HTML(
        value,
        elem_id=elem_id,
        elem_classes=["plain"],
        js_on_load=js_on_load,
        apply_default_css=False,
    )


def values(outputs: Sequence[str], changes: Mapping[str, Any]) -> View:
    """One value for each of `outputs`; those that are not named stay as they are."""
    assert changes.keys() <= set(outputs), changes.keys()
    return [changes[name] if name in changes else gr.skip() for name in outputs]
