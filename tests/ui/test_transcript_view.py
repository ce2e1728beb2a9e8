import html
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from mutualsl.subtitles import Cue
from mutualsl.ui.transcript_view import evidence, marked_transcript, transcript
from tests.ui.values import answer, encoded_video, prediction

CUES = (Cue(10.0, 20.0, "hello"), Cue(25.0, 30.0, "world"), Cue(60.0, 80.0, "bye"))


def laid_over(*arguments):
    data = re.search(r'data-evidence="([^"]*)"', evidence(*arguments))
    return json.loads(html.unescape(data[1]))


def test_every_cue_is_a_button_with_its_times():
    page = transcript(encoded_video(CUES))
    assert re.findall(r'data-start="([\d.]+)" data-end="([\d.]+)"', page) == [
        ("10.000", "20.000"), ("25.000", "30.000"), ("60.000", "80.000")
    ]  # fmt: skip
    assert page.count('class="tr-cue"') == page.count('class="tr-out"') == 3 and "world" in page


def test_a_long_transcript_comes_in_parts():
    page = transcript(encoded_video([Cue(float(n), n + 1.0, f"cue {n}") for n in range(250)]))
    parts = re.findall(r'<ol class="tr-part" style="--rows:(\d+)">(.*?)</ol>', page)
    assert [(int(rows), cues.count("<li>")) for rows, cues in parts] == [
        (100, 100), (100, 100), (50, 50),
    ]  # fmt: skip


def test_a_transcript_is_known_again_by_what_it_said_before_any_change():
    def number(page):
        return re.search(r'data-of="(\d+)"', page)[1]

    whole = encoded_video(CUES)
    assert number(transcript(encoded_video(CUES[1:]), CUES[:1], [1], whole)) == number(
        transcript(whole)
    )
    assert number(transcript(encoded_video(CUES[1:]))) != number(transcript(whole))


def test_a_line_is_left_out_by_its_place_in_the_whole_transcript():
    assert 'data-cue="1"' in transcript(encoded_video(CUES))
    page = transcript(encoded_video(CUES[1:]), CUES[:1], [1, 2])
    assert re.findall(r'data-cue="(\d+)"', page) == ["1", "2"]


def test_lines_that_were_left_out_can_be_brought_back():
    page = transcript(encoded_video(CUES[1:]), [Cue(10.0, 20.0, "<i>hel</i>\nlo")])
    assert "&lt;i&gt;hel&lt;/i&gt; lo" in page and "Bring back this line" in page
    assert page.count('class="tr-cue"') == 2
    assert "Bring back these lines" in transcript(encoded_video(()), CUES)  # not one is left
    whole = transcript(encoded_video(CUES))
    assert "data-bring-back" not in whole and '<div class="tr-left-out" hidden>' in whole


def test_each_line_runs_as_it_is_written_and_the_language_is_said():
    hebrew = Cue(1.0, 2.0, "סובבו את המכסה")
    encoded = encoded_video([hebrew])
    page = transcript(encoded, [hebrew])
    assert f'<span class="tr-text" dir="auto">{hebrew.text}</span>' in page
    assert f'<li dir="auto"><time>0:01</time> {hebrew.text}</li>' in page
    assert " lang=" not in page
    told = replace(encoded, subtitles=replace(encoded.subtitles, language='he"><b>'))
    for page in (transcript(told), marked_transcript(told, {})):
        assert '<div class="tr-cues" lang="he&quot;&gt;&lt;b&gt;">' in page


def test_without_subtitles_there_is_none():
    assert transcript(None) == transcript(encoded_video(())) == ""
    assert (
        evidence(encoded_video(()), answer(prediction())) == evidence(encoded_video(), None) == ""
    )


def test_cue_text_is_text():
    page = transcript(encoded_video([Cue(1.0, 2.0, '"><script>alert(1)</script>${x}{{y}}')]))
    assert "<script" not in page and "${" not in page and "{{" not in page


def test_the_textual_predictor_has_one_point_a_cue():
    textual = prediction(25, 30, points=3)
    textual.start_curve[:, 1] = [0.1, 0.85, 0.05]
    found = laid_over(encoded_video(CUES), answer(None, textual))
    assert found == {"textual": {"start": [100, 850, 50], "end": [100, 850, 50], "span": [25, 30]}}


@pytest.mark.parametrize("second", [0.0, 10.0, 24.9])
def test_seconds_count_for_the_cue_that_began_last(second):
    visual = prediction(points=2)
    visual.start_curve[:] = [[second, 0.75], [99.0, 0.25]]
    found = laid_over(encoded_video(CUES), answer(visual, None, source="visual"))
    assert found["visual"]["start"] == [750, 0, 250]


def test_where_a_cue_begins_the_one_before_it_ends():
    curve = np.array([[25.0, 0.75], [61.0, 0.25]], np.float32)
    visual = replace(prediction(), start_curve=curve, end_curve=curve)
    found = laid_over(encoded_video(CUES), answer(visual, None, source="visual"))["visual"]
    assert (found["start"], found["end"]) == ([0, 750, 250], [750, 0, 250])


def test_a_guess_outside_the_domain_is_no_evidence():
    assert laid_over(encoded_video(CUES), answer(prediction(in_domain=False), None)) == {}
