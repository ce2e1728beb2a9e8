"""The page as a Gradio app, and how it is served."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from gradio import processing_utils

from mutualsl.errors import MutualSLError
from mutualsl.evaluation.report.analysis_page import QUESTIONS_STYLE, SCRIPT, read_part
from mutualsl.features import FeatureCache
from mutualsl.ui import analyse_tab, ask_tab, limits
from mutualsl.ui.analyse.catalogue import Catalogue
from mutualsl.ui.analyse.handlers import AnalysisDesk
from mutualsl.ui.api import add_endpoints
from mutualsl.ui.blocks import Page
from mutualsl.ui.clip_saving import Clips
from mutualsl.ui.examples import FEATURES, read_examples
from mutualsl.ui.handlers import Desk
from mutualsl.ui.made_files import keep_swept, made_files_folder, uploads_folder
from mutualsl.ui.memory import collect_rarely
from mutualsl.ui.models_view import models_dialog, weights_line
from mutualsl.ui.parts import markup
from mutualsl.ui.reader import Reader
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.theme import theme

HERE = Path(__file__).parent
STYLES = ("style.css", "axis.css", "analyse.css")
SCRIPTS = (
    *("shown.js", "keys.js", "player.js", "transcript.js", "overlap.js", "speed.js", "zoom.js"),
    *("offset.js", "arrival.js", "serving.js", "analyse.js"),
)
KEYS = (
    ("Enter", "ask, in the question field; Shift + Enter begins another question"),
    ("Space", "play or pause"),
    ("← →", "one second back or on; with Shift a tenth"),
    ("Page down, Page up", "ten seconds back or on, on the time axis"),
    ("Home, End", "start or end, on the time axis"),
    ("+ − 0", "zoom the time axis in or out, or show the whole video"),
    ("Escape", "cancel what runs"),
    ("?", "this list"),
)
TITLE = "mutualsl · find the answer in a video"


def build_app(
    shelf: Shelf, examples_folder: str | Path, catalogue: Catalogue | None = None
) -> Page:
    """The page around any models; without an examples folder it has no examples.

    Without a `catalogue` of data sets, visitors analyse only what they upload.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # Gradio's page of visits reads it
    os.environ.setdefault("GRADIO_TEMP_DIR", str(uploads_folder()))  # components read it
    # Uploads are kept under a hash with this. Gradio reads its own from a file, which is empty at
    # the moment in which another server, the first one ever, writes it.
    processing_utils.hash_seed = secrets.token_bytes(32)
    FeatureCache().take_over(Path(examples_folder) / FEATURES)
    keeping = (limits.CLEAN_EVERY_SECOND, limits.KEEP_FILES_SECOND)
    with Page(title=TITLE, delete_cache=keeping, analytics_enabled=False) as page:
        page.reader = Reader(shelf, read_examples(Path(examples_folder)), made_files_folder())
        markup("header", _header(shelf))
        add_endpoints(shelf)  # first, so that no handler of the page takes their names
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", elem_id="ask-tab"):
                model = ask_tab.build(Desk(shelf, page.reader), Clips(made_files_folder()))
            with gr.Tab("Analyse", elem_id="analyse-tab"):
                analyse_tab.build(AnalysisDesk(shelf, catalogue, made_files_folder()), model)
    return page


def launch(
    page: Page,
    examples_folder: str | Path,
    *,
    host: str | None,
    port: int | None,
    catalogue: Catalogue | None = None,
    mcp: bool = False,
) -> str:
    """Serve the page in the background and return its address; `mcp` makes tools of its endpoints.

    Raises `MutualSLError` when the address cannot be listened on.
    """
    if mcp:
        from gradio import mcp as tools

        tools.DEFAULT_TEMP_DIR = str(uploads_folder())  # taken from the system when it was imported
    try:
        # Standard output carries the address only; Gradio announces MCP there, quiet or not.
        with contextlib.redirect_stdout(sys.stderr):
            _, url, _ = page.launch(
                server_name=host,
                server_port=port,
                mcp_server=mcp,
                prevent_thread_lock=True,
                quiet=True,
                max_threads=limits.THREADS,
                _frontend=False,  # skips a check that gives a busy machine only 3 seconds to answer
                **launch_options(examples_folder, catalogue),
            )
    except OSError as error:
        where = f"{host or '127.0.0.1'}:{port or 'any port'}"
        raise MutualSLError(
            f"cannot listen on {where}: taken or not there; choose another --port or --host"
        ) from error
    if mcp and page.mcp_error:
        raise MutualSLError(f"the MCP tools cannot be served ({page.mcp_error}); leave out --mcp")
    keep_swept(made_files_folder(), uploads_folder())
    return str(url)


def stay(page: Page, load: Callable[[], object]) -> None:
    """Serve until the process is told to end, by Ctrl + C or SIGTERM; visitors' files go then.

    `load` is run first, while browsers fetch the page: torch and the model, which visitors will
    need in a moment. What it raises ends the process too.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        load()
        page.reader.read_ahead()
        collect_rarely()
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # told again, it goes on putting them away
        page.close(verbose=False)  # ends what visitors have open, which keeps the server up


def launch_options(
    examples_folder: str | Path, catalogue: Catalogue | None = None
) -> dict[str, Any]:
    """What `gr.Blocks.launch` needs for this page's look and files."""
    folders = [Path(examples_folder).resolve(), made_files_folder()]
    if catalogue is not None:
        folders += catalogue.video_folders()
    return {
        "theme": theme(),
        "head": _head(),
        "allowed_paths": [str(folder) for folder in folders],
        "max_file_size": limits.MAX_UPLOAD,
        "state_session_capacity": limits.MAX_SESSIONS,
        "footer_links": ["api"],
        "run_history": False,
        "ssr_mode": False,
    }


def _head() -> str:
    """Styles and scripts as they are; `css=` would rewrite the selectors."""
    styles = "\n".join([read_part(QUESTIONS_STYLE), *map(_asset, STYLES)])
    scripts = "\n".join([read_part(SCRIPT), *map(_asset, SCRIPTS)])
    return f"<style>{styles}</style><script>{scripts}</script>"


def _asset(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _header(shelf: Shelf) -> str:
    return (
        '<header class="top"><h1>Where in the video is the answer?</h1>'
        "<p>Two predictors search a how-to video: one looks at the pictures, one reads the"
        f' subtitles.</p><p class="weights">{weights_line(shelf.models)}'
        ' <button type="button" data-keys>Keys</button></p>'
        f"{_keys()}{models_dialog(shelf.models)}</header>"
    )


def _keys() -> str:
    """What the keyboard does, in a dialog."""
    rows = "".join(f"<dt><kbd>{key}</kbd></dt><dd>{does}</dd>" for key, does in KEYS)
    return (
        f'<dialog id="keys" aria-label="Keys"><dl>{rows}</dl>'
        '<form method="dialog"><button>Close</button></form></dialog>'
    )
