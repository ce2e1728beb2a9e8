"""A comparison pairs questions, and says nothing where the questions differ."""

import random
from itertools import product

import numpy as np
import pytest

from mutualsl.errors import DataError
from mutualsl.evaluation.compare import compare, main, sign_flip_p_value
from mutualsl.evaluation.ious import SCORED
from tests.evaluation.rows import head, random_rows, results, row, write


def changed(rows, share=0.5, seed=9):
    """The same questions; some rows answered as in another random file."""
    chance, others = random.Random(seed), random_rows(len(rows), seed=seed)
    answers = ("visual", "textual", "answer")
    return [
        own | {k: other[k] for k in answers} if chance.random() < share else own
        for own, other in zip(rows, others, strict=True)
    ]


def test_a_file_compared_with_itself_shows_no_difference():
    given = results(random_rows())
    found = compare(given, list(reversed(given))).heads
    assert [c.head for c in found] == list(SCORED)
    for c in found:
        assert c.first == c.second and c.difference == 0.0
        assert (c.better, c.worse, c.same) == (0, 0, 60)
        assert c.interval == [0.0, 0.0] and c.p_value == 1.0


def test_swapping_the_files_swaps_the_signs():
    first = random_rows(80)
    second = results(changed(first))
    first = results(first)
    for there, back in zip(compare(first, second).heads, compare(second, first).heads, strict=True):
        assert there.difference == pytest.approx(there.second - there.first)
        assert back.difference == pytest.approx(-there.difference)
        assert (back.better, back.worse, back.same) == (there.worse, there.better, there.same)
        assert sum((there.better, there.worse, there.same)) == 80
        assert there.interval[0] <= there.difference <= there.interval[1]
        assert back.p_value == pytest.approx(there.p_value)


def test_changes_are_those_of_the_answer_in_the_order_of_the_first_file():
    first = results([row("a", textual=head((10, 20))), row("b", textual=head((10, 15)))])
    second = results([row("b", textual=head((10, 20))), row("a", textual=head((30, 40)))])
    found = compare(first, second)
    assert found.changes == pytest.approx([-1.0, 0.5])
    assert [result.sample_id for result in found.second] == ["a", "b"]


def test_a_plain_gain_is_found():
    videos = [f"v{n % 20}" for n in range(60)]
    worse = [row(f"q{n}", textual=head((10, 15)), video_id=v) for n, v in enumerate(videos)]
    better = [row(f"q{n}", textual=head((10, 19)), video_id=v) for n, v in enumerate(videos)]
    textual = compare(results(worse), results(better)).heads[1]
    assert textual.difference == pytest.approx(40.0)
    assert textual.interval == pytest.approx([40.0, 40.0])
    assert textual.p_value < 0.001 and textual.better == 60


def test_the_interval_draws_videos_not_questions():
    def file(end_in_b):
        ends = dict.fromkeys("abcdef", 15) | {"f": end_in_b}
        return results(
            [
                row(f"{v}{n}", textual=head((10, ends[v])), video_id=v)
                for v in ends
                for n in range(30)
            ]
        )

    textual = compare(file(15), file(19)).heads[1]
    assert textual.difference == pytest.approx(40.0 / 6)
    assert textual.interval == pytest.approx([0.0, 20.0])  # f never, f three times of six
    assert textual.p_value == 1.0  # swapping the one video that differs is as good


def test_few_videos_have_no_interval():
    files = [
        results([row(f"{n}", textual=head((10, end)), video_id=str(n)) for n in range(5)])
        for end in (15, 19)
    ]
    assert [found.interval for found in compare(*files).heads] == [None] * 5


@pytest.mark.parametrize("other", [{"video_id": "w"}, {"question": "Why is tea made?"}])
def test_the_same_name_for_another_question_is_said(other):
    first, second = (results([row("a", **more)]) for more in ({}, other))
    with pytest.raises(DataError, match=r"question a is .* second; evaluate both on the same data"):
        compare(first, second)


def test_few_videos_are_counted_out():
    differences = np.array([0.5, 0.1, -0.2, 0.3])
    groups = ["a", "a", "b", "c"]
    sums, observed = (0.6, -0.2, 0.3), 0.7
    flips = [sum(s * d for s, d in zip(signs, sums, strict=True))
             for signs in product((1, -1), repeat=3)]  # fmt: skip
    expected = sum(abs(f) >= observed - 1e-9 for f in flips) / 8
    assert sign_flip_p_value(differences, groups) == expected == 0.5


def test_many_videos_are_sampled_with_an_even_chance_of_any_p_value():
    generator = np.random.default_rng(4)
    groups = [str(i) for i in range(30)]
    found = [sign_flip_p_value(generator.normal(size=30), groups) for _ in range(60)]
    assert 0.35 < np.mean(found) < 0.65
    assert min(found) >= 1 / 10_001


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.pop(), r"1 \(q5\) only in the first file, 0 only in the second"),
        (lambda rows: rows.append(row("new")), r"0 only in the first file, 1 \(new\)"),
        (lambda rows: rows.append(rows[0]), "sample_id q0 occurs twice in the second file"),
        (lambda rows: rows[2].update(gold=[1, 2]), r"question q2 has gold .* \[1.0, 2.0\] in the"),
    ],
)
def test_other_questions_are_refused(change, message):
    first, second = random_rows(6), random_rows(6)
    change(second)
    with pytest.raises(DataError, match=message):
        compare(results(first), results(second))


def test_only_a_few_missing_questions_are_listed():
    with pytest.raises(DataError, match=r"20 \(q0, q1, q10, …\) only in the first"):
        compare(results(random_rows(20)), results([row("other")]))


def test_the_command_prints_a_table_or_one_line(tmp_path, capsys):
    rows = random_rows()
    first = write(tmp_path / "a.jsonl", rows)
    second = write(tmp_path / "b.jsonl", changed(rows))
    assert main([str(first), str(second)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| mIoU, percent | A | B | B - A | 95 % (videos) | p |")
    assert [line.split()[1] for line in lines[2:]] == list(SCORED)
    assert main([str(first), str(tmp_path / "none.jsonl")]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.startswith("mutualsl: ")
    assert printed.err.count("\n") == 1 and "none.jsonl" in printed.err
