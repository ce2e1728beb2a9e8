"""What `mutualsl reproduce` found, as Markdown: its tables, the paper beside us, and Fig. 3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mutualsl.data.split_sets import OFFICIAL
from mutualsl.evaluation.metrics import COLUMNS
from mutualsl.evaluation.report.markdown import (
    NOTHING,
    commit_text,
    full_columns,
    part_name,
    percent,
)
from mutualsl.evaluation.report.plots import transfer_plot
from mutualsl.evaluation.report.published import PAPER

Record = Mapping[str, Any]  # docs/results/<table>.json
TITLES = {
    "table1": "Table 1: every system on the same questions",
    "table2": "Table 2: with and without mutual transfer",
    "figure3": "Fig. 3: transfer weights over training",
    "profiles": "Profiles of MutualSL, trained alike",
    "lessons": "What the two predictors teach each other, varied",
}
_PERCENT = "Percent over all questions, mean ± standard deviation over seeds."
_NUMBERS = (
    f"{_PERCENT} A column `paper` has the paper's number, where it is known here, beside the split "
    "set as published; its test questions may differ."
)
ABOUT = {
    "table1": (
        "One evaluator, and the same questions in every line; the answer is the textual span where "
        "a system has one, else its visual span, and the whole video where it has neither. "
        f"{_NUMBERS} Where it has `-`, "
        "the paper has no number (TMLGA, RaNet and MoR on TutorialVQA and VehicleVQA) or it is not "
        "known here (VSLBase, VSLNet and ACRM, and all visual systems on MedVidQA, of which 82 of "
        "145 validation and 24 of 2,710 train questions have subtitles here). "
        "On rendered videos a run may take 15 CPU minutes, so `training` says how many epochs it "
        "had, of how many of its authors' (MutualSL learns longer in Table 2); a number near that "
        "of `random` says nothing of the method. Sizes among the remarks are ours, smaller than "
        "the authors'. `parameters` counts the language "
        "model of MoR, VPTSL and MutualSL, and not the frozen one (22.6 M) that makes the visual "
        "systems' question vectors."
    ),
    "table2": f"A question without a span counts 0. {_NUMBERS}",
    "figure3": (
        "α is how right the textual predictor's span is on the axis of the visual one, which it "
        "teaches (Eq. 15); β the other way round (Eq. 18)."
    ),
    "profiles": (
        "`clean` is the paper's model made consistent, `literal` its equations as printed, "
        "`released` the model of the authors' code without its plain bugs "
        "([decision 27](decisions/0027-profiles.md)). All three learn the same questions for the "
        f"same number of epochs. {_PERCENT}"
    ),
    "lessons": (
        "The recipe of Table 1 with two epochs of its last stage, in which alone the two teach "
        "each other; what comes before is the same in every line. `nothing` is no transfer. A "
        "lesson is the teacher's span, weighted by how right it is; that three times as much; the "
        "teacher's probabilities of every start and end, with the same weight; or gold, as a "
        "teacher that is never wrong would say it "
        f"([decision 32](decisions/0032-what-transfer-gives.md)). {_PERCENT}"
    ),
}
ONLY = {("video",): "text only", ("subtitles",): "pictures only"}


def sections(record: Record, folder: str) -> Iterator[str]:
    """One table or figure; its plots lie in `folder`."""
    yield f"## {TITLES[record['table']]}"
    yield _how(record)
    for data in record["data"]:
        cells = [cell for cell in record["cells"] if _same(cell, data)]
        yield f"### {part_name(data)}"
        if all(cell["missing"] for cell in cells) and record["table"] not in PAPER:
            yield f"Not run: {cells[0]['missing']}."
            continue
        if "n" in data:
            has = " and ".join({"video": "videos"}.get(m, m) for m in data["modalities"])
            yield (
                f"{data['n']:,} questions, {data['n_train']:,} to learn from; there are "
                f"{has or 'neither videos nor subtitles'}."
            )
        if record["table"] in PAPER:
            yield _table(record["table"], data, cells)
        for cell in cells:
            if cell.get("curves"):
                yield f"![Transfer weights, {part_name(data)}]({folder}/{_plot(data)})"
            elif record["table"] not in PAPER:
                yield f"Not run: {'; '.join(_remarks(cell)) or 'no training log has the weights'}."


def plots(record: Record) -> dict[str, str]:
    """File name and SVG of every plot that `sections` shows."""
    return {
        _plot(cell): transfer_plot(cell["curves"], len(cell["seeds"]))
        for cell in record["cells"]
        if cell.get("curves")
    }


def _plot(data: Mapping[str, Any]) -> str:
    return f"transfer-{part_name(data, between='-')}.svg"


def _how(record: Record) -> str:
    measured = {name for cell in record["cells"] for name in cell.get("commits", ())}
    commits = ", ".join(commit_text(name) for name in sorted(measured) or [record["commit"]])
    return (
        f"`mutualsl reproduce {record['table']}`, {record['date']}, measured at commit {commits}. "
        f"{ABOUT[record['table']]}"
    )


def _table(name: str, data: Mapping[str, Any], cells: Sequence[Mapping[str, Any]]) -> str:
    """Rows of the paper, then references; a column that nobody has is left out."""
    header = ["system"]
    for column in COLUMNS:
        header += [column, f"{column}, paper"]
    header += ["seeds", "parameters", "training", "remarks"]
    lines = [_line(name, data, cell) for cell in cells]
    for reference, found in data.get("references", {}).items():
        lines.append(_reference(reference, found))
    return full_columns(header, lines)


def _line(name: str, data: Mapping[str, Any], cell: Mapping[str, Any]) -> list[str]:
    published = data["split_set"] == OFFICIAL
    paper = PAPER[name].get(cell["row"], {}).get(data["data"]) if published else None
    line = [cell["row"]]
    for place, column in enumerate(COLUMNS):
        theirs = paper[place] if paper else None
        line.append(_spread(cell["scores"][column]) if cell["seeds"] else NOTHING)
        line.append(NOTHING if theirs is None else f"{theirs:.2f}")
    if cell["seeds"]:
        line += [
            ", ".join(map(str, cell["seeds"])),
            f"{cell['parameters']:,}",
            _training(cell),
        ]
    else:
        line += [NOTHING] * 3
    return [*line, "; ".join(_remarks(cell)) or NOTHING]


def _training(cell: Mapping[str, Any]) -> str:
    """How long it took: processor time where it is known, which other work does not stretch."""
    cpu = cell.get("training_cpu_second")
    took = f"{(cpu or cell['training_second'])['mean'] / 60:.1f} {'CPU min' if cpu else 'min'}"
    epochs = " + ".join(map(str, cell["epochs"]))
    if cell["authors_epochs"]:
        epochs += f" of {cell['authors_epochs']}"
    return f"{took}, {epochs} epochs" if epochs else took


def _reference(name: str, found: Mapping[str, Any]) -> list[str]:
    line = [name]
    for column in COLUMNS:
        line += [percent(found[column]) if found["n_answered"] else NOTHING, NOTHING]
    remark, answered, count = "learns nothing", found["n_answered"], found["n"]
    if answered < count:
        remark += f"; has a span for {answered:,} of {count:,} questions"
    return [*line, *[NOTHING] * 3, remark]


def _remarks(cell: Mapping[str, Any]) -> Iterator[str]:
    """What has to be known of a cell: what is missing, and why."""
    if cell["missing"]:
        yield cell["missing"]
    if cell["seeds"]:
        yield from _what_learned(cell)
    for seed, where in cell["stopped"].items():
        yield f"seed {seed} stopped at the end of its time ({where})"
    reasons = cell["not_run"]
    for reason in dict.fromkeys(reasons.values()):
        seeds = ", ".join(seed for seed, own in reasons.items() if own == reason)
        yield f"seed {seeds} not run: {reason}"


def _what_learned(cell: Mapping[str, Any]) -> Iterator[str]:
    """How what was trained differs from what its authors trained."""
    if cell["without"]:
        yield ONLY[tuple(cell["without"])]
    if cell["remark"]:
        yield cell["remark"]
    if by_kind := cell.get("by_kind"):
        kinds = ", ".join(f"`{kind}` {_spread(found)}" for kind, found in by_kind.items())
        yield f"mIoU of {kinds}"
    own = " and ".join(f"our {name.replace('_', ' ')}" for name in cell["learners"] if name)
    if own:
        yield f"with {own}" if "" in cell["learners"] else f"{own} alone learned"
    elif cell["sizes"]:
        yield "with " + ", ".join(f"{name} {size}" for name, size in cell["sizes"].items())


def _spread(found: Mapping[str, float | None]) -> str:
    mean, deviation = found["mean"], found["sd"]
    assert mean is not None
    return percent(mean) if deviation is None else f"{mean:.1f} ± {deviation:.1f}"


def _same(cell: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return all(cell[name] == data[name] for name in ("data", "split_set", "split"))
