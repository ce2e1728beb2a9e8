"""A box for one file, where what was given last counts."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.data_classes import FileData
from pydantic import model_validator


class LastFile(FileData):
    """The last of several files.

    Where an example fills a box while a visitor's file is on its way there, the page sends both.
    """

    @model_validator(mode="before")
    @classmethod
    def last(cls, given: Any) -> Any:
        """What was given last."""
        return given[-1] if isinstance(given, list) and given else given


def last_file(label: str, elem_id: str) -> gr.File:
    """The box."""
    box = gr.File(label=label, elem_id=elem_id, height=132, min_width=140)
    box.data_model = LastFile
    return box
