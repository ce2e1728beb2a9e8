"""Video and subtitle files to an `EncodedVideo`: the part of answering that is done once."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from mutualsl.data.example import Rows, VideoInput
from mutualsl.data.tokenizer import TextTokenizer
from mutualsl.encoded import EncodedVideo
from mutualsl.errors import MutualSLError, SubtitleError, VideoError, WeightsMissing
from mutualsl.features import FeatureCache, VisualEncoder, VisualFeatures
from mutualsl.features.files import fitting, made_of, read_rows
from mutualsl.subtitles import Subtitles, fitted, from_track, read_subtitles
from mutualsl.subtitles.recognise import MAX_BYTES
from mutualsl.video import VideoInfo, content_hash, probe, read_text_track

Progress = Callable[[str, float], None]  # stage, fraction
Extract = Callable[[VideoInfo, Callable[[float], None]], VisualFeatures]  # told its progress
Admit = Callable[[VideoInfo | None, Subtitles | None], None]  # raises to refuse

# Each track takes a pass over the whole file, and a small file can hold very many empty ones.
TRACKS_TRIED = 8


def read_video(
    video: str | Path | None,
    subtitles: str | Path | Subtitles | None,
    *,
    encoder: VisualEncoder,
    extract: Extract,
    cache: FeatureCache,
    tokenizer: TextTokenizer,
    progress: Progress | None = None,
    admit: Admit | None = None,
    track: int | None = None,
    features: str | Path | None = None,
    looks: bool = True,
) -> EncodedVideo:
    """What `AnswerLocalizer.encode_video` promises, with everything it needs passed in.

    `extract` makes the rows of a video as `encoder` sees it; whether the model `looks` at them
    decides whether it can do without where the encoder's weights are missing.
    """
    check_track(track, video, subtitles)
    report = progress or (lambda stage, fraction: None)
    started = time.perf_counter()
    report("video", 0.0)
    info = probe(video) if video is not None else None
    transcript, problems = _subtitles(info, subtitles, track, report)
    if admit is not None:
        admit(info, transcript)
    rows = _rows(features, info, encoder) if features is not None else None
    if info is not None:
        duration_second = info.duration_second
    elif transcript is not None or rows is not None:
        ends = (transcript.end_second if transcript else 0.0, 0.0 if rows is None else len(rows))
        duration_second = float(max(ends))
    else:
        raise MutualSLError("nothing to ask about: give a video, a subtitle file, or both")
    probed = time.perf_counter()
    encoded = EncodedVideo(
        name=Path(video).name if video is not None else "-",
        path=Path(video) if video is not None else None,
        input=VideoInput(video_id="", duration_second=duration_second, rows=rows),
        subtitles=None,
        info=info,
        warnings=problems,
        timings={"video": probed - started, "features": 0.0},
    )
    if info is not None and rows is None:
        try:
            encoded = _with_rows(encoded, info, encoder.fingerprint, extract, cache, report)
        except WeightsMissing:
            if looks:
                raise
    report("text", 0.0)
    encoded = with_cues(encoded, transcript, tokenizer)
    report("text", 1.0)
    return encoded


def check_track(track: int | None, video: object | None, subtitles: object | None) -> None:
    """Raise `SubtitleError` where a text track is chosen and no track would be read."""
    if track is not None and (video is None or subtitles is not None):
        raise SubtitleError(
            f"track {track} can only be one inside a video; give a video, and no other subtitles"
        )


def with_cues(
    encoded: EncodedVideo, track: Subtitles | None, tokenizer: TextTokenizer
) -> EncodedVideo:
    """The same encoded video with this transcript, cut to the video or, alone, as long as it is.

    Raises `SubtitleError` when all of it lies past the end of the video.
    """
    length_second = encoded.duration_second
    if track is not None:
        track = fitted(track, length_second if encoded.info is not None else None)
    if track is not None and encoded.info is None:
        rows = encoded.input.rows
        length_second = max(track.end_second, 0.0 if rows is None else float(len(rows)))
    cues = () if track is None else track.cues
    tokens = tokenizer.encode_all([cue.text for cue in cues]) if cues else ()
    own = replace(encoded.input, cues=cues, cue_tokens=tokens, duration_second=length_second)
    return replace(encoded, subtitles=track, input=own)


def without_cues(encoded: EncodedVideo, places: Collection[int]) -> EncodedVideo:
    """The same encoded video without some of its cues, as if they had never been said.

    `places` are those in `Subtitles.as_read`.
    """
    kept = [place for place in range(len(encoded.input.cues)) if place not in places]
    cues = tuple(encoded.input.cues[place] for place in kept)
    tokens = tuple(encoded.input.cue_tokens[place] for place in kept)
    track = encoded.subtitles.without(places) if encoded.subtitles else None
    return replace(
        encoded,
        subtitles=track,
        input=replace(encoded.input, cues=cues, cue_tokens=tokens),
    )


def read_embedded(info: VideoInfo, number: int = 1) -> Subtitles:
    """A text track of a video; 1 is its first. `VideoError` where there are not as many."""
    count = len(info.text_tracks)
    if not 1 <= number <= count:
        there = {0: "has no text track", 1: "has one text track"}.get(
            count, f"has {count} text tracks"
        )
        todo = f"choose 1 to {count}" if count > 1 else "leave the choice out"
        raise VideoError(f"{Path(info.path).name} {there}, so there is no track {number}; {todo}")
    track = info.text_tracks[number - 1]
    subtitles = from_track(
        read_text_track(info.path, track.index, limit_bytes=MAX_BYTES),
        codec=track.codec,
        language=track.language,
        video_duration_second=info.duration_second,
    )
    return replace(subtitles, track_number=number)


def _first_usable(info: VideoInfo, report: Progress) -> tuple[Subtitles | None, tuple[str, ...]]:
    """The first text track that holds usable cues, and why those before it are not used.

    No more than `TRACKS_TRIED` are tried.
    """
    problems: list[str] = []
    count = len(info.text_tracks)
    for number in range(1, min(count, TRACKS_TRIED) + 1):
        report("video", 0.0)  # raises where nobody waits for the answer any more
        try:
            return read_embedded(info, number), tuple(problems)
        except (SubtitleError, VideoError) as error:
            problems.append(f"text track {number} inside the video is not used: {error}")
    if count > TRACKS_TRIED:
        problems.append(
            f"only the first {TRACKS_TRIED} of {count} text tracks inside the video were tried; "
            "choose another one by its number"
        )
    return None, tuple(problems)


def _rows(features: str | Path, info: VideoInfo | None, encoder: VisualEncoder) -> Rows:
    """Rows from a file, as long as the video."""
    rows = read_rows(features, encoder)
    if info is None:
        return rows
    return fitting(rows, info.duration_second, features, lambda: made_of(features, info.path))


def _with_rows(
    encoded: EncodedVideo,
    info: VideoInfo,
    fingerprint: str,
    extract: Extract,
    cache: FeatureCache,
    report: Progress,
) -> EncodedVideo:
    started = time.perf_counter()
    features = cache.get_or_make(
        content_hash(info.path),
        fingerprint,
        lambda: extract(info, lambda done: report("features", done)),
        waiting=lambda: report("features", 0.0),
    )
    report("features", 1.0)
    return replace(
        encoded,
        input=replace(encoded.input, rows=features.rows),
        thumbnails=features.thumbnails,
        warnings=(*encoded.warnings, *features.warnings),
        timings={**encoded.timings, "features": time.perf_counter() - started},
    )


def _subtitles(
    info: VideoInfo | None,
    wanted: str | Path | Subtitles | None,
    track: int | None,
    report: Progress,
) -> tuple[Subtitles | None, tuple[str, ...]]:
    """The subtitles to use, and what is wrong with those that nobody asked for."""
    duration = info.duration_second if info is not None else None
    if isinstance(wanted, Subtitles):
        return fitted(wanted, duration), ()
    if wanted == "none":
        return None, ()
    if wanted is not None:
        return read_subtitles(wanted, duration), ()
    if info is None:
        return None, ()
    if track is not None:
        return read_embedded(info, track), ()
    return _first_usable(info, report)
