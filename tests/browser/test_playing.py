"""Playing starts and stops at the span, the timeline seeks, a clip is the span and nothing else."""

import re

import pytest
from playwright.sync_api import expect

from mutualsl.video import probe
from tests.browser.page import RECORD_CLOCK, SOON_MS, Played, clock

pytestmark = pytest.mark.browser
QUESTION = "Where is the kettle poured?"
LATE_START_SECOND, LATE_STOP_SECOND = 0.35, 0.25


@pytest.fixture
def answered(visit, short_video, one_cue, localizer, short):
    """A page that shows an answer about the short video, and the answer."""
    page = visit()
    page.upload(short_video, one_cue)
    page.has_video()
    page.ask(QUESTION)
    answer = localizer.ask(short, QUESTION)
    page.shows(answer)
    return page, answer


def test_a_span_plays_from_its_start_to_its_end_each_time(answered):
    page, answer = answered
    for name in ("textual", "visual", "textual"):
        span = getattr(answer, name).span
        played = page.play(f"{name}-play")
        assert played.start_second == pytest.approx(span.start_second, abs=LATE_START_SECOND)
        assert played.end_second == pytest.approx(span.end_second, abs=LATE_STOP_SECOND)


def test_after_the_span_the_visitor_is_free(answered):
    """The video's own controls go past the end at which the span's playback has stopped."""
    page, answer = answered
    end_second = answer.textual.span.end_second
    page.play("textual-play")
    page.video.evaluate("video => video.play()")
    page.page.wait_for_function(
        "end => document.querySelector('#player video').currentTime > end + 0.5", arg=end_second
    )


def test_the_speed_that_was_chosen_stays(answered, one_cue):
    page, _ = answered
    page.page.get_by_label("Playback speed").select_option("1.5")
    assert page.video.evaluate("video => video.playbackRate") == 1.5
    page.video.evaluate("video => { video.wasThereBefore = true }")
    page.upload(subtitles=one_cue)
    page.page.wait_for_function(  # the player is drawn anew
        "() => { const video = document.querySelector('#player video[src]');"
        " return video && !video.wasThereBefore && video.playbackRate === 1.5; }",
        timeout=SOON_MS,
    )
    expect(page.page.get_by_label("Playback speed")).to_have_value("1.5")
    page.page.wait_for_function(  # the browser's own menu; the player may be drawn once more
        "() => { const video = document.querySelector('#player video[src]');"
        " if (video) video.playbackRate = 0.5;"
        " return video && document.querySelector('[data-speed]').value === '0.5'; }",
        timeout=SOON_MS,
    )


def test_a_click_on_the_timeline_seeks(answered, short):
    page, _ = answered
    for share in (0.25, 0.75):
        page.click_timeline(share)
        page.page.wait_for_timeout(300)
        assert page.now() == pytest.approx(share * short.duration_second, abs=0.2)
    assert page.video.evaluate("video => video.paused")


def test_a_clip_of_either_can_be_taken_home(answered, tmp_path):
    page, answer = answered
    for name in ("textual", "visual"):
        card = page.page.locator("section, article, .card").filter(has=page[f"{name}-span"]).last
        with page.page.expect_download(timeout=60_000) as download:
            card.get_by_role("button", name=re.compile("clip|download|save", re.I)).first.click()
        assert download.value.suggested_filename.endswith(".mp4")
        clip = tmp_path / f"{name}.mp4"
        download.value.save_as(clip)
        length = getattr(answer, name).span.length_second
        assert probe(clip).duration_second == pytest.approx(length, abs=0.2)


def test_edges_are_moved_and_what_is_played_moves_with_them(asked):
    page, answer = asked
    page.has_video()
    card = page.page.locator(".card.textual")
    start, end = answer.textual.span
    card.get_by_role("button", name="Move the start by +1 seconds").click()
    card.get_by_role("button", name="Move the end by -0.1 seconds").click()
    expect(page["textual-span"]).to_have_text(f"{clock(start + 1)} – {clock(end - 0.1)}")
    expect(card.locator(".moved")).to_have_text(f"Moved by hand from {clock(start)} – {clock(end)}")
    believed = page.page.locator(".card.is-answer")
    believed.get_by_role("button", name="Move the start by -1 seconds").click()
    expect(page["answer-span"]).to_have_text(page[f"{answer.source}-span"].inner_text())
    places = [page["timeline"].locator(mark).evaluate("mark => mark.style.left")
              for mark in (".tl-answer", f".{answer.source} .tl-band")]  # fmt: skip
    assert places[0] == places[1]
    believed.get_by_role("button", name="Move the start by +1 seconds").click()
    played = page.play("textual-play")
    assert played.start_second == pytest.approx(start + 1, abs=0.3)
    assert played.end_second == pytest.approx(end - 0.1, abs=0.1)


def test_the_same_question_again_puts_edges_back(asked, kitchen):
    page, answer = asked
    card = page.page.locator(".card.textual")
    start = answer.textual.span.start_second
    card.get_by_role("button", name="Move the start by +1 seconds").click()
    expect(page["textual-span"]).to_contain_text(clock(start + 1))
    page.ask(answer.question)
    page.shows(answer)
    expect(card.locator(".moved")).to_be_hidden()
    page.page.wait_for_function(
        "place => Math.abs(place - parseFloat(document.querySelector("
        "'#timeline .tl-head.textual .tl-band').style.left)) < 0.01",
        arg=100 * start / kitchen.duration_second,
    )


