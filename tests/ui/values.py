"""Small hand-made values: a video of 100 s and predictions about it."""

import numpy as np

from mutualsl.answer import Answer
from mutualsl.data.example import VideoInput
from mutualsl.encoded import EncodedVideo
from mutualsl.prediction import Candidate, Prediction
from mutualsl.spans import Span, iou
from mutualsl.subtitles import Cue, Subtitles

DURATION_SECOND = 100.0
HELLO = Cue(10.0, 20.0, "hello")


def encoded_video(cues=(HELLO,), thumbnails=(), duration=DURATION_SECOND):
    track = Subtitles(cues=tuple(cues)) if cues else None
    return EncodedVideo(
        name="demo.mp4",
        path=None,
        input=VideoInput(video_id="", duration_second=duration, cues=tuple(cues)),
        subtitles=track,
        info=None,
        thumbnails=tuple(thumbnails),
    )


def prediction(start=12.3, end=20.1, score=0.62, *, in_domain=True, points=50, others=()):
    seconds = np.linspace(0, DURATION_SECOND, points, endpoint=False)
    curve = np.stack([seconds, np.full(points, 1 / points)], axis=1).astype(np.float32)
    candidates = (Candidate(Span(start, end), score), *others)
    return Prediction(
        span=Span(start, end),
        score=score,
        candidates=candidates,
        start_curve=curve,
        end_curve=curve,
        in_domain=in_domain,
    )


def answer(visual=None, textual=None, source="textual", question="How?", warnings=()):
    heads = {"visual": visual, "textual": textual}
    chosen = heads.get(source)
    both = visual is not None and textual is not None
    return Answer(
        question=question,
        duration_second=DURATION_SECOND,
        visual=visual,
        textual=textual,
        span=chosen.span if chosen else Span(0.0, DURATION_SECOND),
        score=chosen.score if chosen else 0.0,
        source=source,
        agreement=iou(visual.span, textual.span) if both else None,
        warnings=tuple(warnings),
    )
