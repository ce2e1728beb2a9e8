"""The system's Chromium: for the browser tests, the benchmarks of the page and its picture."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, BrowserType, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


class NoChromium(RuntimeError):
    """There is none here."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start it, without a window; every context is a first visit. Raises `NoChromium`."""
    with _installed() as (kind, options):
        browser = kind.launch(**options)
        yield browser
        browser.close()


@contextmanager
def profiles() -> Iterator[Callable[[Path], BrowserContext]]:
    """What starts it with a profile in a folder, as often as wanted. Raises `NoChromium`.

    A script that one page of a profile has compiled is not compiled again for the next, which
    halves the processor time of opening a page.
    """
    with _installed() as (kind, options), ExitStack() as started:

        def start(folder: Path) -> BrowserContext:
            return started.enter_context(closing(kind.launch_persistent_context(folder, **options)))

        yield start


@contextmanager
def _installed() -> Iterator[tuple[BrowserType, dict[str, Any]]]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise NoChromium("no Chromium here; install chromium and run again")
    with sync_playwright() as playwright:
        yield playwright.chromium, {"executable_path": path, "args": ["--no-sandbox"]}
