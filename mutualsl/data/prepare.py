"""Attach token ids to loaded examples, once a video."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mutualsl.data.example import Example, VideoInput
from mutualsl.data.tokenizer import TextTokenizer


def prepare(examples: Iterable[Example], tokenizer: TextTokenizer) -> list[Example]:
    """Examples a `Collator` can batch; `VideoInput.with_rows` adds what their videos show."""
    ready: dict[str, VideoInput] = {}

    def finish(video: VideoInput) -> VideoInput:
        if video.video_id not in ready:
            tokens = tokenizer.encode_all([c.text for c in video.cues]) if video.cues else ()
            ready[video.video_id] = replace(video, cue_tokens=tokens)
        return ready[video.video_id]

    return [replace(example, video=finish(example.video)) for example in examples]
