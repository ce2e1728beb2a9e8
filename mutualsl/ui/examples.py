"""The examples: demo videos whose questions are one click away."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from mutualsl.spans import Span
from mutualsl.ui.player import file_url
from mutualsl.ui.text import escaped

FEATURES = "features"
"""Folder, beside the demo videos, of what the visual encoders see in them."""


@dataclass(frozen=True, slots=True)
class DemoVideo:
    """One demo video with the questions that are offered for it."""

    video: Path
    subtitles: Path | None
    questions: tuple[str, ...]
    gold: tuple[Span, ...]  # the true answer to each question
    poster_second: float  # a moment that something happens in

    @property
    def title(self) -> str:
        """A name for people, made of the file name."""
        return self.video.stem.replace("-", " ").replace("_", " ").capitalize()


def read_examples(folder: Path) -> tuple[DemoVideo, ...]:
    """The examples listed in `questions.json`; none where the folder or a video is missing."""
    listing = folder / "questions.json"
    if not listing.is_file():
        return ()
    entries = json.loads(listing.read_text(encoding="utf-8"))
    examples = [_example(folder, entry) for entry in entries if entry["questions"]]
    return tuple(example for example in examples if example.video.is_file())


def known_answers(examples: tuple[DemoVideo, ...], video: Path | None) -> dict[str, Span]:
    """The true answers about one of the demo videos, by question; none about any other video."""
    return {
        question: gold
        for example in examples
        if example.video == video
        for question, gold in zip(example.questions, example.gold, strict=True)
    }


def example_cards(examples: tuple[DemoVideo, ...]) -> str:
    """HTML of the example cards; a click on a question carries both numbers to the page."""
    return f'<div class="examples">{"".join(map(_card, range(len(examples)), examples))}</div>'


def _example(folder: Path, entry: dict) -> DemoVideo:
    first = entry["questions"][0]
    return DemoVideo(
        video=(folder / entry["video"]).resolve(),
        subtitles=(folder / entry["subtitles"]).resolve() if entry["subtitles"] else None,
        questions=tuple(item["question"] for item in entry["questions"]),
        gold=tuple(Span(item["start"], item["end"]) for item in entry["questions"]),
        poster_second=(first["start"] + first["end"]) / 2,
    )


def _card(number: int, example: DemoVideo) -> str:
    chips = "".join(
        f'<button type="button" class="chip" data-example="{number}" data-question="{place}">'
        f"{escaped(question)}</button>"
        for place, question in enumerate(example.questions)
    )
    captions = "with a subtitle file" if example.subtitles else "subtitles inside the video"
    title = escaped(example.title)
    return (
        f'<article class="example"><button type="button" class="poster" data-example="{number}"'
        f' data-question="0" aria-label="Try {title}"><video preload="metadata" muted playsinline'
        f' src="{file_url(example.video)}#t={example.poster_second:.1f}" tabindex="-1"'
        f' aria-hidden="true"></video></button><div class="about"><h3>{title}</h3>'
        f'<p>{captions}</p></div><div class="chips">{chips}</div></article>'
    )