def test_edges_moved_while_it_plays_still_end_it_and_so_does_another_tab(asked):
    page, answer = asked
    page.has_video()
    card, video = page.page.locator(".card.textual"), "document.querySelector('#player video')"
    start, end = answer.textual.span
    sooner = card.get_by_role("button", name="Move the end by -1 seconds")
    for _ in range(int(end - start) - 2):
        sooner.click()
    end -= int(end - start) - 2
    page.page.evaluate(RECORD_CLOCK)
    page["textual-play"].click()
    page.page.wait_for_function(f"{video}.currentTime > {start + 0.5}")
    card.get_by_role("button", name="Move the end by +1 seconds").click()
    played = Played(*page.page.evaluate("window.recordedClock"))
    assert played.end_second == pytest.approx(end + 1, abs=LATE_STOP_SECOND)
    page["textual-play"].click()
    page.page.wait_for_function(f"!{video}.paused")
    card.get_by_role("button", name="Move the start by +0.1 seconds").click()
    page.page.wait_for_function(f"{video}.currentTime > {start + 0.6}")
    assert not page.video.evaluate("video => video.paused")
    page.page.get_by_role("tab", name="Analyse").click()
    page.page.wait_for_function(f"{video}.paused")
    assert page.now() < end + 1 - LATE_STOP_SECOND
    page.page.keyboard.press("+")  # there is no axis here to zoom
    assert page["timeline"].locator(".tl-view").text_content() == ""


def test_play_pressed_in_the_moment_a_seek_ends_stops_at_the_end(asked):
    page, answer = asked
    page.has_video()
    page.page.evaluate(
        """() => window.addEventListener("seeked", () =>
            document.getElementById("textual-play").click(), { capture: true, once: true })"""
    )
    page.page.evaluate(RECORD_CLOCK)
    card = page.page.locator(".card.textual")
    card.get_by_role("button", name="Move the end by -0.1 seconds").click()
    played = Played(*page.page.evaluate("window.recordedClock"))
    assert played.start_second == pytest.approx(answer.textual.span.start_second, abs=0.3)
    end_second = answer.textual.span.end_second - 0.1
    assert played.end_second == pytest.approx(end_second, abs=LATE_STOP_SECOND)


@pytest.fixture
def card(visit, demos):
    """The textual predictor's card, with an answer on it."""
    page = visit()
    page.try_example(demos["kitchen"].questions[0])
    page.has_video()
    card = page.page.locator(".card.textual")
    expect(card.locator(".play")).to_be_enabled(timeout=60_000)
    return card


def seconds(card):
    """Start and end of what Play plays."""
    return [float(card.locator(".play").get_attribute(f"data-{edge}")) for edge in ("start", "end")]


def test_an_edge_never_passes_the_other(card):
    push = card.get_by_role("button", name="Move the end by -1 seconds")
    for _ in range(80):
        push.click()
    start, end = seconds(card)
    assert end == pytest.approx(start + 0.1)


def test_a_loop_plays_again(card):
    page = card.page
    loop = card.get_by_role("button", name="again and again")
    start, end = seconds(card)
    push = card.get_by_role("button", name="Move the end by -1 seconds")
    for _ in range(int(end - start)):
        push.click()  # short, so that it ends soon
    page.evaluate(
        """() => {
          const video = document.querySelector("#player video");
          window.rounds = 0;
          let last = -1;
          video.addEventListener("timeupdate", () => {
            if (video.currentTime < last - 0.05) window.rounds += 1;
            last = video.currentTime;
          });
        }"""
    )
    loop.click()
    expect(loop).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("window.rounds >= 2", timeout=20_000)
    loop.click()
    page.wait_for_function("document.querySelector('#player video').paused", timeout=20_000)


def test_a_loop_goes_on_where_the_span_ends_with_the_video(card):
    page = card.page
    for edge in ("end", "start"):
        push = card.get_by_role("button", name=f"Move the {edge} by +1 seconds")
        for _ in range(12):
            push.click()
    start, end = seconds(card)
    assert end - start < 1.5
    page.evaluate(
        """() => {
          const video = document.querySelector("#player video");
          window.rounds = 0;
          video.addEventListener("seeked", () => (window.rounds += 1));
        }"""
    )
    page.get_by_label("Playback speed").select_option("2")
    card.get_by_role("button", name="again and again").click()
    page.wait_for_function("window.rounds >= 8", timeout=20_000)


def test_a_span_plays_to_its_end_after_a_visit_to_the_other_tab(answered):
    page, answer = answered
    page.play("textual-play")
    for name in ("Analyse", "Ask"):
        page.page.get_by_role("tab", name=name).click()
    page.click_timeline(0.05)
    played = page.play("textual-play")
    span = answer.textual.span
    assert played.start_second == pytest.approx(span.start_second, abs=LATE_START_SECOND)
    assert played.end_second == pytest.approx(span.end_second, abs=LATE_STOP_SECOND)


def test_a_finger_that_scrolls_the_page_does_not_seek(answered, short):
    page, _ = answered
    page.click_timeline(0.25)
    before = page.now()
    touch = """([axis, types]) => {
      const box = axis.getBoundingClientRect();
      const at = { clientX: box.left + box.width * 0.75, clientY: box.top + 5, bubbles: true };
      for (const type of types) {
        const pressed = { pointerType: "touch", button: 0, buttons: 1 };
        if (type === "pointermove") at.clientY += 20;
        axis.dispatchEvent(new PointerEvent(type, { ...at, ...pressed }));
      }
    }"""
    axis = page.page.locator("#timeline .tl-track").element_handle()
    page.page.evaluate(touch, [axis, ["pointerdown", "pointermove", "pointercancel"]])
    page.page.wait_for_timeout(300)
    assert page.now() == before
    page.page.evaluate(touch, [axis, ["pointerdown", "pointerup"]])
    page.page.wait_for_timeout(300)
    assert page.now() == pytest.approx(0.75 * short.duration_second, abs=0.2)
