"""Which questions an epoch asks, and how they are grouped into batches of similar cost."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mutualsl.data.example import Example, VideoInput
from mutualsl.spans import Span

QUESTION_TOKENS = 16  # what a question adds to a batch, about


@dataclass(frozen=True, kw_only=True)
class Source:
    """Training questions of one data set and how often they are asked."""

    name: str
    examples: Sequence[Example]
    per_epoch: int  # questions drawn for one epoch
    drop_video: float = 0.0  # modality dropout: probability of hiding one of the two
    drop_subtitles: float = 0.0
    crop_tokens: int | None = None  # a long transcript without a video is cut to about this

    def videos(self) -> list[VideoInput]:
        """Every video once."""
        return list({e.video.video_id: e.video for e in self.examples}.values())


def draw_epoch(sources: Sequence[Source], chance: random.Random) -> list[Example]:
    """One epoch's questions, with modality dropout where a video has both modalities."""
    drawn = []
    for source in sources:
        for example in _draw(source.examples, source.per_epoch, chance):
            video = example.video
            if video.rows is not None and video.cues:
                fate = chance.random()
                if fate < source.drop_subtitles:
                    video = video.without_subtitles()
                elif fate < source.drop_subtitles + source.drop_video:
                    video = video.without_video()
            if source.crop_tokens is not None and video.rows is None:
                video = crop(video, example.gold, source.crop_tokens, chance)
            drawn.append(replace(example, video=video))
    return drawn


def crop(video: VideoInput, gold: Span | None, tokens: int, chance: random.Random) -> VideoInput:
    """A random stretch of at most `tokens` text tokens that holds every cue of the answer.

    Finding the answer among fewer cues costs less; validation and use see whole transcripts. An
    answer longer than that is kept whole.
    """
    if gold is None or video.token_count <= tokens:
        return video
    sizes = [len(cue) for cue in video.cue_tokens]
    inside = [
        i
        for i, cue in enumerate(video.cues)
        if cue.start_second < gold.end_second and cue.end_second > gold.start_second
    ]
    first, last = (inside[0], inside[-1]) if inside else (0, 0)
    spare = tokens - sum(sizes[first : last + 1])
    before = chance.randint(0, max(0, spare))
    spare -= before
    while first > 0 and sizes[first - 1] <= before:
        first -= 1
        before -= sizes[first]
    spare += before
    while last + 1 < len(sizes) and sizes[last + 1] <= spare:
        last += 1
        spare -= sizes[last]
    return video.with_cues(first, last + 1)


def make_batches(
    examples: Sequence[Example], chance: random.Random, *, max_tokens: int, max_questions: int
) -> list[list[Example]]:
    """Batches of at most `max_tokens` text tokens, neighbours in length, in random order."""
    shuffled = chance.sample(list(examples), len(examples))
    shuffled.sort(key=lambda e: e.video.token_count)  # stable: ties stay shuffled
    batches: list[list[Example]] = [[]]
    cost = 0
    for example in shuffled:
        tokens = example.video.token_count + QUESTION_TOKENS
        if batches[-1] and (cost + tokens > max_tokens or len(batches[-1]) == max_questions):
            batches.append([])
            cost = 0
        batches[-1].append(example)
        cost += tokens
    chance.shuffle(batches)
    return batches


def validation_batches(examples: Sequence[Example]) -> list[list[Example]]:
    """Batches for measuring, the same each time; without gradients they may be large."""
    return make_batches(examples, random.Random(0), max_tokens=6144, max_questions=32)


def _draw(examples: Sequence[Example], count: int, chance: random.Random) -> list[Example]:
    drawn: list[Example] = []
    while len(drawn) < count:
        drawn += chance.sample(list(examples), min(count - len(drawn), len(examples)))
    return drawn
