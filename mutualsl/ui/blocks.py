"""The page's Gradio root, in which parts that an event leaves as they are cost nothing."""

from __future__ import annotations

from copy import copy
from typing import Any

import gradio as gr
from gradio.blocks import BlockFunction
from gradio.state_holder import SessionState

from mutualsl.ui import limits
from mutualsl.ui.reader import Reader


class Page(gr.Blocks):
    """`gr.Blocks` that does not look at outputs with `gr.skip()`.

    Gradio builds a component anew, and describes it twice, for every update of it, also for one
    that changes nothing. Here an event has many outputs, speaks many times, and says each time
    what little has changed: that was most of the server's work for an answer.
    """

    reader: Reader  # of its examples

    def queue(self, **settings: Any) -> Page:
        """A line of the length this page may have; Gradio makes one while it is built."""
        super().queue(**{"max_size": limits.QUEUE_SIZE, **settings})
        return self

    async def postprocess_data(
        self,
        block_fn: BlockFunction,
        predictions: Any,
        state: SessionState | None,
    ) -> list[Any]:
        """What the browser is sent of each output's value, in the order of the outputs."""
        if not isinstance(predictions, list) or len(predictions) != len(block_fn.outputs):
            return await super().postprocess_data(block_fn, predictions, state)
        said = [place for place, value in enumerate(predictions) if not _is_skip(value)]
        made = [None if output.stateful else gr.skip() for output in block_fn.outputs]
        if said:
            part = copy(block_fn)
            part.outputs = [block_fn.outputs[place] for place in said]
            values = [predictions[place] for place in said]
            alone = len(said) == 1 and not block_fn.batch  # then Gradio wants no list
            sent = await super().postprocess_data(part, values[0] if alone else values, state)
            for place, value in zip(said, sent, strict=True):
                made[place] = value
        return made


def _is_skip(value: Any) -> bool:
    return isinstance(value, dict) and value == gr.skip()
