"""Make the demo videos that come with the project, and the questions to try on them.

    python -m mutualsl synthesize --assets --out assets

Needs espeak-ng, which speaks the narration.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mutualsl.atomic import write_json
from mutualsl.data.synthetic.questions import needed_attributes
from mutualsl.data.synthetic.render import render_frames, subtitles_of
from mutualsl.data.synthetic.script import Script, stream
from mutualsl.data.synthetic.speech import SAMPLE_HZ, speak
from mutualsl.data.synthetic.storyboards import STORYBOARDS, Storyboard
from mutualsl.data.synthetic.wording import ask
from mutualsl.errors import VideoError
from mutualsl.subtitles import write_subtitles
from mutualsl.video.write import write_video

SIZE = (854, 480)
RATE_HZ = 25.0
LIMIT_BYTE = 2_000_000
CRFS = (22, 24, 26, 28, 30, 32)  # the first that is small enough is taken


def make_assets(out: str | Path) -> Path:
    """Write the demo videos with subtitles and `questions.json` into `out`; returns the latter."""
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    entries = [_make(storyboard, out) for storyboard in STORYBOARDS]
    listing = out / "questions.json"
    write_json(listing, entries)
    return listing


def _make(storyboard: Storyboard, out: Path) -> dict[str, Any]:
    script = storyboard.script()
    video, cues = out / f"{storyboard.name}.mp4", subtitles_of(script)
    beside = None
    if storyboard.subtitles != "embedded":
        beside = out / f"{storyboard.name}.{storyboard.subtitles}"
        write_subtitles(cues, beside)
    _film(script, storyboard, video)
    return {
        "video": video.name,
        "subtitles": beside.name if beside else None,
        "questions": questions_about(storyboard, script),
    }


def _film(script: Script, storyboard: Storyboard, path: Path) -> None:
    """Render, speak and encode, as well as the size limit allows."""
    cues = subtitles_of(script)
    sound = speak(cues, script.duration_second, storyboard.voice)
    track = [(cue.start_second, cue.end_second, cue.text) for cue in cues]
    for crf in CRFS:
        write_video(
            path,
            render_frames(script, SIZE, RATE_HZ),
            RATE_HZ,
            audio=(sound, SAMPLE_HZ),
            subtitles=track if storyboard.subtitles == "embedded" else None,
            crf=crf,
            preset="slow",
        )
        if path.stat().st_size <= LIMIT_BYTE:
            return
    raise VideoError(f"{path} stays above {LIMIT_BYTE} bytes; shorten its storyboard")


def questions_about(storyboard: Storyboard, script: Script) -> list[dict[str, Any]]:
    """Three questions in the wording of the test split, with their gold spans."""
    planned = storyboard.attributes()
    rows = []
    for index in storyboard.asked:
        step = script.steps[index]
        random = stream("asset questions", script.video_id, index)
        mentioned = needed_attributes(planned, planned[index]) | {"colour"}
        rows.append(
            {
                "question": ask(random, "assets", step.attributes, mentioned),
                "start": step.start_second,
                "end": step.end_second,
                "kind": step.kind,
            }
        )
    return rows
