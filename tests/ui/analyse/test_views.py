"""What the tab draws: complete, and text stays text."""

from dataclasses import replace
from pathlib import Path

from mutualsl.evaluation.compare import compare
from mutualsl.prediction import HeadPredictions
from mutualsl.spans import Span
from mutualsl.ui.analyse.detail import GUESS, HINT, axis, detail, lines
from mutualsl.ui.analyse.notes import Note
from mutualsl.ui.analyse.overview import notes, overview, table
from mutualsl.ui.analyse.views import question
from tests.evaluation.rows import head, random_rows, results, row
from tests.ui.analyse.values import opened
from tests.ui.values import encoded_video, prediction

HOSTILE = "${alert(1)} {{x}} `y` <script>"


def test_all_is_said_of_all_questions_and_nothing_is_run():
    mine = opened(random_rows(40), name=HOSTILE)
    compared = compare(mine.analysis.results, results(random_rows(40)))
    drawn = overview(replace(mine, compared=compared))
    for part in ("oracle@5", "wrong place", "no overlap with gold", "better", "<svg"):
        assert part in drawn
    assert drawn.count("<svg") == 3
    for sign in "${}`":
        assert sign not in drawn + table(mine)
    assert "<script" not in drawn and "<style" not in drawn


def test_a_question_in_full():
    mine = opened()
    first = detail(replace(mine, place=0))
    assert "0:10.0 – 0:20.0" in first and "right" in first and HINT in first
    assert "&lt;b&gt;Why?&lt;/b&gt;" in detail(replace(mine, place=1))
    assert "(empty question)" in detail(replace(mine, place=2))
    assert "data-play" not in first and '<h3 tabindex="-1" dir="auto">' in first
    lanes = axis(replace(mine, place=0, note=Note(span=Span(1.0, 2.0))))
    assert lanes.count("tl-candidate") == 1
    assert '<span class="is-last" style="right:10.000%">1:30</span>' in lanes
    for name in ("Gold", "Visual", "Textual", "Answer", "Corrected"):
        assert f'<span class="tl-name">{name}</span>' in lanes


BOTH = row("both", visual=head((10.0, 30.0), 0.5, [(40.0, 50.0)]), textual=head((20.0, 40.0)))


def test_what_both_predictors_share_is_on_the_axis():
    drawn = axis(replace(opened([BOTH]), place=0))
    assert '<i class="union" style="left:10.000%;width:30.000%">' in drawn
    assert '<i class="intersection" style="left:20.000%;width:10.000%">' in drawn
    assert "shared 10.0 s of 30.0 s, IoU 0.33" in drawn
    assert drawn.index(">Textual<") < drawn.index("tl-overlap") < drawn.index(">Answer<")
    assert "tl-overlap" not in axis(replace(opened(), place=0))


def test_a_guess_is_shown_as_one_and_not_compared():
    guess = BOTH | {"visual": BOTH["visual"] | {"in_domain": False}}
    mine = replace(opened([guess]), place=0)
    drawn = axis(mine)
    assert 'class="tl-lane tl-span visual is-muted"' in drawn
    assert "tl-overlap" not in drawn and "tl-candidate" not in drawn
    assert detail(mine).count(GUESS) == 1


def test_the_axis_zooms_and_has_a_playhead_where_something_plays():
    mine = replace(opened([BOTH]), place=0, encoded=encoded_video())
    still, playing = axis(mine), axis(replace(mine, playing=Path("v.mp4")))
    for drawn in (still, playing):
        assert "tl-scroll" in drawn and drawn.count("data-zoom=") == 3
    for part in ("tl-playhead", "tl-now", 'role="slider"'):
        assert part in playing and part not in still, part


def test_curves_where_they_are_known():
    mine = replace(opened([BOTH]), place=0)
    assert "<path" not in axis(mine) and "likely start" not in axis(mine)
    drawn = axis(replace(mine, heads=HeadPredictions(prediction(points=30), None)))
    assert drawn.count("<path") == 2 and "likely start" in drawn
    assert 'class="tl-lane tl-head visual"' in drawn and 'class="tl-lane tl-span textual"' in drawn


def test_the_other_file_is_shown_beside(tmp_path):
    mine = opened()
    compared = compare(mine.analysis.results, mine.analysis.results)
    shown = replace(mine, place=0, compared=compared)
    assert "Answer of B" in detail(shown) and "change of the answer&#x27;s IoU +0.00" in detail(
        shown
    )


def test_a_span_has_the_same_iou_in_either_file_where_gold_goes_on_after_the_video():
    mine = opened([row(textual=head((40.0, 80.0)), gold=(40.0, 100.0), duration=80.0)])
    compared = compare(mine.analysis.results, mine.analysis.results)
    found = {line.name: line.iou for line in lines(replace(mine, place=0, compared=compared))}
    assert found["Textual"] == found["Answer"] == found["Answer of B"] == 1.0


def test_with_subtitles_alone_the_transcript_is_marked():
    shown = question(replace(opened(), place=0, encoded=encoded_video()))
    assert shown["player"] == ""
    assert '<i class="gold is-inside"></i><i class="textual is-inside"></i>' in shown["transcript"]
    assert "in gold, textual" in shown["transcript"]


def test_notes_are_laid_over_the_table():
    mine = opened()
    mine.notebook.put("b", Note(("<odd>",)))
    assert "[[1, &quot;&lt;odd&gt;&quot;]]" in notes(mine)
