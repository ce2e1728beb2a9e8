"""The system's Chromium: for the browser tests, the benchmarks of the page and its picture."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


class NoChromium(RuntimeError):
    """There is none here."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start it, without a window. Raises `NoChromium`."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise NoChromium("no Chromium here; install chromium and run again")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
