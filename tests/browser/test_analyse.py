"""The tab Analyse: predictions opened, filtered, compared, annotated; notes outlive the server."""

import csv
import json
import re
import shutil

import pytest
from playwright.sync_api import expect

from mutualsl.data import DATASETS
from tests.browser.page import ANSWER_MS, SOON_MS, AnswerPage, new_page
from tests.browser.test_looks import CONTRAST
from tests.evaluation.rows import head, random_rows, row, write
from tools.serving import serving

pytestmark = pytest.mark.browser

KNOWN = row("known", visual=head((10.0, 20.0)), textual=head((80.0, 90.0)), question="The odd one?")


class Analysis:
    """The tab as a visitor uses it."""

    def __init__(self, visitor):
        self.visitor, self.page = visitor, visitor.page
        self.page.get_by_role("tab", name="Analyse").click()
        self.rows = self.page.locator(".q-rows tbody tr")
        self.detail = visitor["analyse-detail"]
        self.where = self.detail.locator(".detail-where")

    def give(self, element_id, path):
        self.visitor[element_id].locator("input[type=file]").set_input_files(path)

    def count(self, text):
        expect(self.page.locator(".q-count")).to_have_text(re.compile(text), timeout=SOON_MS)

    def open(self, number):
        self.rows.nth(number).get_by_role("button").click()
        expect(self.where).to_contain_text(f"Question {number + 1} of", timeout=ANSWER_MS)

    def field(self, element_id):
        return self.visitor[element_id].locator("textarea, input")

    def said(self, text):
        expect(self.visitor["note-said"]).to_contain_text(text, timeout=SOON_MS)
        expect(self.visitor["note-said"]).to_be_visible()


@pytest.fixture(scope="module")
def predictions(tmp_path_factory):
    """120 questions, and other answers to the same ones."""
    folder, rows = tmp_path_factory.mktemp("predictions"), [*random_rows(119), KNOWN]
    others = [
        own | {name: other[name] for name in ("visual", "textual", "answer")}
        for own, other in zip(rows, random_rows(120, seed=5), strict=True)
    ]
    return write(folder / "one.jsonl", rows), write(folder / "other.jsonl", others)


@pytest.fixture
def opened(visit, predictions):
    """The first file, opened."""
    analysis = Analysis(visit())
    analysis.give("predictions-file", predictions[0])
    analysis.count("120 of 120 questions; the first 100 are shown")
    return analysis


def test_upload_filter_and_open_a_question(opened):
    worst = opened.rows.first.locator("td").nth(2)
    expect(worst).to_have_text("0.00")
    expect(opened.visitor["analyse-overview"]).to_contain_text("no overlap with gold")
    opened.page.get_by_label("Search", exact=True).fill("odd ONE")
    opened.page.locator('[data-filter="predictors"]').select_option("visual")
    opened.count("1 of 120")
    opened.open(0)
    expect(opened.detail).to_contain_text("The odd one?")
    expect(opened.visitor["note-text"]).to_be_visible()
    expect(opened.visitor["note-mark"]).to_be_attached()
    expect(opened.visitor["note-mark"]).to_be_hidden()
    expect(opened.detail).to_contain_text("0:10.0 – 0:20.0")
    expect(opened.detail).to_contain_text("--data-root")
    expect(opened.visitor["analyse-timeline"].locator(".tl-span")).to_have_count(4)
    opened.page.locator('[data-filter="predictors"]').select_option("")
    opened.page.get_by_label("Search", exact=True).fill("")
    expect(opened.where).to_have_text(re.compile("Question [0-9]+ of 120"), timeout=SOON_MS)
    for element_id in ("video-file", "question", "player", "timeline", "answer-span"):
        assert opened.visitor[element_id].count() == 1


