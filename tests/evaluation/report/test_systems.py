"""Tables of systems: the paper beside us, and every gap with its reason."""

import pytest

from mutualsl.evaluation.report.systems import plots, sections
from tests.evaluation.results import cell, figure, table


def rows(text):
    """Cells of every table row by the name in its first column."""
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {cells[0]: cells for cells in lines}


def made(name, *cells):
    return "\n\n".join(sections(table(name, list(cells)), "results"))


def test_ours_and_the_papers_stand_side_by_side():
    found = rows(made("table1", cell("MutualSL", "tutorialvqa", "official", 41.0)))
    header = found["system"]
    ours = dict(zip(header, found["MutualSL"], strict=True))
    assert (ours["mIoU"], ours["mIoU, paper"]) == ("41.0 ± 1.2", "43.48")
    assert ours["R1@0.3, paper"] == "60.14"
    assert (ours["seeds"], ours["parameters"], ours["training"]) == (
        "0, 1, 2", "1,234,567", "1.5 min",
    )  # fmt: skip


def test_the_papers_numbers_are_of_the_published_split_set_alone():
    text = made("table1", cell("MutualSL", "tutorialvqa", "disjoint", 41.0))
    assert "43.48" not in text and "mIoU, paper" not in text


def test_references_stand_below_and_learn_nothing():
    found = rows(made("table1", cell("MutualSL", "synthetic", mean=41.0)))
    assert found["whole video"][1:5] == ["22.5", "12.5", "2.5", "12.5"]
    assert found["whole video"][-1] == "learns nothing"
    assert found["nearest train question"][1] == "-"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"missing": "needs videos"}, "needs videos"),
        ({"mean": 40.0, "without": ["video"]}, "text only"),
        ({"mean": 40.0, "without": ["subtitles"]}, "pictures only"),
        ({"mean": 40.0, "remark": "without OCR"}, "without OCR"),
        ({"mean": 40.0, "sizes": {"width": 128, "clips": 32}}, "with width 128, clips 32"),
        ({"mean": 40.0, "without": ["video"], "learners": ["sentence_reader"],
          "sizes": {"shared_layers": 2}}, "text only; our sentence reader alone learned"),
        ({"mean": 40.0, "learners": ["", "sentence_reader"]}, "with our sentence reader"),
        ({"mean": 40.0, "stopped": {"1": "reading, epoch 2 of 4"}},
         "seed 1 stopped at the end of its time (reading, epoch 2 of 4)"),
        ({"mean": 40.0, "not_run": {"1": "why", "2": "why"}}, "seed 1, 2 not run: why"),
        ({"not_run": {"0": "why", "1": "other"}}, "seed 0 not run: why; seed 1 not run: other"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_with_its_reason(changes, said):
    found = rows(made("table1", cell("VPTSL", "tutorialvqa", "official", **changes)))
    assert found["VPTSL"][-1] == said
    ours = dict(zip(found["system"], found["VPTSL"], strict=True))
    assert ours["mIoU, paper"] == "40.20"
    assert ours["mIoU"] == ("40.0 ± 1.2" if "mean" in changes else "-")


def test_data_that_is_not_there_has_the_papers_numbers_alone():
    record = table("table1", [cell("MoR", "medvidqa", "official", missing="no data")])
    for name in ("n", "questions", "modalities", "references"):
        del record["data"][0][name]
    text = "\n".join(sections(record, "results"))
    assert rows(text)["MoR"] == ["MoR", "30.67", "no data"]


def test_the_figure_is_drawn_where_there_are_weights():
    record = figure()
    text = "\n\n".join(sections(record, "results"))
    (name,) = plots(record)
    assert f"](results/{name})" in text
    assert "### tutorialvqa, official, test\n\nNot run: needs videos." in text
    assert "mean of 3 seeds" in plots(record)[name]


def test_how_much_there_is_to_learn_from_is_said():
    text = made("table1", cell("MutualSL", "tutorialvqa", "official", 41.0))
    assert "60 questions, 2,710 to learn from; there are subtitles." in text


@pytest.mark.parametrize(
    ("epochs", "authors", "said"),
    [([5], 15, "1.5 min, 5 of 15 epochs"), ([2, 6, 2], None, "1.5 min, 2 + 6 + 2 epochs")],
)
def test_epochs_are_beside_the_time(epochs, authors, said):
    known = cell("RaNet", "synthetic", mean=11.0, epochs=epochs, authors_epochs=authors)
    found = rows(made("table1", known))
    assert dict(zip(found["system"], found["RaNet"], strict=True))["training"] == said


def test_processor_time_is_shown_where_it_is_known():
    known = cell("MoR", "synthetic", mean=41.0, training_cpu_second={"mean": 120.0, "sd": 1.0})
    page = made("table1", known)
    assert "2.0 CPU min" in page and " 1.5 min" not in page
