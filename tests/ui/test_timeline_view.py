import os
import re

import numpy as np

from mutualsl.prediction import Candidate
from mutualsl.spans import Span
from mutualsl.subtitles import Cue
from mutualsl.ui import limits
from mutualsl.ui.timeline_view import timeline
from tests.ui.values import answer, encoded_video, prediction

JPEG = b"\xff\xd8 picture"


def test_empty_without_a_video():
    assert "tl-track" not in timeline(None)


def test_before_a_question_there_are_pictures_and_cues_only():
    page = timeline(encoded_video(thumbnails=[(s, JPEG) for s in range(0, 100, 5)]))
    assert page.count("background-image") == 20 and 'title="hello"' in page
    assert "tl-band" not in page and "<svg" not in page
    assert 'data-duration="100.000"' in page


def test_everything_is_placed_in_percent_of_the_duration():
    page = timeline(encoded_video(), answer(prediction(30, 40), prediction(50, 75)))
    assert '<i style="left:10.000%;width:10.000%" title="hello">' in page
    assert 'class="tl-band" style="left:30.000%;width:10.000%"' in page
    assert 'class="tl-band" style="left:50.000%;width:25.000%"' in page
    assert 'class="tl-answer textual" style="left:50.000%;width:25.000%"' in page


def test_nothing_leaves_the_axis():
    page = timeline(encoded_video(cues=[Cue(90.0, 130.0, "late"), Cue(140.0, 150.0, "later")]))
    assert "left:90.000%;width:10.000%" in page and "left:100.000%;width:0.000%" in page


def test_curves_have_one_point_a_row_and_stay_in_the_view():
    page = timeline(encoded_video(), answer(prediction(points=50), None, source="visual"))
    paths = re.findall(r'<path class="(start|end)" d="M([^"]*)"', page)
    assert [kind for kind, _ in paths] == ["start", "end"]
    points = [point.split() for point in paths[0][1].split("L")]
    assert len(points) == 50
    assert all(0 <= float(x) <= 1000 and 0 <= float(y) <= 100 for x, y in points)


def test_a_missing_head_and_a_doubted_head_look_different():
    page = timeline(encoded_video(), answer(prediction(in_domain=False), None, source="fallback"))
    assert "tl-head visual is-muted" in page and "tl-head textual is-empty" in page
    assert "tl-answer" not in page


def test_cue_text_is_text():
    page = timeline(encoded_video(cues=[Cue(1.0, 2.0, '"><script>alert(1)</script>${x}{{y}}')]))
    assert "<script" not in page and "${" not in page and "{{" not in page


def test_hours_of_video_stay_a_small_page():
    duration = 10_800.0
    cues = [
        Cue(2.1 * n, 2.1 * n + 2, f"{n}: " + "a <long> & winding line " * 9) for n in range(5000)
    ]
    thumbnails = [(float(s), os.urandom(5000)) for s in range(0, 10_800, 5)]
    encoded = encoded_video(cues, thumbnails, duration)
    page = timeline(encoded, answer(prediction(points=10_800), prediction(points=5000)))
    assert len(page.encode()) < 400_000
    assert page.count(" title=") <= limits.MAX_CUE_BINS + 10
    assert 10 < page.count("background-image") <= limits.MAX_PICTURES


def test_merging_keeps_the_peak_of_a_curve():
    head = prediction(points=10_800)
    head.start_curve[5_001, 1] = 0.9
    page = timeline(encoded_video(), answer(head, None, source="visual"))
    start = re.search(r'class="start" d="M([^"]*)"', page).group(1).split("L")
    assert len(start) <= limits.MAX_CURVE_POINTS
    assert min(float(point.split()[1]) for point in start) < 10


def test_ticks_are_round_and_few():
    page = timeline(encoded_video(duration=65.6))
    ticks = re.findall(r'<span[^>]*style="(?:left|right):[\d.]+%">([^<]*)</span>', page)
    assert ticks == ["0:00", "0:10", "0:20", "0:30", "0:40", "0:50", "1:00"]


def test_a_long_curve_keeps_every_point_where_it_is_high():
    head = prediction(points=10_800)
    head.start_curve[5_000:5_200, 1] = np.linspace(0.1, 0.2, 200)
    page = timeline(encoded_video(), answer(head, None, source="visual"))
    start = re.search(r'class="start" d="M([^"]*)"', page).group(1).split("L")
    places = [float(point.split()[0]) for point in start]
    high = [place for place in places if 462.96 <= place <= 481.5]
    assert len(high) >= 200 and places == sorted(places)


def label(page, lane):
    return re.search(
        rf'tl-pair {lane}" title="([^"]*)"><span style="([^"]*)">([^<]*)<', page
    ).groups()


def test_union_and_intersection_of_spans_that_overlap():
    page = timeline(encoded_video(), answer(prediction(30, 40), prediction(35, 55)))
    words, edge, said = label(page, "tl-overlap")
    assert said == "shared 5.0 s of 25.0 s, IoU 0.20" and edge == "left:30.000%"
    assert "(intersection): 5.0 s" in words and "(union): 25.0 s" in words
    assert 'class="union" style="left:30.000%;width:25.000%"' in page
    assert 'class="intersection" style="left:35.000%;width:5.000%"' in page
    assert f'class="only-heard">{words}<' in page


def test_a_union_in_two_pieces():
    page = timeline(encoded_video(), answer(prediction(80, 90), prediction(50, 60)))
    _, edge, said = label(page, "tl-overlap")
    assert said == "shared 0.0 s of 20.0 s, IoU 0.00" and edge == "right:10.000%"
    assert page.count('class="union"') == 2 and 'class="intersection"' not in page


def test_a_guess_is_not_compared():
    doubted = answer(prediction(in_domain=False), prediction(60, 70))
    assert "tl-overlap" not in timeline(encoded_video(), doubted)
    assert "tl-overlap" not in timeline(encoded_video(), answer(None, prediction()))


def test_the_true_answer_where_it_is_known():
    given = answer(None, prediction(30, 40))
    words, _, said = label(timeline(encoded_video(), given, gold=Span(30, 50)), "tl-gold")
    assert said == "true answer 0:30.0 – 0:50.0" and "IoU of 0.50" in words
    assert "tl-gold" not in timeline(encoded_video(), given)


def test_before_and_after():
    now, then = answer(prediction(10, 20), prediction(30, 40)), answer(None, prediction(50, 60))
    page = timeline(encoded_video(), now, before=then)
    assert re.findall(r'class="tl-before" style="([^"]*)"', page) == ["left:50.000%;width:10.000%"]
    assert "tl-key before" in page and "tl-before" not in timeline(encoded_video(), now)


def test_the_next_best_spans_are_on_the_axis_where_the_predictor_is_to_be_believed():
    others = (Candidate(Span(70.0, 75.0), 0.2),)
    page = timeline(encoded_video(), answer(prediction(others=others), prediction(others=others)))
    mark = 'left:70.000%;width:5.000%;--row:0" title="{} predictor, next best'
    assert page.count(mark.format("Visual")) == page.count(mark.format("Textual")) == 1
    guessed = prediction(others=others, in_domain=False)
    assert "tl-candidate" not in timeline(encoded_video(), answer(guessed, None))
