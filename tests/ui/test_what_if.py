from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from mutualsl.errors import MutualSLError, SubtitleError
from mutualsl.subtitles import Cue, Subtitles, fitted
from mutualsl.ui.changes import changed
from mutualsl.ui.views import Loaded, shown
from mutualsl.ui.what_if import (
    WITHOUT_SUBTITLES,
    WITHOUT_VIDEO,
    Asked,
    WhatIf,
    applied,
    compared_with,
    left_out_cues,
    shown_places,
    why_missing,
)
from tests.ui.values import answer, encoded_video, prediction

CUES = tuple(Cue(10.0 * n, 10.0 * n + 8.0, f"line {n}") for n in range(5))


class FakeLocalizer:
    """Takes subtitles as they are."""

    def with_subtitles(self, encoded, subtitles):
        tokens = tuple((n,) for n in range(len(subtitles.cues)))
        asked = replace(encoded.input, cues=subtitles.cues, cue_tokens=tokens)
        return replace(encoded, subtitles=subtitles, input=asked)


@pytest.fixture
def whole():
    encoded = encoded_video(CUES)
    rows = np.zeros((100, 4), np.float32)
    tokens = tuple((n,) for n in range(5))
    return replace(encoded, input=replace(encoded.input, rows=rows, cue_tokens=tokens))


def texts(encoded):
    assert [cue.text for cue in encoded.subtitles] == [cue.text for cue in encoded.input.cues]
    return [cue.text for cue in encoded.subtitles]


def test_lines_are_left_out_and_the_rest_stays(whole):
    encoded = applied(FakeLocalizer(), whole, WhatIf(left_out=frozenset({1, 3})))
    assert texts(encoded) == ["line 0", "line 2", "line 4"]
    assert encoded.input.cue_tokens == ((0,), (2,), (4,))
    assert encoded.input.rows is whole.input.rows
    assert encoded.warnings == ("what if: asked without 2 lines of the subtitles",)
    assert texts(whole) == [f"line {n}" for n in range(5)]


def test_nothing_changes_without_a_difference(whole):
    encoded = applied(FakeLocalizer(), whole, WhatIf())
    assert encoded.input is whole.input and encoded.warnings == whole.warnings


def test_one_modality_is_left_out_and_still_shown(whole):
    blind = applied(FakeLocalizer(), whole, WhatIf(given=WITHOUT_VIDEO))
    assert blind.input.rows is None and len(blind.input.cues) == 5
    deaf = applied(FakeLocalizer(), whole, WhatIf(given=WITHOUT_SUBTITLES))
    assert deaf.input.cues == () and deaf.input.rows is whole.input.rows
    assert deaf.subtitles == whole.subtitles
    assert deaf.warnings == ("what if: asked without the subtitles",)


@pytest.mark.parametrize(
    ("what_if", "head", "why"),
    [
        (WhatIf(given=WITHOUT_VIDEO), "visual", "asked without the video"),
        (WhatIf(given=WITHOUT_SUBTITLES), "textual", "asked without the subtitles"),
        (WhatIf(left_out=frozenset(range(5))), "textual", "no line of the subtitles is left"),
        (WhatIf(), "visual", "this model has not learned to look at a video"),
        (WhatIf(), "textual", "this model has not learned to read subtitles"),
    ],
)
def test_why_there_is_no_span_is_what_is_true_of_it(whole, what_if, head, why):
    asked = applied(FakeLocalizer(), whole, what_if)
    loaded = Loaded(encoded=asked, playing=None, whole=whole, model="one", what_if=what_if)
    loaded = replace(loaded, answers=(answer(None, None, source="fallback"),))
    assert why_missing(whole, asked, what_if)[head] == why
    assert f"No span: {why}." in shown(loaded, 0)["results"]


