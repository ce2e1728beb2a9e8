"""docs/results.md says what the results files say, and leaves out what they do not have."""

import pytest

from mutualsl.evaluation.report.page import Results, page, plots, readme_table
from mutualsl.evaluation.report.speed import speed_table
from tests.evaluation.results import (
    benchmarks,
    figure,
    full_record,
    full_row,
    record,
    references,
)


def made(**more):
    return page(Results(**{"shipped": record(), "speed": benchmarks()} | more))


def shipped(*rows):
    return {"shipped": {**record(), "rows": list(rows)}}


def lines(text, start):
    """Cells of the table rows that begin with a text."""
    found = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [cells for cells in found if cells[0] == start]


def test_the_readme_has_a_line_for_each_data_set_and_kind():
    assert readme_table(record()).splitlines()[2:] == [
        "| synthetic, test | 30 | 41.0 | 42.0 | 47.0 |",
        "| - `shown` | 20 | 50.0 | 20.0 | 45.5 |",
        "| - `both` | 10 | 80.0 | 65.0 | 45.5 |",
        "| - `spoken` | 20 | 20.0 | 60.0 | 47.0 |",
        "| mine, disjoint, val (read-out: textual) | 30 | - | 31.0 | 31.0 |",
    ]


def test_the_page_names_what_the_numbers_come_from():
    text = made()
    assert "Weights `feed`, seed 3, measured at commit `0123456789`, 2001-02-03" in text
    text = made(shipped=record() | {"seeds": [0, 4]})
    assert "Weights `feed`, seeds 0 and 4 (by stage), measured" in text
    assert "| as asked | 30 | 41.0 | 42.0 | 8.0 |" in text


def test_results_of_before_are_shown_as_far_as_they_go():
    text = made()
    assert "| visual | 51.0 | 41.0 | 31.0 | 41.0 | 30 of 30 |" in text
    assert "| kind | shown | 20 | 50.0 | 20.0 | 45.5 |" in text
    assert "| visual | - | - | - | - | 0 of 30 |" in text
    assert "oracle of both |" not in text and "](results/" not in text
    assert "Official splits" not in text and "Fig. 3" not in text


def test_every_predictor_has_its_intervals():
    row = full_row()
    text = made(**shipped(row))
    head = "| predictor | R1@0.3 | R1@0.5 | R1@0.7 | mIoU | mIoU, 95 % by questions |"
    assert f"{head} mIoU, 95 % by videos | answered |" in text
    names = {"visual": "visual", "oracle": "oracle of both", "oracle@5": "oracle@5 of both"}
    for key, name in names.items():
        (cells,) = lines(text, name)
        assert cells[4] == f"{row[key]['mIoU']:.1f}"
        for unit, cell in (("questions", cells[5]), ("videos", cells[6])):
            low, high = row["intervals"][unit][key]["mIoU"]
            assert cell == f"{low:.1f} to {high:.1f}"
        assert cells[7] == f"{row[key]['n_answered']} of 60"


def test_every_slice_has_a_line():
    row = full_row(kinds=True)
    text = made(**shipped(row))
    for name, labels in row["by_slice"].items():
        for label, heads in labels.items():
            found = [cells for cells in lines(text, name) if cells[1] == label]
            assert len(found) == 1
            assert found[0][2] == str(heads["answer"]["n"])
            assert len(found[0]) == 8


def test_references_and_published_numbers_stand_in_the_same_table():
    text = made(**shipped(full_row()), references=[references()])
    table = next(part for part in text.split("\n\n") if part.startswith("| predictor |"))
    assert "| whole video | 22.5 | 12.5 | 2.5 | 12.5 | - | 11.0 to 14.5 | 60 of 60 |" in table
    assert "| nearest train question | - | - | - | - | - | - | 0 of 60 |" in table
    mutualsl, other = (line for line in table.splitlines() if "as published" in line)
    assert "| 60.14 | 43.59 | 28.28 | 43.48 | - | - | - |" in mutualsl
    assert "| - | - | - | 43.65 | - | - | - |" in other
    assert "as published" not in made(**shipped(full_row(data="mine")))


@pytest.mark.parametrize(
    "other", [references(count=59), references(split_set="official"), references(data="mine")]
)
def test_references_on_other_questions_are_left_out(other):
    assert "whole video | 22.5" not in made(**shipped(full_row()), references=[other])


def test_weights_that_are_not_shipped_say_so_and_how_to_make_them():
    text = made(official=full_record())
    section = text.split("## Official splits: weights that are not shipped\n")[1]
    assert "They are not part of this repository" in section
    assert "mutualsl train --recipe some_recipe --data-root data --out runs/some_recipe" in section
    assert "--data-root data/tutorialvqa --split-set official --split test" in section
    assert "### tutorialvqa, official, test" in section and "oracle@5 of both" in section


def test_the_page_shows_exactly_the_plots_there_are():
    results = Results(
        **shipped(full_row(), record()["rows"][0]),
        speed=benchmarks(),
        official=full_record(),
        tables=[figure()],
    )
    drawn, text = plots(results), page(results)
    assert len(drawn) == 5
    assert text.count("](results/") == 5
    assert all(f"](results/{name})" in text for name in drawn)


def test_numbers_of_changed_code_say_so():
    text = made(shipped={**record(), "commit": "0123456789abcdef-dirty"})
    assert "commit `0123456789` with uncommitted changes," in text


def test_limits_are_plainly_met_or_not():
    text = made()
    assert "| loading | 1.61 × decoding alone (15.00 s) | at most 1.6 × | not met |" in text
    assert "| a straight line | 0.995 R² | at least 0.99 R² | met |" in text
    assert "| memory | 1,234 MB | at most 2,000 MB | met |" in text
    assert "| failures | 0 | - | - |" in text


def test_speed_says_when_and_on_what_each_part_was_measured():
    facts = "with 2 CPUs (x86_64), torch 2"
    both = f"Measured: loading, length on 2001-02-03 {facts}; soak on 2001-02-04 {facts}."
    assert both in made()
    speed = benchmarks()
    del speed["soak"]
    assert f"Measured on 2001-02-03 {facts}." in made(speed=speed)
    gpu = {"gpu": {**speed["loading"], "device": "NVIDIA T4"}}
    assert "Measured on 2001-02-03 with NVIDIA T4, 2 CPUs (x86_64), torch 2." in speed_table(gpu)


def test_what_was_never_measured_is_left_out():
    assert "loading" not in speed_table({"soak": benchmarks()["soak"]})
