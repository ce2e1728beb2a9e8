"""What the tab draws: complete, and text stays text."""

from dataclasses import replace

from mutualsl.evaluation.compare import compare
from mutualsl.spans import Span
from mutualsl.ui.analyse.detail import HINT, axis, detail
from mutualsl.ui.analyse.notes import Note
from mutualsl.ui.analyse.overview import notes, overview, table
from mutualsl.ui.analyse.views import question
from tests.evaluation.rows import random_rows, results
from tests.ui.analyse.values import opened
from tests.ui.values import encoded_video

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
    assert "data-play" not in first
    lanes = axis(replace(mine, place=0, note=Note(span=Span(1.0, 2.0))))
    assert lanes.count("tl-candidate") == 1
    assert '<span class="is-last" style="right:10.000%">1:30</span>' in lanes
    for name in ("Gold", "Visual", "Textual", "Answer", "Corrected"):
        assert f'<span class="tl-name">{name}</span>' in lanes


def test_the_other_file_is_shown_beside(tmp_path):
    mine = opened()
    compared = compare(mine.analysis.results, mine.analysis.results)
    shown = replace(mine, place=0, compared=compared)
    assert "Answer of B" in detail(shown) and "change of the answer&#x27;s IoU +0.00" in detail(
        shown
    )


def test_with_subtitles_alone_the_transcript_is_marked():
    shown = question(replace(opened(), place=0, encoded=encoded_video()))
    assert shown["player"] == ""
    assert '<i class="gold is-inside"></i><i class="textual is-inside"></i>' in shown["transcript"]
    assert "in gold, textual" in shown["transcript"]


def test_notes_are_laid_over_the_table():
    mine = opened()
    mine.notebook.put("b", Note(("<odd>",)))
    assert "[[1, &quot;&lt;odd&gt;&quot;]]" in notes(mine)
