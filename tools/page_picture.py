"""docs/page.png: the page as it is served, with a question of an example answered.

python -m tools.page_picture [--url http://127.0.0.1:7860]
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Error, Page, ViewportSize

from tools.chromium import NoChromium, chromium

OUT = Path(__file__).resolve().parent.parent / "docs" / "page.png"
WIDTH, HEIGHT = 1440, 1365  # down to the answer
COLOURS = 256  # few enough for a small file
PATIENCE_MS = 300_000  # the video is read first
SETTLE_MS = 1500


def answered(page: Page, url: str) -> None:
    """Ask the second question of the first example and go to the middle of the answer."""
    page.set_default_timeout(PATIENCE_MS)
    page.goto(url)
    page.locator("[data-example] >> nth=0").wait_for()
    page.locator(".chips [data-example]").nth(1).click()
    page.locator("#timeline .tl-answer").wait_for()
    page.wait_for_function("document.querySelector('#player video')?.readyState >= 1")
    band = page.locator("#timeline .tl-answer").bounding_box()
    assert band is not None  # it was waited for
    page.mouse.click(band["x"] + band["width"] / 2, band["y"] + band["height"] / 2)
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(SETTLE_MS)  # the picture of the video, and the cue below it


def main() -> int:
    """Take the picture; 2 where there is no browser to take it with, or no page."""
    parser = argparse.ArgumentParser(description="Take the picture of the page for the README.")
    parser.add_argument("--url", default="http://127.0.0.1:7860", help="where the page is served")
    url = parser.parse_args().url
    size = ViewportSize(width=WIDTH, height=HEIGHT)
    try:
        with chromium() as browser:
            page = browser.new_page(viewport=size, color_scheme="light")
            answered(page, url)
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    except NoChromium as error:
        print(error, file=sys.stderr)
        return 2
    except Error as error:
        why = error.message.splitlines()[0]
        print(f"no picture of {url}: {why}; serve the page there first", file=sys.stderr)
        return 2
    picture.quantize(COLOURS).save(OUT, optimize=True)
    print(f"{OUT}: {OUT.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
