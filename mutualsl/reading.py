"""Video and subtitle files to an `EncodedVideo`: the part of answering that is done once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mutualsl.data.example import VideoInput
from mutualsl.data.tokenizer import TextTokenizer
from mutualsl.encoded import EncodedVideo
from mutualsl.errors import MutualSLError
from mutualsl.features import FeatureCache, VisualEncoder, extract
from mutualsl.subtitles import Subtitles, fitted, from_track, read_subtitles
from mutualsl.video import VideoInfo, content_hash, probe, read_text_track

Progress = Callable[[str, float], None]  # stage, fraction
Admit = Callable[[VideoInfo | None, Subtitles | None], None]  # raises to refuse


def read_video(
    video: str | Path | None,
    subtitles: str | Path | Subtitles | None,
    *,
    encoder: VisualEncoder,
    cache: FeatureCache,
    tokenizer: TextTokenizer,
    progress: Progress | None = None,
    admit: Admit | None = None,
) -> EncodedVideo:
    """What `AnswerLocalizer.encode_video` promises, with everything it needs passed in."""
    report = progress or (lambda stage, fraction: None)
    started = time.perf_counter()
    report("video", 0.0)
    info = probe(video) if video is not None else None
    track = _subtitles(info, subtitles)
    if admit is not None:
        admit(info, track)
    if info is not None:
        duration_second = info.duration_second
    elif track is not None:
        duration_second = track.end_second
    else:
        raise MutualSLError("nothing to ask about: give a video, a subtitle file, or both")
    probed = time.perf_counter()
    encoded = EncodedVideo(
        name=Path(video).name if video is not None else "-",
        path=Path(video) if video is not None else None,
        input=VideoInput(video_id="", duration_second=duration_second),
        subtitles=None,
        info=info,
        timings={"video": probed - started, "features": 0.0},
    )
    if info is not None:
        encoded = _with_rows(encoded, info, encoder, cache, report)
    report("text", 0.0)
    encoded = with_cues(encoded, track, tokenizer)
    report("text", 1.0)
    return encoded


def with_cues(
    encoded: EncodedVideo, track: Subtitles | None, tokenizer: TextTokenizer
) -> EncodedVideo:
    """The same encoded video with this transcript."""
    cues = () if track is None else track.cues
    tokens = tokenizer.encode_all([cue.text for cue in cues]) if cues else ()
    return replace(
        encoded,
        subtitles=track,
        input=replace(encoded.input, cues=cues, cue_tokens=tokens),
    )


def _with_rows(
    encoded: EncodedVideo,
    info: VideoInfo,
    encoder: VisualEncoder,
    cache: FeatureCache,
    report: Progress,
) -> EncodedVideo:
    started = time.perf_counter()
    features = cache.get_or_make(
        content_hash(info.path),
        encoder.fingerprint,
        lambda: extract(info.path, info, encoder, lambda done: report("features", done)),
    )
    report("features", 1.0)
    return replace(
        encoded,
        input=replace(encoded.input, rows=features.rows),
        thumbnails=features.thumbnails,
        warnings=features.warnings,
        timings={**encoded.timings, "features": time.perf_counter() - started},
    )


def _subtitles(info: VideoInfo | None, wanted: str | Path | Subtitles | None) -> Subtitles | None:
    duration = info.duration_second if info is not None else None
    if isinstance(wanted, Subtitles):
        return fitted(wanted, duration)
    if wanted == "none":
        return None
    if wanted is not None:
        return read_subtitles(wanted, duration)
    if info is None or not info.text_tracks:
        return None
    track = info.text_tracks[0]
    events = read_text_track(info.path, track.index)
    return from_track(
        events, codec=track.codec, language=track.language, video_duration_second=duration
    )
