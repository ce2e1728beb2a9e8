"""The page that `mutualsl analyse` writes, opened from disk."""

import pytest

from mutualsl.evaluation.analysis import analyse
from mutualsl.evaluation.predictions import from_row
from mutualsl.evaluation.report.analysis_page import analysis_page
from tests.evaluation.rows import head, random_rows, row

pytestmark = pytest.mark.browser

KNOWN = row("known", visual=head((10.0, 20.0)), textual=head((80.0, 90.0)), question="The odd one?")
HEBREW = row("hebrew", textual=head((10.0, 20.0)), question="איך פותחים?")

OTHER = {"visual right": "textual", "textual right": "visual"}


@pytest.fixture
def report(browser, tmp_path):
    rows = [from_row(made, "here") for made in (*random_rows(399), KNOWN, HEBREW)]
    path = tmp_path / "report.html"
    path.write_text(analysis_page(analyse(rows), "made up"), encoding="utf-8")
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(path.as_uri())
    yield page
    assert errors == []
    page.close()


def first(page):
    return page.locator(".q-rows tbody tr").first.locator("td").all_inner_texts()


def test_search_and_filters(report):
    rows = report.locator(".q-rows tbody tr")
    assert report.locator(".q-count").inner_text() == (
        "401 of 401 questions; the first 100 are shown"
    )
    report.get_by_label("Search").fill("ODD one")
    assert first(report)[0] == "The odd one?"
    assert rows.count() == 1
    predictors = report.locator('[data-filter="predictors"]')
    for choice, count in (("visual right", 1), ("textual right", 0)):
        predictors.select_option(label=f"{choice}, {OTHER[choice]} wrong")
        assert rows.count() == count
    predictors.select_option("")
    report.get_by_label("Visual is").select_option(label="wrong place")
    assert rows.count() == 0
    report.get_by_label("Visual is").select_option(label="right")
    assert rows.count() == 1


def test_a_question_runs_as_it_is_written(report):
    for question, way in (("פותחים", "rtl"), ("odd", "ltr")):
        report.get_by_label("Search").fill(question)
        cell = report.locator(".q-rows tbody td").first
        assert question in cell.inner_text()
        style = "cell => [getComputedStyle(cell).direction, getComputedStyle(cell).textAlign]"
        assert cell.evaluate(style) == [way, "start"]


def test_every_slice_is_a_filter(report):
    report.get_by_label("Kind").select_option(label="shown")
    report.get_by_label("Position").select_option(label="last third")
    count = int(report.locator(".q-count").inner_text().split()[0])
    assert 0 < count < 200


def test_sorting_and_showing_more(report):
    rows = report.locator(".q-rows tbody tr")
    assert rows.count() == 100
    assert first(report)[2] == "0.00"
    for _ in range(2):
        report.get_by_role("button", name="visual IoU").click()
    assert first(report)[3] == "1.00"
    report.get_by_role("button", name="Show 100 more").click()
    assert rows.count() == 200
