"""In a sentence: why the two predictors differ, what a change did, what to keep in mind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from mutualsl.answer import Answer
from mutualsl.data.ceilings import best_iou, covered_share, cue_edges
from mutualsl.data.example import VideoInput
from mutualsl.encoded import EncodedVideo
from mutualsl.features.published import PUBLISHED
from mutualsl.prediction import HeadPredictions, Prediction
from mutualsl.spans import Span, iou, reaches
from mutualsl.subtitles import Subtitles

if TYPE_CHECKING:
    from mutualsl.checkpoint import Checkpoint

NEEDED = {"video": "a video", "subtitles": "subtitles"}
NOT_USED = {"video": "the pictures", "subtitles": "the subtitles"}
RECIPE = "mutualsl_mini"  # of a checkpoint that does not say by which it was trained
AGREE_IOU = 0.5
SAME_SECOND = 0.05  # less cannot be seen on the page
NEAR_SECOND = 1.5  # edges no farther apart count as the same
SILENT_SHARE = 0.5  # of a span with subtitles; below, most of it is silent
CUT_NEAR_SECOND = 1.0  # rows are a second apart
CUT_DEVIATIONS = 2.5  # a step between rows so much larger than usual is a cut
LANGUAGE_TAG = re.compile(r"(?!q[a-t][a-z])([a-z]{2,3})(?:[-_][\w-]+)?")  # qaa to qtz are private
NOT_ANOTHER = ("en", "eng", "und", "unk", "mis", "mul", "zxx", "cc", "sdh")  # or no language
LANGUAGE_CUES = 200  # enough to tell the language
LATIN = re.compile("[A-Za-z\u00aa-\u024f\u1e00-\u1eff\uff21-\uff5a]")


def why_they_differ(encoded: EncodedVideo, answer: Answer) -> str | None:
    """The most telling reason, or `None` where they agree or one of them is missing."""
    visual, textual = answer.visual, answer.textual
    if visual is None or textual is None:
        return None
    if not visual.in_domain:
        return (
            "The pictures are unlike those the visual predictor has learned: its span is a guess."
        )
    if reaches(iou(visual.span, textual.span), AGREE_IOU):
        return None
    video = encoded.input
    spoken = covered_share(visual.span, video.cues)
    if spoken == 0.0:
        return (
            "No subtitle is shown during the visual span, so the textual predictor cannot find it."
        )
    if iou(visual.span, textual.span) > 0.0:
        return _edges(video, visual.span, textual.span)
    if spoken < SILENT_SHARE:
        return (
            f"During {100 * (1 - spoken):.0f} % of the visual span nothing is said, which leaves "
            "the textual predictor little to find there."
        )
    return _places(video, visual, textual)


def what_changed(before: Answer, after: Answer) -> str:
    """How the spans moved from one answer to the other, and whether another one is believed."""
    said = [
        f"the {name} span {_movement(then, now)}"
        for name, then, now in (
            ("textual", before.textual, after.textual),
            ("visual", before.visual, after.visual),
        )
        if then is not None or now is not None
    ]
    if after.source != before.source:
        believed = "none is" if after.source == "fallback" else f"the {after.source} one is"
        said.append(f"{believed} now believed")
    sentence = "; ".join(said)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _movement(before: Prediction | None, after: Prediction | None) -> str:
    if before is None or after is None:
        return "is new" if before is None else "is gone"
    starts = after.span.start_second - before.span.start_second
    ends = after.span.end_second - before.span.end_second
    if abs(starts - ends) < SAME_SECOND:
        return f"moved by {_later(starts)}" if _differs(starts) else "stayed"
    edges = (("begins", starts), ("ends", ends))
    return " and ".join(f"{verb} {_later(by)}" for verb, by in edges if _differs(by)) or "stayed"


def _differs(second: float) -> bool:
    return abs(second) >= SAME_SECOND


def _edges(video: VideoInput, visual: Span, textual: Span) -> str:
    """They overlap: what keeps their edges apart."""
    reach = best_iou(visual, cue_edges(video))
    if not reaches(reach, AGREE_IOU):
        return (
            "A textual span begins and ends with a subtitle, and no subtitles fit the visual span: "
            f"the best would overlap it by an IoU of {reach:.2f}."
        )
    starts = textual.start_second - visual.start_second
    ends = textual.end_second - visual.end_second
    if abs(starts) <= NEAR_SECOND:
        said = f"They begin together; the textual span ends {_later(ends)}"
    elif abs(ends) <= NEAR_SECOND:
        said = f"They end together; the textual span begins {_later(starts)}"
    else:
        said = f"The textual span begins {_later(starts)} and ends {_later(ends)}"
    return f"{said}{_at_edges(video, visual, starts, ends)}."


def _at_edges(video: VideoInput, visual: Span, starts: float, ends: float) -> str:
    """What happens at the visual edges that the textual span does not share, if anything."""
    silent = []
    if starts > NEAR_SECOND:
        silent.append(Span(visual.start_second, visual.start_second + starts))
    if ends < -NEAR_SECOND:
        silent.append(Span(visual.end_second + ends, visual.end_second))
    if silent and all(covered_share(part, video.cues) == 0.0 for part in silent):
        return ": the rest of the visual span is silent"
    cuts = _cut_seconds(video)
    at_start = abs(starts) > NEAR_SECOND and _near(visual.start_second, cuts)
    at_end = abs(ends) > NEAR_SECOND and _near(visual.end_second, cuts)
    if at_start or at_end:
        verb = "begins and ends" if at_start and at_end else "begins" if at_start else "ends"
        return f": the visual span {verb} at a cut, where the pictures change"
    return ""


def _places(video: VideoInput, visual: Prediction, textual: Prediction) -> str:
    """They are apart: whether one considers the other, and what the visual one follows."""
    for name, own, other in (("visual", visual, textual), ("textual", textual, visual)):
        for rank, candidate in enumerate(own.candidates[1:], start=2):
            if reaches(iou(candidate.span, other.span), AGREE_IOU):
                return f"The other span is choice {rank} of the {name} predictor."
    cuts = _cut_seconds(video)
    if all(_near(edge, cuts) for edge in visual.span):
        return (
            "The visual span runs from one cut to the next, while the words that match best are "
            "said elsewhere."
        )
    return "The words that match best are said at another time than the pictures that do."


def _cut_seconds(video: VideoInput) -> list[float]:
    """Where the step from one row (K, F) to the next is unusually large."""
    if video.rows is None or len(video.rows) < 4:
        return []
    steps = np.linalg.norm(np.diff(video.rows, axis=0), axis=1)
    cuts = 1 + np.flatnonzero(steps > steps.mean() + CUT_DEVIATIONS * steps.std())
    return [float(cut) for cut in cuts]


def _near(second: float, cuts: list[float]) -> bool:
    return any(abs(cut - second) <= CUT_NEAR_SECOND for cut in cuts)


def _later(second: float) -> str:
    return f"{abs(second):.1f} s {'later' if second > 0 else 'earlier'}"


def not_in_english(subtitles: Subtitles | None, question: str) -> str | None:
    """Which of both is in another language, as a subject with its verb; `None` where neither is.

    Told by the letters, and for subtitles by the language that they are said to be in; another
    language in Latin letters, of which nothing is said, is not noticed.
    """
    foreign = []
    if subtitles is not None:
        tag = LANGUAGE_TAG.fullmatch((subtitles.language or "").lower())
        told = tag is not None and tag[1] not in NOT_ANOTHER
        if told or _other_letters("".join(cue.text for cue in subtitles.cues[:LANGUAGE_CUES])):
            foreign.append("the subtitles")
    if _other_letters(question):
        foreign.append("the question")
    if not foreign:
        return None
    return f"{' and '.join(foreign)} {'is' if foreign == ['the question'] else 'are'}"


def _other_letters(text: str) -> bool:
    """Whether most letters are not Latin ones."""
    letters = [character for character in text if character.isalpha()]
    return 2 * sum(LATIN.match(letter) is None for letter in letters) > len(letters)


def cautions(
    encoded: EncodedVideo,
    heads: HeadPredictions,
    checkpoint: Checkpoint,
    question_limit: int | None,
) -> tuple[str, ...]:
    """What to keep in mind; of a question that is too long `question_limit` tokens were used."""
    model = checkpoint.model
    said = []
    if heads.visual is not None and not heads.visual.in_domain:
        said.append(
            "the pictures are outside what the visual predictor has learned; "
            "its span is a guess and is not used"
        )
    if heads.visual is not None and encoded.subtitles is None:
        said.append("no subtitles: only the pictures were searched")
    looked = encoded.info is not None or encoded.input.rows is not None
    there = {"video": looked, "subtitles": bool(encoded.input.cues)}
    if there["subtitles"] and "subtitles" not in model.reads:
        said.append(f"{NOT_USED['subtitles']} were not used: this model does not read them")
    if there["video"] and "video" not in model.reads:
        said.append(f"{NOT_USED['video']} were not used: this model does not look at them")
    said += [
        f"{NOT_USED[name]} were not used: no predictor of this model was trained on "
        f"{NEEDED[name]}; train one on data with {NEEDED[name]}: {_training(checkpoint)}"
        for name in model.untrained
        if there[name]
    ]
    said += [
        f"this model cannot answer without {NEEDED[name]}"
        for name in model.needs
        if not there[name]
    ]
    if encoded.subtitles is not None and "subtitles" in model.reads:
        said += [found.detail for found in encoded.subtitles.report if found.kind == "encoding"]
    if question_limit is not None:
        said.append(f"the question is long; its first {question_limit} tokens were used")
    return tuple(said)


def _training(checkpoint: Checkpoint) -> str:
    """The command that trains such a model."""
    visual = checkpoint.visual.encoder
    options = f" --visual {visual}" if visual in PUBLISHED else ""
    recipe = checkpoint.about.get("recipe", RECIPE)
    return f"mutualsl train --recipe {recipe} --data-root DATA --out RUN{options}"
