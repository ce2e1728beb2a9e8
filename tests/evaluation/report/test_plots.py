"""Plots are well-formed, readable on any ground, and drawn where the numbers say."""

import re
from xml.etree import ElementTree

import pytest

from mutualsl.evaluation.report.plots import iou_plot, reliability_plot, transfer_plot
from mutualsl.evaluation.report.svg import Panel, document, text
from tests.evaluation.results import curves, full_row

NAME = "{http://www.w3.org/2000/svg}"


def elements(svg, name, kind=""):
    """Elements of a well-formed SVG by tag and class."""
    root = ElementTree.fromstring(svg)
    return [e for e in root.iter(f"{NAME}{name}") if kind in e.get("class", "")]


def words(svg):
    return [e.text for e in elements(svg, "text")]


@pytest.fixture(scope="module")
def row():
    return full_row()


@pytest.fixture
def panel():
    return Panel(left=10, top=20, width=100, height=50, x_range=(0.0, 2.0), y_range=(0.0, 1.0))


def test_values_lie_between_the_edges_of_the_panel(panel):
    assert [panel.x(v) for v in (0, 1, 2)] == [10, 60, 110]
    assert [panel.y(v) for v in (0, 0.5, 1)] == [70, 45, 20]


def test_a_bar_stands_on_the_axis_and_is_as_high_as_its_value(panel):
    svg = document(200, 100, "t", [panel.bar("visual", 0.0, 1.0, 0.5, "a < b")])
    (bar,) = elements(svg, "rect", "visual fill")
    assert float(bar.get("y")) + float(bar.get("height")) == panel.y(0)
    assert float(bar.get("height")) == 25
    assert bar.find(f"{NAME}title").text == "a < b"


def test_a_band_goes_out_along_one_line_and_back_along_the_other(panel):
    svg = document(200, 100, "t", [panel.band("visual", [(0, 0), (2, 0)], [(0, 1), (2, 1)])])
    (band,) = elements(svg, "polygon")
    assert band.get("points") == "10.0,70.0 110.0,70.0 110.0,20.0 10.0,20.0"


def test_text_of_users_is_text():
    svg = document(10, 10, 'a "b" <c> & d', [text(1, 2, "<script>&")])
    assert elements(svg, "title")[0].text == 'a "b" <c> & d'
    assert ElementTree.fromstring(svg).get("aria-label") == 'a "b" <c> & d'
    assert words(svg) == ["<script>&"]


def test_both_colour_schemes_have_a_ground_and_every_colour(row):
    svg = iou_plot("x", row["histogram"])
    light, dark = elements(svg, "style")[0].text.split("@media (prefers-color-scheme: dark)")
    for name in ("text", ".ground", ".quiet", ".grid", ".visual", ".textual", ".answer"):
        assert re.search(rf"^ *{re.escape(name)} {{.*#", light, re.MULTILINE)
        assert re.search(rf"^ *{re.escape(name)} {{.*#", dark, re.MULTILINE)
    assert elements(svg, "rect", "ground")


def test_a_histogram_has_a_bar_for_every_bin_of_every_head(row):
    svg = iou_plot("tutorialvqa", row["histogram"])
    for head, counts in row["histogram"].items():
        bars = elements(svg, "rect", f"{head} fill")
        assert len(bars) == len(counts) == 11
        tips = [bar.find(f"{NAME}title").text for bar in bars]
        assert [int(re.search(r": (\d+) \(", tip)[1]) for tip in tips] == counts
        heights = [float(bar.get("height")) for bar in bars]
        assert heights == pytest.approx(
            [170 * c / sum(counts) / 0.5 for c in counts], abs=0.1
        )  # the tallest bar lies between 25 and 50 %
    assert "Share of spans by their IoU with the answer: tutorialvqa" in words(svg)


def test_a_head_without_answers_has_no_panel(row):
    some = {"textual": row["histogram"]["textual"]}
    assert not elements(iou_plot("x", some), "rect", "visual")
    assert not elements(reliability_plot("x", {}), "polyline")


def test_reliability_has_a_point_and_a_count_for_every_bin_in_use(row):
    svg = reliability_plot("x", row["reliability"])
    for head, found in row["reliability"].items():
        dots = elements(svg, "circle", head)
        used = [i for i in range(10) if found["n"][i]]
        assert len(dots) == len(used) > 3
        places = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in dots]
        assert places == sorted(places)  # from low to high scores
        assert f"{head}, calibration error {100 * found['ece']:.1f} %" in words(svg)
        first, last = used[0], used[-1]
        shift = 220 * (found["score"][last] - found["score"][first])
        assert places[-1][0] - places[0][0] == pytest.approx(shift, abs=0.2)
        rise = 170 * (found["hits"][last] - found["hits"][first])
        assert places[0][1] - places[-1][1] == pytest.approx(rise, abs=0.2)
    counts = [word for word in words(svg) if word.isdigit() and word not in ("0", "1")]
    assert len(elements(svg, "text", "small")) >= len(counts) > 0
    assert len(elements(svg, "line", "diagonal")) == 3


def test_both_weights_are_drawn_over_training():
    svg = transfer_plot(curves(), seeds=3)
    assert len(elements(svg, "polyline")) == len(elements(svg, "polygon")) == 2
    assert len(elements(svg, "circle", "textual")) == 3
    assert {"1", "2", "3", "epoch"} <= set(words(svg))
    assert "Transfer weights over training (mean of 3 seeds, band from least to greatest)" in words(
        svg
    )


def test_a_single_point_is_no_division_by_zero():
    curve = {"mean": [0.5], "least": [0.5], "greatest": [0.5]}
    names = ("weight_textual_to_visual", "weight_visual_to_textual")
    svg = transfer_plot({"unit": "epoch", "at": [1.0], **dict.fromkeys(names, curve)}, seeds=1)
    assert len(elements(svg, "circle")) == 2
    assert "Transfer weights over training (one seed)" in words(svg)
