"""The three demo videos: what happens in them, chosen by hand among the kept combinations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from mutualsl.data.synthetic.script import Attributes, Kind, Script
from mutualsl.data.synthetic.staging import Plan, stage_script

SubtitleForm: TypeAlias = Literal["srt", "vtt", "embedded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Storyboard:
    """One demo video; `steps` are (tool, colour, object, action, kind), `asked` indices of them."""

    name: str
    title: str
    place: str
    subtitles: SubtitleForm
    voice: str
    presenter: int
    take: int
    talk_second: tuple[float, float]
    steps: tuple[tuple[str, str, str, str, Kind], ...]
    asked: tuple[int, int, int]
    glass: bool = False

    def attributes(self) -> list[Attributes]:
        """What each step is about."""
        return [
            Attributes(
                tool=tool,
                colour=colour,
                object=thing,
                action=action,
                place=self.place,
                glass=self.glass,
            )
            for tool, colour, thing, action, _ in self.steps
        ]

    def script(self) -> Script:
        """The script, with a stream of random numbers that no data set uses."""
        return stage_script(
            Plan(
                video_id=f"synthetic-assets-{self.name}-{self.take}",
                split="assets",
                seed=self.take,
                index=0,
                steps=tuple(self.attributes()),
                kinds=tuple(step[-1] for step in self.steps),
                talk_second=self.talk_second,
                title=self.title,
                presenter=self.presenter,
            )
        )


STORYBOARDS = (
    Storyboard(
        name="kitchen-basics",
        title="Kitchen Basics",
        place="kitchen",
        subtitles="srt",
        voice="en-us+f3",
        presenter=15,
        take=2,
        talk_second=(2.5, 4.5),
        steps=(
            ("spoon", "blue", "bowl", "stir", "both"),
            ("hand", "green", "kettle", "pour", "both"),
            ("hand", "red", "mug", "lift", "both"),
            ("glove", "orange", "pot", "open", "both"),
            ("brush", "pink", "pot", "wipe", "both"),
            ("spoon", "pink", "mug", "stir", "both"),
        ),
        asked=(5, 3, 1),
        glass=True,
    ),
    Storyboard(
        name="workshop-tricks",
        title="Workshop Tricks",
        place="workshop",
        subtitles="vtt",
        voice="en-gb",
        presenter=21,
        take=2,
        talk_second=(2.5, 4.5),
        steps=(
            ("wrench", "blue", "can", "tap", "both"),
            ("hand", "red", "can", "roll", "shown"),
            ("glove", "blue", "box", "shake", "both"),
            ("hand", "purple", "box", "open", "shown"),
            ("knife", "red", "paper", "cut", "both"),
            ("brush", "green", "box", "wipe", "shown"),
        ),
        asked=(1, 3, 4),
    ),
    Storyboard(
        name="garden-stories",
        title="Garden Stories",
        place="garden",
        subtitles="embedded",
        voice="en-us+f4",
        presenter=0,
        take=2,
        talk_second=(7.0, 10.0),
        steps=(
            ("hand", "green", "bottle", "pour", "both"),
            ("brush", "red", "plant", "wipe", "spoken"),
            ("glove", "blue", "plant", "turn", "both"),
            ("hand", "red", "bucket", "lift", "spoken"),
            ("spoon", "pink", "bucket", "stir", "both"),
        ),
        asked=(1, 2, 3),
        glass=True,
    ),
)