def test_a_bad_span_is_refused_and_a_good_one_saved_as_data(opened, tmp_path):
    opened.open(2)
    for element_id, text in (("note-tags", "odd"), ("note-start", "5"), ("note-end", "2")):
        opened.field(element_id).fill(text)
    opened.visitor["note-save"].click()
    opened.said("not after its start")
    opened.detail.get_by_role("button", name="Next").click()
    opened.said("not after its start")
    expect(opened.where).to_contain_text("Question 3 of 120")
    expect(opened.field("note-tags")).to_have_value("odd")
    opened.field("note-end").fill("0:30")
    opened.detail.get_by_role("button", name="Next").click()
    expect(opened.where).to_contain_text("Question 4 of 120", timeout=SOON_MS)
    opened.said("was saved")
    expect(opened.field("note-tags")).to_have_value("")
    expect(opened.rows.nth(2)).to_contain_text("odd, corrected")
    with opened.page.expect_download() as waiting:
        opened.visitor["save-corrected"].click()
    waiting.value.save_as(tmp_path / "train.jsonl")
    (example,) = DATASETS["jsonl"].load(tmp_path, "train")
    assert list(example.gold) == [5.0, 30.0]


def test_two_runs_are_compared(opened, predictions, tmp_path):
    opened.give("predictions-other", predictions[1])
    expect(opened.visitor["analyse-overview"]).to_contain_text("B - A", timeout=SOON_MS)
    opened.page.get_by_role("button", name="change").click()
    changes = opened.rows.locator("td:nth-child(6)")
    sizes = [abs(float(text)) for text in changes.all_inner_texts()]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 0.5
    opened.open(0)
    expect(opened.detail).to_contain_text("Answer of B")
    expect(opened.visitor["save-predictions"]).not_to_be_visible()
    with opened.page.expect_download() as waiting:
        opened.visitor["save-rows"].click()
    waiting.value.save_as(tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(newline="", encoding="utf-8-sig") as file:
        changes = [abs(float(row["change"])) for row in csv.DictReader(file)]
    assert len(changes) == 120 and max(changes) == pytest.approx(sizes[0], abs=0.006)


def test_a_comparison_leaves_the_question_and_the_way_to_its_neighbours(opened, predictions):
    opened.open(2)
    opened.give("predictions-other", predictions[1])
    expect(opened.detail).to_contain_text("Answer of B", timeout=SOON_MS)
    expect(opened.where).to_contain_text("Question 3 of 120")
    opened.detail.get_by_role("button", name="Next").click()
    expect(opened.where).to_contain_text("Question 4 of 120", timeout=SOON_MS)
    expect(opened.detail).to_contain_text("Answer of B")


def test_more_rows_are_shown_and_keys_go_on_at_the_first(opened):
    opened.page.get_by_role("button", name="Show 20 more").press("Enter")
    expect(opened.rows).to_have_count(120)
    expect(opened.rows.nth(100).get_by_role("button")).to_be_focused()


def test_a_broken_file_gets_one_sentence(visit, tmp_path):
    path = write(tmp_path / "broken.jsonl", [KNOWN])
    path.write_text(path.read_text() + "{\n")
    analysis = Analysis(visit())
    analysis.give("predictions-file", path)
    analysis.visitor.refuses("broken.jsonl, line 2", "not JSON")
    assert not analysis.visitor["data-choice"].is_visible()


def test_a_click_anywhere_in_a_row_opens_its_question(opened):
    opened.rows.nth(1).locator("td").nth(2).click()
    expect(opened.where).to_contain_text("Question 2 of", timeout=ANSWER_MS)


def test_spans_alone_are_zoomed_and_nothing_plays(opened):
    opened.page.get_by_label("Search", exact=True).fill("odd ONE")
    opened.open(0)
    axis = opened.visitor["analyse-timeline"]
    frame, track = axis.locator(".tl-scroll"), axis.locator(".tl-track")
    marks = axis.locator(".tl-ticks span")
    before, box = marks.all_inner_texts(), frame.bounding_box()
    axis.get_by_role("button", name="Zoom in").click()
    opened.page.keyboard.press("+")
    assert track.bounding_box()["width"] == pytest.approx(4 * box["width"], rel=0.05)
    expect(axis.locator(".tl-view")).to_contain_text("–")
    assert marks.all_inner_texts() != before
    gold = axis.locator(".gold .tl-band").bounding_box()
    assert box["x"] <= gold["x"] <= box["x"] + box["width"]
    name = axis.locator(".gold .tl-name").bounding_box()  # stays though its lane has moved on
    assert box["x"] <= name["x"] <= box["x"] + 20
    assert name["y"] + name["height"] <= gold["y"]  # and covers no span
    track.click(position={"x": box["width"], "y": 20})
    expect(axis.locator(".tl-playhead")).to_have_count(0)
    axis.get_by_role("button", name="Whole video").click()
    assert marks.all_inner_texts() == before and axis.locator(".tl-view").inner_text() == ""
    assert opened.visitor["timeline"].locator("[data-factor]").count() == 0  # of the other tab


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_can_be_read(visit, predictions, scheme):
    analysis = Analysis(visit(viewport={"width": 390, "height": 844}, color_scheme=scheme))
    analysis.give("predictions-file", predictions[0])
    analysis.count("120 of 120")
    assert not analysis.page.locator('[data-filter="predictors"]').is_visible()
    analysis.open(0)
    for width in (390, 1024, 1440):
        analysis.page.set_viewport_size({"width": width, "height": 900})
        analysis.page.wait_for_timeout(200)
        assert analysis.visitor.overflow() <= 0, f"at {width} px"
    for selector in (
        ".q-open",
        ".q-count",
        ".q-search",
        ".detail h3",
        ".facts",
        ".hint",
        ".tl-name",
    ):
        assert analysis.page.locator(selector).first.evaluate(CONTRAST) >= 4.5, selector
    assert analysis.page.locator('[role="tab"].selected').evaluate(CONTRAST) >= 4.5


@pytest.fixture(scope="module")
def data_root(demos, tmp_path_factory):
    """A data set with the kitchen video, and many questions about a video that is not there."""
    root, demo = tmp_path_factory.mktemp("data"), demos["kitchen"]
    for folder, file in (("videos", demo.video), ("subtitles", demo.subtitles)):
        (root / "mine" / folder).mkdir(parents=True)
        shutil.copy(file, root / "mine" / folder)
    shutil.copy(demo.subtitles, root / "mine" / "subtitles" / "spoken.srt")
    rows = {
        "test": [(demo.video.stem, question) for question in demo.questions],
        "long": [("spoken", f"How is number {n} done?") for n in range(3000)],
    }
    for split, asked in rows.items():
        lines = [
            {"video_id": video_id, "question": question, "start": 1, "end": 9, "duration": 60}
            for video_id, question in asked
        ]
        path = root / "mine" / f"{split}.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return root


@pytest.fixture
def served(browser, checkpoint, data_root, tmp_path):
    """Serve the data once more, and visit it."""
    log = tmp_path / "stderr.txt"

    def using(use):
        with serving(checkpoint, log, "--data-root", data_root) as server:
            visitor = AnswerPage(new_page(browser)).open(server.url)
            use(Analysis(visitor), server)
            assert visitor.close() == []

    yield using
    assert "Traceback" not in log.read_text()


def choose(analysis, name):
    analysis.visitor["data-choice"].locator("input").click()
    analysis.page.get_by_role("option", name=name).click()
    analysis.visitor["run"].click()


def test_a_run_its_video_and_a_note_after_a_restart(served, demos, data_root):
    def first(analysis, server):
        choose(analysis, "mine / long")
        expect(analysis.visitor["run-cancel"]).to_be_visible(timeout=SOON_MS)
        expect(analysis.visitor["analyse-status"].get_by_role("progressbar")).to_be_visible()
        analysis.visitor["run-cancel"].click()
        expect(analysis.visitor["analyse-status"]).to_contain_text("Stopped", timeout=SOON_MS)
        choose(analysis, "mine / test")
        analysis.count(f"of {len(demos['kitchen'].questions)} questions")
        analysis.open(1)
        video = analysis.page.locator("#analyse-player video")
        expect(video).to_be_visible(timeout=ANSWER_MS)
        expect(analysis.visitor["analyse-transcript"].locator(".tr-cue").first).to_be_visible()
        for speed in (2, 1):
            choice = analysis.visitor["analyse-player"].get_by_label("Playback speed")
            choice.select_option(str(speed))
            assert video.evaluate("video => video.playbackRate") == speed
        axis = analysis.visitor["analyse-timeline"]
        expect(axis.locator(".tl-head.textual path.start")).to_be_attached(timeout=ANSWER_MS)
        axis.get_by_role("button", name="Zoom in").click()
        box = axis.locator(".tl-scroll").bounding_box()
        analysis.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 100)
        head = axis.locator(".tl-playhead").bounding_box()
        assert head["x"] == pytest.approx(box["x"] + box["width"] / 2, abs=3)
        before = video.evaluate("video => video.currentTime")
        assert before > 0
        analysis.page.get_by_role("region", name="How good").press("ArrowRight")  # scrolls that
        assert video.evaluate("video => video.currentTime") == before
        analysis.detail.get_by_role("button", name="Play: Gold").click()
        analysis.page.wait_for_function(
            "() => { const v = document.querySelector('#analyse-player video');"
            " return v.paused && v.currentTime > 8.5; }",
            timeout=ANSWER_MS,
        )
        assert 8.8 < video.evaluate("video => video.currentTime") <= 9.1
        analysis.field("note-text").fill("kept for later")
        analysis.visitor["note-save"].click()
        analysis.said("Saved.")
        for path in (".mutualsl/notes.sqlite", "mine/test.jsonl", "mine/videos/../test.jsonl"):
            url = f"{server.url.rstrip('/')}/gradio_api/file={data_root / path}"
            assert analysis.page.request.get(url).status == 403, path

    def second(analysis, server):
        choose(analysis, "mine / test")
        analysis.count("questions")
        expect(analysis.visitor["analyse-status"]).to_contain_text("answered by")
        analysis.page.set_viewport_size({"width": 390, "height": 844})
        assert analysis.visitor["data-choice"].bounding_box()["height"] > 60
        expect(analysis.visitor["predictions-file"].locator("input[type=file]")).to_be_attached()
        with analysis.page.expect_download():
            analysis.visitor["save-predictions"].click()
        noted = analysis.rows.filter(has_text="kept for later")
        expect(noted).to_have_count(1)
        noted.get_by_role("button").click()
        expect(analysis.field("note-text")).to_have_value("kept for later", timeout=SOON_MS)
        (data_root / ".mutualsl" / "notes.sqlite").write_bytes(b"no database " * 100)
        analysis.open(0)
        analysis.said("Notes cannot be read")
        expect(analysis.visitor["note-form"]).to_be_hidden()

    served(first)
    served(second)


def test_no_label_covers_what_is_below_it_in_a_narrow_window(visit):
    analysis = Analysis(visit(viewport={"width": 390, "height": 844}))
    for name in ("predictions-file", "predictions-other"):
        field = analysis.visitor[name]
        label, icon = (field.locator(part).first.bounding_box() for part in ("label", ".icon-wrap"))
        assert label["y"] + label["height"] <= icon["y"], name


def test_of_two_questions_clicked_at_once_the_last_one_opens(opened):
    opened.page.evaluate(
        """() => {
          const rows = document.querySelectorAll(".q-rows tbody tr button");
          for (const place of [2, 5, 7]) rows[place].click();
        }"""
    )
    expect(opened.where).to_contain_text("Question 8 of", timeout=ANSWER_MS)
    opened.page.wait_for_timeout(1000)
    expect(opened.where).to_contain_text("Question 8 of")
