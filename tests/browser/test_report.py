"""The page that `mutualsl analyse` writes, opened from disk."""

import pytest

from mutualsl.evaluation.analysis import analyse
from mutualsl.evaluation.predictions import from_row
from mutualsl.evaluation.report.analysis_page import analysis_page
from tests.evaluation.rows import head, random_rows, row

pytestmark = pytest.mark.browser

KNOWN = row("known", visual=head((10.0, 20.0)), textual=head((80.0, 90.0)), question="The odd one?")


@pytest.fixture
def report(browser, tmp_path):
    rows = [from_row(made, "here") for made in (*random_rows(400), KNOWN)]
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
    return page.locator("#rows tbody tr").first.locator("td").all_inner_texts()


def test_search_and_filters(report):
    assert report.locator("#count").inner_text().startswith("401 of 401")
    report.fill("#search", "ODD one")
    assert first(report)[0] == "The odd one?"
    assert report.locator("#rows tbody tr").count() == 1
    report.select_option("#heads", "visual")
    assert report.locator("#rows tbody tr").count() == 1
    report.select_option("#heads", "textual")
    assert report.locator("#rows tbody tr").count() == 0


def test_sorting_and_showing_more(report):
    assert report.locator("#rows tbody tr").count() == 200
    assert first(report)[4] == "0.00"
    report.get_by_role("button", name="visual IoU").click()
    report.get_by_role("button", name="visual IoU").click()
    assert first(report)[2] == "1.00"
    report.get_by_role("button", name="Show 200 more").click()
    assert report.locator("#rows tbody tr").count() == 400
