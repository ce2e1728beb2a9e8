"""Command line: ask, encode, serve, doctor, synthesize, data, evaluate, analyse, train, reproduce.

Exit codes: 0 done; 2 wrong usage or unusable input, with one line on stderr that says what, where
and what to do. Standard output carries the result only; progress goes to stderr. Subcommands import
what they need themselves, so that `--help` costs nothing.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mutualsl.atomic import is_same_file
from mutualsl.cli import data
from mutualsl.cli.analyse import analyse
from mutualsl.cli.encode import encode
from mutualsl.cli.memory import OUT_OF_MEMORY, is_out_of_memory
from mutualsl.cli.options import (
    DEFAULT_CHECKPOINT,
    DEFAULT_VISUAL,
    Checkpoint,
    Device,
    Visual,
    check_folder,
)
from mutualsl.cli.output import answer_table, progress, write_anything
from mutualsl.cli.reproduce import reproduce
from mutualsl.cli.serve import serve
from mutualsl.cli.starting import starting
from mutualsl.errors import MutualSLError, in_a_line

# typer carries its own copy of click; what every usage error derives from is public only this way.
UsageError: Any = typer.BadParameter.__mro__[1]

# Plain help: drawing boxes around it would take as long as all the rest of it.
app = typer.Typer(
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(data.app, name="data")
app.command()(analyse)
app.command()(encode)
app.command()(reproduce)
app.command()(serve)


@app.callback()
def about() -> None:
    """Visual answer localization: where in a video is the answer to a question?"""


@app.command()
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
        from mutualsl.answer import READ_OUTS, check_question
        from mutualsl.inference import AnswerLocalizer
        from mutualsl.video import export_clip

    if read_out not in READ_OUTS:
        raise typer.BadParameter(f"--read-out {read_out!r}: choose one of {', '.join(READ_OUTS)}")
    if track is not None and (subtitles is not None or video == "-"):
        raise typer.BadParameter("--track is about tracks inside a video; leave out --subtitles")
    if clip is not None and video == "-":
        raise typer.BadParameter("--clip needs a video; '-' has none")
    if clip is not None and not clip.absolute().parent.is_dir():
        raise typer.BadParameter(f"--clip {clip}: its folder does not exist; make it first")
    inputs: tuple[str | Path | None, ...] = (video, subtitles, features)
    for given in inputs:
        if clip is not None and given is not None and is_same_file(given, clip):
            raise typer.BadParameter(f"--clip {clip}: would replace {given}; give another name")
    if clip is not None and clip.suffix.lower() != ".mp4":
        raise typer.BadParameter(f"--clip {clip}: a clip is an MP4 file; end its name in .mp4")
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
    answer = localizer.ask(encoded, question, top_k, read_out)
    print(json.dumps(answer.to_dict(), ensure_ascii=False) if as_json else answer_table(answer))
    if clip is not None:
        with progress("writing clip") as report:
            export_clip(video, answer.span, clip, lambda f: report("writing clip", f))


@app.command()
def doctor(
    file: Annotated[Path, typer.Argument(help="Subtitle file.")],
    video: Annotated[Path | None, typer.Option(help="Its video, to check times against.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write the repaired track here.")] = None,
) -> None:
    """Check a subtitle file: what was found, what was repaired."""
    from mutualsl.subtitles import diagnose, read_subtitles, write_subtitles
    from mutualsl.video import probe

    duration = probe(video).duration_second if video is not None else None
    print(diagnose(read_subtitles(file, duration), duration))
    if write is not None:  # whole: what lies beyond this video may belong to a longer one
        write_subtitles(read_subtitles(file), write)


@app.command()
def synthesize(
    out: Annotated[Path, typer.Option(help="Folder to write (data set layout `jsonl`).")],
    videos: Annotated[int, typer.Option(min=1, help="How many videos.")] = 10,
    seed: Annotated[int, typer.Option(help="Same seed, same videos.")] = 0,
    split: Annotated[str, typer.Option(help="train, val or test.")] = "train",
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = os.cpu_count() or 1,
    frozen: Annotated[bool, typer.Option(help="Control: steps show their first frame.")] = False,
    text_only: Annotated[bool, typer.Option(help="Subtitles and questions, no pictures.")] = False,
    assets: Annotated[bool, typer.Option(help="Make the demo videos instead.")] = False,
) -> None:
    """Render how-to videos with subtitles, questions and gold spans."""
    from mutualsl.data.synthetic import make_assets, write_dataset

    if split not in {"train", "val", "test"}:
        raise typer.BadParameter(f"--split {split!r}: choose one of train, val, test")
    if assets:
        make_assets(out)
        return
    with progress("rendering") as report:
        write_dataset(
            out, videos, seed, split,
            workers=workers, frozen=frozen, text_only=text_only,
            progress=lambda f: report("rendering", f),
        )  # fmt: skip


@app.command()
def evaluate(
    dataset: Annotated[str, typer.Option(help="Name of the data set.")],
    data_root: Annotated[Path, typer.Option(help="Its folder.")],
    split: Annotated[str, typer.Option(help="train, val or test.")],
    out: Annotated[Path, typer.Option(help="Folder for predictions.jsonl and metrics.json.")],
    split_set: Annotated[
        str | None, typer.Option(help="official, disjoint, or a folder of split files.")
    ] = None,
    checkpoint: Checkpoint = DEFAULT_CHECKPOINT,
    visual: Visual = None,
    read_out: Annotated[str, typer.Option(help="confident or textual.")] = "confident",
    device: Device = "auto",
    frozen_root: Annotated[
        Path | None, typer.Option(help="The same rendered videos, frozen: adds controls.json.")
    ] = None,
) -> None:
    """Score a checkpoint on a data set."""
    from mutualsl.answer import READ_OUTS
    from mutualsl.data import DATASETS
    from mutualsl.errors import DataError, UnknownName
    from mutualsl.evaluation.evaluate import evaluate as run
    from mutualsl.evaluation.record import write_run
    from mutualsl.inference import AnswerLocalizer
    from mutualsl.places import locate

    if dataset not in DATASETS:
        raise UnknownName("data set", dataset, DATASETS)
    if read_out not in READ_OUTS:
        raise typer.BadParameter(f"--read-out {read_out!r}: choose one of {', '.join(READ_OUTS)}")
    check_folder("--out", out)
    source = DATASETS[dataset]
    examples = source.load(data_root, split, split_set)
    if not examples:
        raise DataError(f"{data_root}: split {split!r} has no questions; choose another --split")
    checkpoint = locate(checkpoint)
    localizer = AnswerLocalizer.from_pretrained(checkpoint, device, visual)
    with progress("evaluating") as report:
        metrics = run(
            localizer, examples, data_root, out, dataset=source,
            read_out=read_out, progress=lambda f: report("evaluating", f),
        )  # fmt: skip
    write_run(
        out, folder=checkpoint, checkpoint=localizer.checkpoint, dataset=dataset,
        data_root=data_root, split=split, split_set=split_set, read_out=read_out,
    )  # fmt: skip
    print(json.dumps(metrics, indent=2))
    if frozen_root is not None:
        from mutualsl.evaluation.controls import run_controls

        print(json.dumps(run_controls(localizer, examples, data_root, frozen_root, out), indent=2))


@app.command()
def train(
    recipe: Annotated[str, typer.Option(help="Name of the recipe.")],
    data_root: Annotated[Path, typer.Option(help="Folder with one folder per data set.")],
    out: Annotated[Path, typer.Option(help="Folder for the run.")],
    visual: Annotated[
        Path, typer.Option(help="Visual encoder of a localizer: folder, file of weights, or i3d.")
    ] = DEFAULT_VISUAL,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Change a setting of the recipe: key=value.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    device: Device = "auto",
) -> None:
    """Train a localizer or a visual encoder."""
    from mutualsl.errors import UnknownName
    from mutualsl.training.overrides import override
    from mutualsl.training.recipes import RECIPES
    from mutualsl.training.run import run

    if recipe not in RECIPES:
        raise UnknownName("recipe", recipe, RECIPES)
    config = override(RECIPES[recipe](), settings or [])
    run(config, data_root, out, visual, resume, device=device)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; user errors become one line on stderr and exit code 2."""
    write_anything()
    try:
        code = app(args=arguments, standalone_mode=False)
    except UsageError as error:
        _fail(f"{error.format_message()} (see mutualsl --help)")
    except (MutualSLError, OSError) as error:
        _fail(str(error))
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        _fail(f"{OUT_OF_MEMORY} ({in_a_line(error)})")
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str) -> None:
    print(f"mutualsl: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)