def test_nothing_given_is_said_so(whole):
    deaf = replace(whole, subtitles=None, input=whole.input.without_subtitles())
    assert why_missing(deaf, deaf, WhatIf())["textual"] == "no subtitles are given"
    blind = replace(whole, input=whole.input.without_video())
    assert why_missing(blind, blind, WhatIf())["visual"] == "no video is given"


def test_differences_add_up(whole):
    what_if = WhatIf(offset_second=-9.0, left_out=frozenset({1}), given=WITHOUT_VIDEO)
    encoded = applied(FakeLocalizer(), whole, what_if)
    assert texts(encoded) == ["line 2", "line 3", "line 4"]  # line 0 has left the video
    assert encoded.subtitles.cues[0].start_second == 11.0
    assert len(encoded.warnings) == 3


def test_a_line_that_is_shown_is_found_in_the_whole_transcript(whole):
    what_if = WhatIf(offset_second=-9.0, left_out=frozenset({2}))
    encoded = applied(FakeLocalizer(), whole, what_if)
    assert [CUES[place].text for place in shown_places(whole, what_if)] == texts(encoded)
    assert left_out_cues(whole, what_if) == [CUES[2]]


def test_nothing_left_is_a_sentence(whole):
    nothing_said = WhatIf(left_out=frozenset(range(5)))
    assert applied(FakeLocalizer(), whole, nothing_said).subtitles is None
    with pytest.raises(MutualSLError, match="nothing is left to ask about"):
        applied(FakeLocalizer(), whole, replace(nothing_said, given=WITHOUT_VIDEO))
    with pytest.raises(SubtitleError, match="-60 s"):
        applied(FakeLocalizer(), whole, WhatIf(offset_second=-60.0))


def test_an_answer_is_compared_with_the_same_question_before_the_change():
    first, other = answer(None, prediction(), question="Where?"), answer(question="How?")
    again, before = answer(question="Where?"), (Asked(first, WhatIf()), Asked(other, WhatIf()))
    assert compared_with(again, (), before) is first
    assert compared_with(replace(again, model={"name": "another"}), (), before) is None
    assert compared_with(answer(question="Where?"), (other,), ()) is None
    assert compared_with(answer(question="Where?"), (first,), ()) is None  # asked twice


def test_an_answer_is_compared_with_the_same_question_in_other_words():
    asked = answer(question="Where do I open the jar?")
    assert compared_with(answer(question="When do I open the jar"), (asked,), ()) is asked
    assert compared_with(answer(question="Is tea hot?"), (asked,), ()) is None
    assert compared_with(answer(question="?"), (answer(question="!"),), ()) is None


def test_the_answer_before_a_change_is_shown_beside_the_one_after_it(whole):
    loaded = Loaded(whole, None, whole, "tiny", answers=(answer(None, prediction(10, 20)),))
    other = changed(FakeLocalizer(), loaded, WhatIf(left_out=frozenset({0})))
    assert other.answers == () and other.whole is whole
    assert other.encoded.input.cues == whole.input.cues[1:]
    again = changed(FakeLocalizer(), other, WhatIf())  # before an answer came
    assert again.encoded.input is whole.input and again.answers == loaded.answers
    answered = replace(other, answers=(answer(None, prediction(30, 40)),))
    parts = shown(answered, 0)
    assert 'class="tl-before" style="left:10.000%;width:10.000%"' in parts["timeline"]
    assert "The textual span moved by 20.0 s later." in parts["results"]


@pytest.mark.parametrize("offset", [0.0, 5.0, -3.0])
def test_the_last_line_inside_the_video_can_be_left_out(whole, offset):
    late = Cue(170.0, 178.0, "late")
    track = fitted(Subtitles(cues=(CUES[0], late)), 100.0)
    two = replace(whole, subtitles=track, input=replace(whole.input, cues=track.cues))
    two = replace(two, info=SimpleNamespace(duration_second=100.0))
    what_if = WhatIf(left_out=frozenset({0}), offset_second=offset)
    encoded = applied(FakeLocalizer(), two, what_if)
    assert encoded.subtitles is None and encoded.input.cues == ()
