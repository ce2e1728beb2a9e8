"""What the page takes in Chromium: a three-hour video zoomed and moved, many predictions opened.

Each beside the same with half as much.

python -m benchmarks.page [--minutes N] [--cues N]
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect

from benchmarks.analysis import LIMIT_SECOND as OPENED_SECOND
from benchmarks.analysis import QUESTIONS, predictions
from benchmarks.common import (
    CHECKPOINT,
    SENTENCE,
    Measure,
    median_second,
    ratio,
    save,
    transcript,
)
from benchmarks.serving import served
from mutualsl.answer import Answer
from mutualsl.encoded import EncodedVideo
from mutualsl.features.files import write_rows
from mutualsl.inference import AnswerLocalizer
from mutualsl.ui.app import HERE, SCRIPTS, STYLES
from mutualsl.ui.timeline_view import timeline
from mutualsl.ui.transcript_view import transcript as transcript_view
from tools.chromium import chromium

LIMIT_MS = 100
LIMIT_OF_HALF = 2.2  # twice as much takes at most about twice as long
ZOOMS = 9
VISITORS = 3  # one after another
SETTLED_MS = 8000  # after the page has come the model is loaded and the examples are read
QUESTION = "When do they turn the red jar around on the kitchen counter?"

PAINTED = """() => new Promise((resolve) =>
  requestAnimationFrame(() => requestAnimationFrame(resolve)))"""
# Milliseconds from an action until its picture is ready to be painted.
TIMED = """(action) => new Promise((resolve) => {
  const frame = document.querySelector("#timeline .tl-scroll");
  const started = performance.now();
  if (action === "scroll") frame.scrollLeft += 3 * frame.clientWidth;
  else document.querySelector(`[data-zoom="${action}"]`).click();
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - started)));
})"""


def asked(minutes: int, cues: int) -> tuple[EncodedVideo, Answer]:
    """A long transcript with random rows and a film-strip, and an answer about it."""
    localizer = AnswerLocalizer.from_pretrained(CHECKPOINT, "cpu")
    chance = np.random.default_rng(0)
    rows = chance.normal(size=(60 * minutes, localizer.encoder.row_width)).astype(np.float32)
    words = cues * len(SENTENCE.split())
    with tempfile.TemporaryDirectory() as folder:
        features = Path(folder) / "rows.npz"
        write_rows(features, rows, localizer.encoder.fingerprint)
        encoded = localizer.encode_video(None, transcript(minutes, words), features=features)
    pictures = [(float(second), os.urandom(2000)) for second in range(0, 60 * minutes, 5)]
    encoded = replace(encoded, thumbnails=tuple(pictures))
    return encoded, localizer.ask(encoded, QUESTION)


def drawn(encoded: EncodedVideo, answer: Answer) -> str:
    """HTML of time axis and transcript, with the styles and scripts of the page."""
    styles, scripts = ("".join((HERE / n).read_text() for n in s) for s in (STYLES, SCRIPTS))
    return (
        f"<style>{styles}</style><div class=gradio-container>"
        f"<div id=timeline>{timeline(encoded, answer)}</div>"
        f"<div id=transcript>{transcript_view(encoded)}</div></div><script>{scripts}</script>"
    )


@contextmanager
def shown(browser: Browser, encoded: EncodedVideo, answer: Answer) -> Iterator[Page]:
    """Time axis and transcript as the page draws them."""
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.set_content(drawn(encoded, answer))
    page.evaluate(PAINTED)
    yield page
    page.close()


def actions_ms(page: Page) -> dict[str, float]:
    """Milliseconds of every zoom and scroll, into the video and back."""
    spent = {}
    for number in range(ZOOMS):
        for action in ("in", "scroll"):
            spent[f"{action} {number}"] = page.evaluate(TIMED, action)
    return {**spent, "whole": page.evaluate(TIMED, "whole")}


def opening_seconds(browser: Browser) -> dict[int, list[float]]:
    """From giving a file of predictions on the tab Analyse to its table, for several visitors.

    By the number of predictions; visitors with all of them and with half of them take turns.
    """
    paths = {count: predictions(count) for count in (QUESTIONS, QUESTIONS // 2)}
    found: dict[int, list[float]] = {count: [] for count in paths}
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "run", CHECKPOINT) as server,
    ):
        for _ in range(VISITORS):
            for count, path in paths.items():
                found[count].append(_opening_second(browser, server.url, path, count))
    return found


def _opening_second(browser: Browser, url: str, path: Path, questions: int) -> float:
    page = browser.new_page()
    page.goto(url)
    page.get_by_role("tab", name="Analyse").click()
    given = page.locator("#predictions-file input[type=file]")
    given.wait_for(state="attached")
    page.wait_for_timeout(SETTLED_MS)
    started = time.perf_counter()
    given.set_input_files(path)
    counted = re.compile(rf"\b({questions:,}|{questions})\b")
    expect(page.locator(".q-count")).to_contain_text(counted, timeout=120_000)
    second = time.perf_counter() - started
    page.close()
    return second


def main() -> None:
    """Measure and write results/page.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=int, default=180)
    parser.add_argument("--cues", type=int, default=5000)
    options = parser.parse_args()
    encoded, answer = asked(options.minutes, options.cues)
    drawing, lines = median_second(
        lambda: timeline(encoded, answer), lambda: transcript_view(encoded), rounds=3
    )
    with chromium() as browser:
        with shown(browser, *asked(options.minutes // 2, options.cues // 2)) as page:
            half = actions_ms(page)
        with shown(browser, encoded, answer) as page:
            spent = actions_ms(page)
        opened = opening_seconds(browser)
    slowest = max(spent, key=lambda action: spent[action])
    about = f"{options.minutes / 60:g} hours with {options.cues:,} cues"
    middle, middle_of_half = (statistics.median(each.values()) for each in (spent, half))
    whole, part = (statistics.median(opened[count]) for count in (QUESTIONS, QUESTIONS // 2))
    save(
        "page",
        [
            Measure(
                what=f"the slowest zoom or scroll, {about}",
                value=round(spent[slowest]),
                unit="ms",
                limit=LIMIT_MS,
                note=f"of {len(spent)}",
            ),
            Measure(
                what="the middle one of those zooms and scrolls",
                value=round(middle / middle_of_half, 2),
                unit="× that of half as much",
                limit=LIMIT_OF_HALF,
                note=f"{middle:.0f} ms",
            ),
            Measure(
                what=f"giving the page {QUESTIONS:,} predictions until their table is there",
                value=round(whole, 2),
                unit="s",
                limit=OPENED_SECOND,
                note=f"middle of {VISITORS} visitors",
            ),
            ratio("giving them to the page", whole, part, LIMIT_OF_HALF, "giving it half as many"),
        ],
        what="Chromium; until the picture after an action is ready to be painted",
        reference="the same with half as many minutes, cues and predictions",
        actions_ms={action: round(ms, 1) for action, ms in spent.items()},
        half_actions_ms={action: round(ms, 1) for action, ms in half.items()},
        opened_second={
            count: [round(second, 2) for second in taken] for count, taken in opened.items()
        },
        drawing_second={"time axis": round(drawing, 3), "transcript": round(lines, 3)},
    )


if __name__ == "__main__":
    main()
