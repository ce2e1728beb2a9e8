import os
import re

from mutualsl.subtitles import Cue
from mutualsl.ui import limits
from mutualsl.ui.timeline_view import timeline
from tests.ui.values import answer, encoded_video, prediction

JPEG = b"\xff\xd8 picture"


def test_empty_without_a_video():
    assert "tl-track" not in timeline(None)


def test_before_a_question_there_are_pictures_and_cues_only():
    page = timeline(encoded_video(thumbnails=[(s, JPEG) for s in range(0, 100, 5)]))
    assert page.count("<img") == 20 and 'title="hello"' in page
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
    assert page.count("<i style=") <= limits.MAX_CUE_BINS
    assert 10 < page.count("<img") <= limits.MAX_PICTURES


def test_merging_keeps_the_peak_of_a_curve():
    head = prediction(points=10_800)
    head.start_curve[5_001, 1] = 0.9
    page = timeline(encoded_video(), answer(head, None, source="visual"))
    start = re.search(r'class="start" d="M([^"]*)"', page).group(1).split("L")
    assert len(start) <= limits.MAX_CURVE_POINTS
    assert min(float(point.split()[1]) for point in start) < 10


def test_ticks_are_round_and_few():
    page = timeline(encoded_video(duration=65.6))
    ticks = re.findall(r'<span style="left:[\d.]+%">([^<]*)</span>', page)
    assert ticks == ["0:00", "0:10", "0:20", "0:30", "0:40", "0:50", "1:00"]
