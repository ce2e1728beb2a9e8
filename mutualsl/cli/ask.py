"""`mutualsl ask`: one question about a video, answered in the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mutualsl.atomic import is_same_file
from mutualsl.cli.options import DEFAULT_CHECKPOINT, Checkpoint, Device, Visual, check_writable
from mutualsl.cli.output import answer_table, printable, progress
from mutualsl.cli.starting import starting
from mutualsl.errors import MutualSLError


def ask(
    video: Annotated[str, typer.Argument(help="Video file, or - for subtitles alone.")],
    question: Annotated[str, typer.Option(help="What to look for.")],
    subtitles: Annotated[
        str | None,
        typer.Option(help="Subtitle file, or none. Default: a text track in the video."),
    ] = None,
    track: Annotated[
        int | None, typer.Option(min=1, help="Which embedded text track: 1 is the first.")
    ] = None,
    features: Annotated[
        Path | None, typer.Option(help="Feature rows (.npz, .npy), used instead of the pictures.")
    ] = None,
    checkpoint: Checkpoint = DEFAULT_CHECKPOINT,
    visual: Visual = None,
    top_k: Annotated[int, typer.Option(min=1, help="Candidates per predictor.")] = 5,
    read_out: Annotated[
        str, typer.Option(help="confident: the surer predictor; textual: the paper's rule.")
    ] = "confident",
    device: Device = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    clip: Annotated[Path | None, typer.Option(help="Write the answer's clip here (mp4).")] = None,
) -> None:
    """Ask one question about a video and see both predictors' spans."""
    with starting():
        from mutualsl.answer import check_question, check_read_out
        from mutualsl.inference import AnswerLocalizer
        from mutualsl.reading import check_track
        from mutualsl.video import export_clip

    chosen = check_read_out(read_out)
    check_track(track, None if video == "-" else video, subtitles)
    if clip is not None:
        _check_clip(clip, video, subtitles, features)
    check_question(question)
    with starting():
        localizer = AnswerLocalizer.from_pretrained(checkpoint, device, visual)
    with progress("reading") as report:
        encoded = localizer.encode_video(
            None if video == "-" else video,
            subtitles,
            lambda stage, fraction: report(f"reading {stage}", fraction),
            track=track,
            features=features,
        )
    answer = localizer.ask(encoded, question, top_k, chosen)
    if answer.visual is None and answer.textual is None:
        raise MutualSLError(
            f"{video}: it has nothing that this model can use: {'; '.join(answer.warnings)}"
        )
    if as_json:
        print(json.dumps(answer.to_dict(), ensure_ascii=False))
    else:
        print(printable(answer_table(answer)))
    if clip is not None:
        with progress("writing clip") as report:
            export_clip(video, answer.span, clip, lambda f: report("writing clip", f))


def _check_clip(clip: Path, video: str, *given: str | Path | None) -> None:
    """Refuse, before any work, a place that no clip can be written to."""
    if video == "-":
        raise typer.BadParameter("--clip needs a video; '-' has none")
    if clip.is_dir():
        raise typer.BadParameter(f"--clip {clip}: a folder; give the name of a file in it")
    if not clip.absolute().parent.is_dir():
        raise typer.BadParameter(f"--clip {clip}: its folder does not exist; make it first")
    for path in (video, *given):
        if path is not None and is_same_file(path, clip):
            raise typer.BadParameter(f"--clip {clip}: would replace {path}; give another name")
    if clip.suffix.lower() != ".mp4":
        raise typer.BadParameter(f"--clip {clip}: a clip is an MP4 file; end its name in .mp4")
    check_writable(clip.absolute().parent, f"--clip {clip}")
