"""The page as a Gradio app, and how it is served."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

import gradio as gr  # noqa: E402

from mutualsl.evaluation.report.analysis_page import QUESTIONS_STYLE, SCRIPT, read_part  # noqa: E402
from mutualsl.inference import AnswerLocalizer  # noqa: E402
from mutualsl.ui import analyse_tab, ask_tab, limits  # noqa: E402
from mutualsl.ui.analyse.catalogue import Catalogue  # noqa: E402
from mutualsl.ui.analyse.handlers import AnalysisDesk  # noqa: E402
from mutualsl.ui.api import add_endpoints  # noqa: E402
from mutualsl.ui.examples import read_examples  # noqa: E402
from mutualsl.ui.handlers import Desk  # noqa: E402
from mutualsl.ui.made_files import made_files_folder  # noqa: E402
from mutualsl.ui.text import escaped  # noqa: E402
from mutualsl.ui.theme import theme  # noqa: E402

HERE = Path(__file__).parent
STYLES = ("style.css", "analyse.css")
SCRIPTS = ("player.js", "analyse.js")
KEYS = (
    ("Enter", "ask, in the question field; Shift + Enter begins another question"),
    ("Space", "play or pause"),
    ("← →", "one second back or on; with Shift a tenth"),
    ("Page down, Page up", "ten seconds back or on, on the time axis"),
    ("Home, End", "start or end, on the time axis"),
    ("?", "this list"),
)
TITLE = "mutualsl · find the answer in a video"


def build_app(
    localizer: AnswerLocalizer, examples_folder: str | Path, catalogue: Catalogue | None = None
) -> gr.Blocks:
    """The page around any localizer; without an examples folder it has no examples.

    Without a `catalogue` of data sets, visitors analyse only what they upload.
    """
    desk = Desk(localizer, read_examples(Path(examples_folder)), made_files_folder())
    keeping = (limits.CLEAN_EVERY_SECOND, limits.KEEP_FILES_SECOND)
    with gr.Blocks(title=TITLE, delete_cache=keeping, analytics_enabled=False) as page:
        gr.HTML(_header(localizer), elem_id="header", apply_default_css=False)
        add_endpoints(desk)  # first, so that no handler of the page takes their names
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", elem_id="ask-tab"):
                ask_tab.build(desk)
            with gr.Tab("Analyse", elem_id="analyse-tab"):
                analyse_tab.build(AnalysisDesk(localizer, catalogue, made_files_folder()))
    page.queue(default_concurrency_limit=limits.MODEL_CONCURRENCY, max_size=limits.QUEUE_SIZE)
    return page


def launch(
    page: gr.Blocks,
    examples_folder: str | Path,
    *,
    host: str | None,
    port: int | None,
    catalogue: Catalogue | None = None,
) -> str:
    """Serve the page in the background and return its address. `OSError` when the port is taken."""
    gc.freeze()  # what is here stays: looking through it again makes large files slow to open
    _, url, _ = page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        _frontend=False,  # skips a check that gives a busy machine only 3 seconds to answer
        **launch_options(examples_folder, catalogue),
    )
    return str(url)


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
        "footer_links": ["api"],
        "run_history": False,
        "ssr_mode": False,
    }


def _head() -> str:
    """Style and script as they are; `css=` would rewrite the selectors."""
    styles = [read_part(QUESTIONS_STYLE), *map(_asset, STYLES)]
    scripts = [read_part(SCRIPT), *map(_asset, SCRIPTS)]
    return f"<style>{''.join(styles)}</style><script>{''.join(scripts)}</script>"


def _asset(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _header(localizer: AnswerLocalizer) -> str:
    model = localizer.model
    name, seen = escaped(str(model["name"])), escaped(str(model["trained_on"]))
    return (
        '<header class="top"><h1>Where in the video is the answer?</h1>'
        "<p>Two predictors search a how-to video: one looks at the pictures, one reads the"
        f' subtitles.</p><p class="weights">Weights: {name}, trained on {seen}.'
        f' <button type="button" data-keys>Keys</button></p>{_keys()}</header>'
    )


def _keys() -> str:
    """What the keyboard does, in a dialog."""
    rows = "".join(f"<dt><kbd>{key}</kbd></dt><dd>{does}</dd>" for key, does in KEYS)
    return (
        f'<dialog id="keys" aria-label="Keys"><dl>{rows}</dl>'
        '<form method="dialog"><button>Close</button></form></dialog>'
    )
