"""predictions.jsonl is read as it was written, or the line that is wrong is named."""

import json
import os
import random

import numpy as np
import pytest

from mutualsl.answer import Answer
from mutualsl.data.ceilings import covered_share
from mutualsl.data.example import Example, VideoInput
from mutualsl.errors import DataError
from mutualsl.evaluation import evaluate
from mutualsl.evaluation.predictions import (
    Found,
    from_row,
    read_predictions,
    to_row,
)
from mutualsl.evaluation.summary import summary
from mutualsl.prediction import Candidate, Prediction
from mutualsl.spans import Span
from mutualsl.subtitles import Cue
from tests.evaluation.rows import head, random_rows, row, write


def answered(question="Why?", gold=(1.0, 5.0)):
    """A question of a short video, and a textual answer to it."""
    cues = (Cue(0.0, 2.0, "a"), Cue(4.0, 9.0, "b"))
    video = VideoInput(video_id="tea", duration_second=9.0, cues=cues)
    curve = np.zeros((0, 2), dtype=np.float32)
    textual = Prediction(
        span=Span(0.0, 2.00049),
        score=0.75,
        candidates=(Candidate(Span(0.0, 2.00049), 0.75), Candidate(Span(4.0, 9.0), 0.1)),
        start_curve=curve,
        end_curve=curve,
    )
    answer = Answer(
        question=question, duration_second=9.0, visual=None, textual=textual, span=textual.span,
        score=0.75, source="textual", agreement=None, timings={"video": 1.0},
    )  # fmt: skip
    example = Example(
        video=video, question=question, sample_id="7", gold=Span(*gold), kind="spoken"
    )
    return example, answer


def test_a_row_is_the_answer_without_timings_and_what_was_right():
    example, answer = answered()
    given = to_row(example, answer)
    assert {k: given[k] for k in answer.to_dict() if k != "timings"} == {
        k: v for k, v in answer.to_dict().items() if k != "timings"
    }
    assert "timings" not in given
    assert (given["sample_id"], given["video_id"], given["kind"]) == ("7", "tea", "spoken")
    assert (given["gold"], given["gold_covered"]) == ([1.0, 5.0], 0.5)
    # From 0 to 9 is the best that cues allow, seconds allow gold itself.
    assert given["ceilings"] == {"cues": round(4 / 9, 4), "rows": 1.0}


def test_a_row_is_read_as_it_was_written(tmp_path):
    example, answer = answered(question="Is \u2028 or \x85 the end of a line?")
    path = tmp_path / "predictions.jsonl"
    path.write_text(json.dumps(to_row(example, answer), ensure_ascii=False) + "\n", "utf-8")
    (result,) = read_predictions(path)
    assert result.question == example.question
    assert (result.sample_id, result.video_id, result.kind) == ("7", "tea", "spoken")
    assert (result.duration_second, result.gold, result.gold_covered) == (9.0, (1.0, 5.0), 0.5)
    assert (result.cue_ceiling, result.row_ceiling) == (round(4 / 9, 4), 1.0)
    assert (result.visual, result.source) == (None, "textual")
    spans = (Span(0.0, 2.0), Span(4.0, 9.0))  # to the millisecond
    assert result.textual is not None
    assert (result.textual.span, result.textual.score) == (spans[0], 0.75)
    assert tuple(scored.span for scored in result.textual.candidates) == spans
    assert result.answer == Found(span=spans[0], score=0.75)


def test_metrics_are_those_of_the_written_file(tmp_path, monkeypatch):
    pairs = [answered("Why?"), answered("How?", (4.0, 9.0))]
    monkeypatch.setattr(evaluate, "answers", lambda *given: iter(pairs))
    shares = []
    metrics = evaluate.evaluate(
        None, [e for e, _ in pairs], tmp_path, tmp_path, progress=shares.append
    )
    assert shares == [0.5, 1.0]
    assert json.loads((tmp_path / "metrics.json").read_text()) == metrics
    assert summary(read_predictions(tmp_path / "predictions.jsonl")) == metrics
    assert (metrics["textual"]["n_answered"], metrics["visual"]["n_answered"]) == (2, 0)
    assert metrics["by_kind"].keys() == {"spoken"}


def test_gold_without_length_is_covered_by_nothing_and_not_outside_of_subtitles():
    example, answer = answered(gold=(1.0, 1.0))
    assert to_row(example, answer)["gold_covered"] is None


