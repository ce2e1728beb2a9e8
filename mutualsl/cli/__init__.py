"""Command line: ask, encode, serve, doctor, synthesize, data, evaluate, analyse, train,
calibrate, reproduce.

Exit codes: 0 done; 2 wrong usage or unusable input, with one line on stderr that says what, where
and what to do. Standard output carries the result only; progress goes to stderr. Subcommands import
what they need themselves, so that `--help` costs nothing.
"""

from __future__ import annotations

import sys
from typing import Any

import typer

from mutualsl.cli import data
from mutualsl.cli.analyse import analyse
from mutualsl.cli.ask import ask
from mutualsl.cli.calibrate import calibrate
from mutualsl.cli.doctor import doctor
from mutualsl.cli.encode import encode
from mutualsl.cli.evaluate import evaluate
from mutualsl.cli.output import say, write_anything
from mutualsl.cli.reproduce import reproduce
from mutualsl.cli.serve import serve
from mutualsl.cli.synthesize import synthesize
from mutualsl.cli.train import train
from mutualsl.errors import MutualSLError, in_a_line, memory_is_short

OUT_OF_MEMORY = (
    "the memory is too small for this: make batches smaller (train: --set max_questions=4, "
    "--set gradient_checkpointing=true), use --device cpu, or end what else runs here"
)

# typer carries its own copy of click; what every usage error derives from is public only this way.
UsageError: Any = typer.BadParameter.__mro__[1]

COMMANDS = (ask, encode, serve, evaluate, analyse, reproduce, calibrate, doctor, synthesize, train)

# Plain help: drawing boxes around it would take as long as all the rest of it.
app = typer.Typer(
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(data.app, name="data")
for command in COMMANDS:
    app.command()(command)


@app.callback()
def about() -> None:
    """Visual answer localization: where in a video is the answer to a question?"""


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
