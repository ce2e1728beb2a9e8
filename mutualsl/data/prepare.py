"""Attach token ids and feature rows to loaded examples, once a video."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from mutualsl.data.example import Example, Rows, VideoInput
from mutualsl.data.tokenizer import TextTokenizer


def prepare(
    examples: Iterable[Example],
    tokenizer: TextTokenizer,
    rows_of: Callable[[str], Rows | None] = lambda video_id: None,
) -> list[Example]:
    """Examples a `Collator` can batch; `rows_of` gives the rows (K, F) of a video id, or `None`."""
    ready: dict[str, VideoInput] = {}

    def finish(video: VideoInput) -> VideoInput:
        if video.video_id not in ready:
            tokens = tokenizer.encode_all([c.text for c in video.cues]) if video.cues else ()
            rows, length_second = rows_of(video.video_id), video.duration_second
            if video.at_least and rows is not None:
                length_second = max(length_second, float(len(rows)))
            ready[video.video_id] = replace(
                video, cue_tokens=tokens, rows=rows, duration_second=length_second
            )
        return ready[video.video_id]

    return [replace(example, video=finish(example.video)) for example in examples]