def test_a_file_without_any_gold_is_refused(tmp_path):
    rows = [row("a", gold=()), row("b", gold=())]
    with pytest.raises(DataError, match="no row has a gold span"):
        read_predictions(write(tmp_path / "p.jsonl", rows))
    assert len(read_predictions(write(tmp_path / "p.jsonl", [*rows, row("c")]))) == 3


def test_older_rows_without_coverage_and_rows_without_gold_can_be_read():
    given = row(textual=head((1, 2)), gold=())
    del given["gold_covered"], given["kind"]
    result = from_row(given, "here")
    assert (result.gold_covered, result.kind, result.gold) == (None, None, (0.0, 0.0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r.pop("gold"), "missing required field `gold`"),
        (lambda r: r.pop("sample_id"), "missing required field `sample_id`"),
        (lambda r: r["textual"].pop("span"), "missing required field `span` - at `$.textual`"),
        (lambda r: r["textual"].update(span=[1.0]), "length 2 - at `$.textual.span`"),
        (lambda r: r["textual"].update(span=[1.0, "x"]), "got `str` - at `$.textual.span[1]`"),
        (lambda r: r["textual"].update(score=1.01), "<= 1.0 - at `$.textual.score`"),
        (lambda r: r["answer"].update(score=None), "got `null` - at `$.answer.score`"),
        (lambda r: r.update(answer=None), "got `null` - at `$.answer`"),
        (lambda r: r.update(gold=[1.0]), "not enough values"),
        (lambda r: r.update(duration=float("nan")), "invalid character"),
        (lambda r: r.update(duration=10**400), "out of range - at `$.duration`"),
        (lambda r: r.update(gold=[1e308, 1.1e308]), "<= 1000000.0 - at `$.gold[0]`"),
        (lambda r: r.update(duration=1.2e308), "<= 1000000.0 - at `$.duration`"),
        (lambda r: r.update(duration=1e-310), ">= 0.001 - at `$.duration`"),
        (lambda r: r["answer"].update(span=[0, 1e308]), "span [0.0, 1e+308] holds a time beyond"),
        (lambda r: r["textual"].update(span=[-1e7, 1]), "span [-10000000.0, 1.0] holds a time"),
        (lambda r: r["textual"].update(candidates=[[0, 1e9]]), "at `$.textual.candidates[0][1]`"),
        (lambda r: r["textual"].update(candidates=[[1.0]]), "at `$.textual.candidates[0]`"),
    ],
)
def test_a_damaged_row_is_named_with_file_and_line(tmp_path, change, message):
    rows = random_rows(2) + [row(textual=head((1.0, 2.0)))]
    change(rows[2])
    path = write(tmp_path / "predictions.jsonl", rows)
    with pytest.raises(DataError, match="mutualsl evaluate") as caught:
        read_predictions(path)
    assert f"{path}, line 3: " in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "change", [{"duration": float("nan")}, {"duration": 10**400}, {"sample_id": "half \ud83d"}]
)
def test_a_row_that_could_not_be_written_is_refused(change):
    with pytest.raises(DataError, match="here: "):
        from_row(row(textual=head((1.0, 2.0))) | change, "here")


def test_a_pipe_and_a_folder_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.jsonl")
    for path in (tmp_path / "pipe.jsonl", tmp_path):
        with pytest.raises(DataError, match=f"{path} is not a file"):
            read_predictions(path)


@pytest.mark.parametrize("text", ["{", "[1, 2]", "\n\n", None])
def test_what_is_no_predictions_file_is_refused(tmp_path, text):
    path = tmp_path / "predictions.jsonl"
    if text is not None:
        path.write_text(text)
    with pytest.raises(DataError, match=str(path)):
        read_predictions(path)


def test_coverage_counts_every_moment_once():
    chance = random.Random(2)
    for _ in range(50):
        gold = Span(*sorted(chance.sample(range(40), 2)))
        starts = [chance.randrange(40) for _ in range(6)]
        cues = [Cue(start, start + chance.randrange(1, 12), "x") for start in starts]
        seconds = range(int(gold.start_second), int(gold.end_second))
        shown = sum(any(c.start_second <= s < c.end_second for c in cues) for s in seconds)
        assert covered_share(gold, cues) == pytest.approx(shown / len(seconds))
    assert covered_share(Span(3.0, 3.0), [Cue(0.0, 9.0, "x")]) == 0.0
