"""Which questions an epoch asks, and how they are grouped into batches of similar cost."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mutualsl.data.example import Example, VideoInput
from mutualsl.training.augment import CaptionStyle, crop, join

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
    captions: CaptionStyle | None = None  # how to cut transcripts like automatic captions
    caption_share: float = 0.0
    join_share: float = 0.0  # of the questions, asked together with the one answered next

    def videos(self) -> list[VideoInput]:
        """Every video once."""
        return list({e.video.video_id: e.video for e in self.examples}.values())


def draw_epoch(sources: Sequence[Source], chance: random.Random) -> list[Example]:
    """One epoch's questions, with modality dropout where a video has both modalities."""
    drawn = []
    for source in sources:
        together: dict[str, list[Example]] = {}
        for example in source.examples:
            together.setdefault(example.video.video_id, []).append(example)
        for example in _draw(source.examples, source.per_epoch, chance):
            video = example.video
            while chance.random() < source.join_share:  # now and then three or more
                example = join(example, together[video.video_id], chance)
            if video.rows is not None and video.cues:
                fate = chance.random()
                if fate < source.drop_subtitles:
                    video = video.without_subtitles()
                elif fate < source.drop_subtitles + source.drop_video:
                    video = video.without_video()
            if source.captions and video.rows is None and chance.random() < source.caption_share:
                video = source.captions.apply(video, chance)
            if source.crop_tokens is not None and video.rows is None:
                video = crop(video, example.gold, source.crop_tokens, chance)
            drawn.append(replace(example, video=video))
    return drawn


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
