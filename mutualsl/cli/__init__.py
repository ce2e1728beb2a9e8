"""Command line: ask, encode, serve, doctor, synthesize, data, evaluate, analyse, train,
calibrate, reproduce.

Exit codes: 0 done; 2 wrong usage or unusable input, with one line on stderr that says what, where
and what to do. Standard output carries the result only; progress goes to stderr. Subcommands import
what they need themselves, so that `--help` costs nothing.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mutualsl.cli import data
from mutualsl.cli.analyse import analyse
from mutualsl.cli.ask import ask
from mutualsl.cli.calibrate import calibrate
from mutualsl.cli.encode import encode
from mutualsl.cli.evaluate import evaluate
from mutualsl.cli.options import DEFAULT_VISUAL, Device, folder_to_write
from mutualsl.cli.output import printable, progress, say, write_anything
from mutualsl.cli.reproduce import reproduce
from mutualsl.cli.serve import serve
from mutualsl.errors import MutualSLError, in_a_line, memory_is_short

OUT_OF_MEMORY = (
    "the memory is too small for this: make batches smaller (train: --set max_questions=4, "
    "--set gradient_checkpointing=true), use --device cpu, or end what else runs here"
)

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
for command in (ask, encode, serve, evaluate, analyse, reproduce, calibrate):
    app.command()(command)


@app.callback()
def about() -> None:
    """Visual answer localization: where in a video is the answer to a question?"""


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
    try:
        print(printable(diagnose(read_subtitles(file, duration), duration)))
    finally:
        if write is not None:  # whole: what lies beyond this video may belong to a longer one
            write_subtitles(read_subtitles(file), write)


@app.command()
def synthesize(
    out: Annotated[
        Path,
        typer.Option(help="Folder to write (data set layout `jsonl`).", callback=folder_to_write),
    ],
    videos: Annotated[int, typer.Option(min=1, help="How many videos.")] = 10,
    seed: Annotated[int, typer.Option(help="Same seed, same videos.")] = 0,
    split: Annotated[str, typer.Option(help="train, val or test.")] = "train",
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = os.cpu_count() or 1,
    frozen: Annotated[bool, typer.Option(help="Control: steps show their first frame.")] = False,
    text_only: Annotated[bool, typer.Option(help="Subtitles and questions, no pictures.")] = False,
    assets: Annotated[bool, typer.Option(help="Make the demo videos instead.")] = False,
    talks: Annotated[
        bool,
        typer.Option(help="The written talks instead, by --out and --seed alone."),
    ] = False,
) -> None:
    """Render how-to videos with subtitles, questions and gold spans, or write the talks."""
    from mutualsl.data.synthetic import make_assets, write_dataset
    from mutualsl.data.talks import write_talks

    if split not in {"train", "val", "test"}:
        raise typer.BadParameter(f"--split {split!r}: choose one of train, val, test")
    if assets:
        make_assets(out)
        return
    if talks:
        write_talks(out, seed)
        return
    with progress("rendering") as report:
        write_dataset(
            out, videos, seed, split,
            workers=workers, frozen=frozen, text_only=text_only,
            progress=lambda f: report("rendering", f),
        )  # fmt: skip


@app.command()
def train(
    recipe: Annotated[str, typer.Option(help="Name of the recipe.")],
    data_root: Annotated[Path, typer.Option(help="Folder with one folder per data set.")],
    out: Annotated[Path, typer.Option(help="Folder for the run.", callback=folder_to_write)],
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
    from mutualsl.errors import known
    from mutualsl.training.overrides import override
    from mutualsl.training.recipes import RECIPES
    from mutualsl.training.run import run

    config = override(known("recipe", recipe, RECIPES)(), settings or [])
    run(config, data_root, out, visual, resume, device=device)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; user errors become one line on stderr and exit code 2."""
    write_anything()
    try:
        code = app(args=arguments, standalone_mode=False)
    except UsageError as error:
        _fail(f"{error.format_message()} (see mutualsl --help)")
    except MutualSLError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{in_a_line(error)}; put that right, or name another place")
    except (MemoryError, RuntimeError) as error:
        if not memory_is_short(error):
            raise
        _fail(f"{OUT_OF_MEMORY} ({in_a_line(error)})")
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str) -> None:
    say(message)
    sys.exit(2)
