"""Serve the page.

python app.py [--checkpoint DIR] [--device auto|cpu|cuda] [--host H] [--port P] [--data-root DIR]
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a flag in one line."""

    def error(self, message: str) -> NoReturn:
        sys.exit(_refuse(f"{message}; see python app.py --help"))


def main(arguments: list[str] | None = None) -> int:
    """Load the checkpoint, serve until interrupted; 2 for what the user can put right."""
    options = _parse(arguments)
    from mutualsl.errors import MutualSLError

    try:
        _serve(options)
    except MutualSLError as error:
        return _refuse(str(error))
    except (OSError, OverflowError):
        where = f"{options.host or '127.0.0.1'}:{options.port or 'any port'}"
        return _refuse(
            f"cannot listen on {where}: taken or not there; choose another --port or --host"
        )
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    default_checkpoint = os.environ.get("MUTUALSL_CHECKPOINT") or HERE / "checkpoints/mutualsl-mini"
    parser = _Parser(description="Serve the page: video, question, clip.")
    parser.add_argument("--checkpoint", default=default_checkpoint, help="a checkpoint folder")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (the first free from 7860)")
    parser.add_argument("--data-root", type=Path, help="folder of data sets on this machine")
    return parser.parse_args(arguments)


def _serve(options: argparse.Namespace) -> None:
    from mutualsl.errors import DataError

    if options.data_root is not None and not options.data_root.is_dir():
        raise DataError(f"--data-root {options.data_root} is not a folder; name an existing one")
    from mutualsl.inference import AnswerLocalizer
    from mutualsl.ui.analyse.catalogue import read_catalogue
    from mutualsl.ui.app import build_app, launch

    catalogue = read_catalogue(options.data_root) if options.data_root is not None else None
    localizer = AnswerLocalizer.from_pretrained(options.checkpoint, options.device)
    page = build_app(localizer, HERE / "assets", catalogue)
    url = launch(page, HERE / "assets", host=options.host, port=options.port, catalogue=catalogue)
    print(f"URL: {url}", flush=True)
    page.block_thread()


def _refuse(message: str) -> int:
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
