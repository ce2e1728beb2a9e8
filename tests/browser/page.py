"""The page as a visitor uses it, and a witness of everything that must not happen meanwhile."""

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

ANSWER_MS = 60_000  # a busy machine of two cores, a video that nobody has encoded before
SOON_MS = 40_000
TIME = r"\d+:\d\d\.\d"

# Resolves when the player has played and then rested for a moment.
RECORD_CLOCK = """() => {
  const video = document.querySelector("#player video");
  window.recordedClock = new Promise((resolve) => {
    const clocks = [];
    let resting = 0;
    const look = () => {
      const playing = !video.paused && !video.seeking;
      if (playing) { clocks.push(video.currentTime); resting = 0; }
      else if (clocks.length && ++resting > 20) return resolve([clocks[0], video.currentTime]);
      requestAnimationFrame(look);
    };
    document.addEventListener("click", () => requestAnimationFrame(look), { once: true });
  });
}"""


class Played(NamedTuple):
    """The video's clock, in seconds, when it began to run and when it stood still again."""

    start_second: float
    end_second: float


def clock(second):
    """`m:ss.s`, as the page writes times of less than an hour."""
    minutes, tenths = divmod(math.floor(second * 10 + 0.5), 600)
    return f"{minutes}:{tenths // 10:02d}.{tenths % 10}"


def new_page(browser, viewport=None, color_scheme=None):
    """An empty page of that size and scheme."""
    page = browser.new_page()
    if viewport is not None:
        page.set_viewport_size(viewport)
    if color_scheme is not None:
        page.emulate_media(color_scheme=color_scheme)
    return page


@dataclass
class AnswerPage:
    """One visitor's page; `wrongs` is what went wrong behind the visitor's back."""

    page: Page
    wrongs: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.page.on("dialog", self._refuse_dialog)
        self.page.on("pageerror", lambda error: self.wrongs.append(f"script error: {error}"))
        self.page.on("request", lambda request: self._check_address(request.url))

    def open(self, url):
        self.page.goto(url)
        expect(self["ask"]).to_be_visible(timeout=SOON_MS)
        return self

    def __getitem__(self, element_id):
        return self.page.locator(f"#{element_id}")

    @property
    def video(self):
        return self.page.locator("#player video")

    @property
    def alert(self):
        return self.page.get_by_role("alert").first

    # What a visitor does

    def try_example(self, question):
        self.page.get_by_role("button", name=question, exact=True).first.click()

    def upload(self, video=None, subtitles=None):
        """Give files; the track first, as the page may begin to read once the video is there."""
        for element_id, path in (("subtitle-file", subtitles), ("video-file", video)):
            if path is not None:
                inputs = self[element_id].locator("input[type=file]")
                clear = self[element_id].get_by_label(re.compile("clear|remove", re.I))
                inputs.or_(clear).first.wait_for(state="attached")
                if not inputs.count():
                    clear.first.click()
                inputs.set_input_files(Path(path))

    def ask(self, question):
        self.type(question)
        self["question"].locator("textarea, input").press("Enter")

    def type(self, question):
        self["question"].locator("textarea, input").fill(question)

    def play(self, element_id) -> Played:
        """Press a play button and let it play until it stops by itself."""
        self.page.evaluate(RECORD_CLOCK)
        self[element_id].click()
        return Played(*self.page.evaluate("window.recordedClock"))

    def click_timeline(self, share):
        box = self["timeline"].bounding_box()
        self["timeline"].click(position={"x": share * box["width"], "y": box["height"] / 2})

    # What a visitor sees

    def shows(self, answer):
        """Wait until the three spans are those of an `Answer`."""
        heads = {"answer": answer, "visual": answer.visual, "textual": answer.textual}
        for name, head in heads.items():
            text = self[f"{name}-span"]
            if head is None:
                expect(text).not_to_have_text(re.compile(TIME), timeout=ANSWER_MS)
            else:
                start, end = (re.escape(clock(second)) for second in head.span)
                expect(text).to_have_text(re.compile(rf"{start}\D+{end}"), timeout=ANSWER_MS)

    def has_video(self):
        """Wait until a video is there to be played."""
        self.page.wait_for_function(
            "document.querySelector('#player video')?.readyState >= 1", timeout=ANSWER_MS
        )

    def refuses(self, *words):
        """Wait for a message that holds every word and looks like a sentence, not like a crash."""
        for word in words:
            expect(self.alert).to_contain_text(word, ignore_case=True, timeout=SOON_MS)

    def now(self):
        """The video's clock in seconds."""
        return self.video.evaluate("video => video.currentTime")

    def overflow(self):
        """Pixels by which the page is wider than its window."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    # The witness

    def close(self):
        """End the visit; everything that went wrong."""
        text = self.page.locator("body").inner_text()
        if "Traceback" in text or ".py" in text:
            self.wrongs.append(f"the page shows a traceback: {text}")
        self.page.close()
        return self.wrongs

    def _refuse_dialog(self, dialog):
        self.wrongs.append(f"a script opened a dialog: {dialog.message}")
        dialog.dismiss()

    def _check_address(self, url):
        if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).hostname != "127.0.0.1":
            self.wrongs.append(f"a request left this machine: {url}")
