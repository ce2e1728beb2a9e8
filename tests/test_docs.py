"""What the documentation says is there, is there, and does what it says."""

import re
import subprocess
import sys
from pathlib import Path
from pkgutil import resolve_name

import pytest

from mutualsl import cli
from mutualsl.evaluation.report.tables import generate, leftover_plots
from mutualsl.models import MODELS
from mutualsl.training.compared import data_recipes
from mutualsl.training.recipes import RECIPES
from tests.demo import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("checkpoints/*/*.md")])
MACHINE_PATH = re.compile(r"(?<![\w.:/>])(/(home|root|work|tmp|mnt|usr|var|Users)|[A-Z]:\\)\b")


def section(title):
    """The text below a heading of the README."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def blocks(text, language=""):
    """Contents of the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def tree():
    """Every path of the README's file tree, made of the folders that its indentation names."""
    folders = []
    (lines,) = blocks(section("Files"))
    for line in lines.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        name = line.split()[0]
        folders[depth:] = [name]
        yield "".join(folders)


def test_generated_pages_and_plots_are_what_the_results_files_say():
    pages = generate(ROOT)
    for path, text in pages.items():
        current = path.read_text(encoding="utf-8") if path.is_file() else "no file"
        assert text == current, f"{path.name}: run `python -m mutualsl.evaluation.report.tables`"
    assert leftover_plots(ROOT, pages) == []


@pytest.mark.parametrize("path", list(tree()))
def test_the_file_tree_is_real(path):
    assert (ROOT / path).is_dir() if path.endswith("/") else (ROOT / path).is_file()


def test_where_the_file_tree_names_files_of_the_package_it_names_them_all():
    named = set(tree())
    folders = {Path(name).parent for name in named if re.match(r"mutualsl/.*\.py$", name)}
    modules = {path for folder in folders for path in (ROOT / folder).glob("[a-z]*.py")}
    assert {path.relative_to(ROOT).as_posix() for path in modules} <= named


def test_every_equation_is_where_the_table_says():
    rows = [line for line in section("Equations").splitlines() if re.match(r"\| \d", line)]
    covered = set()
    for row in rows:
        equation, _, where = row.strip("| ").split(" | ")
        first, _, last = equation.partition("-")
        covered |= set(range(int(first), int(last or first) + 1))
        names = re.findall(r"`([\w.]+)`", where)
        assert names and all(resolve_name(f"mutualsl.{name}") for name in names)
    assert covered == set(range(2, 20))


def test_the_python_example_is_short_and_runs(checkpoint):
    (example,) = blocks(README, "python")
    assert len(example.splitlines()) <= 8
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stderr) == (0, "")
    visual, textual, answer = done.stdout.splitlines()
    for name, line in (("visual", visual), ("textual", textual)):
        assert re.fullmatch(rf"{name}: \d+\.\d s to \d+\.\d s", line)
    assert re.fullmatch(r"answer: the (visual|textual) span, score [01]\.\d\d", answer)


def test_the_command_table_is_the_command_line():
    listed = re.findall(r"^\| `(\w+)[ `]", section("Command line"), re.MULTILINE)
    registered = [command.callback.__name__ for command in cli.app.registered_commands]
    registered += [group.name for group in cli.app.registered_groups]
    assert sorted(listed) == sorted(registered)


def test_every_recipe_is_explained():
    guide = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"\| recipe \|.*\n(?:\|.*\n)+", guide)
    explained = set(re.findall(r"`(\w+)`", table))
    alike = {*MODELS, *data_recipes()}  # a system's is like the others
    assert set(RECIPES) - alike <= explained <= set(RECIPES)
    assert set(re.findall(r"--recipe (\w+) --data-root data ", README)) <= set(RECIPES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_no_machine_path_and_links_to_what_exists(page):
    text = page.read_text(encoding="utf-8")
    assert not MACHINE_PATH.search(text)
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert link.startswith("https://") or (page.parent / link).exists(), link


def test_every_variable_of_the_environment_is_in_the_table():
    files = [*(ROOT / "mutualsl").rglob("*.py"), ROOT / "app.py"]
    read = {
        name for f in files for name in re.findall(r"\bMUTUALSL_[A-Z0-9_]+", f.read_text("utf-8"))
    }
    named = re.findall(r"^\| `([A-Z0-9_]+)` \|", section("Environment variables"), re.MULTILINE)
    assert {name for name in named if name.startswith("MUTUALSL_")} == read


def test_decisions_are_numbered_without_a_gap():
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    for number, page in zip(numbers, pages, strict=True):
        assert page.read_text(encoding="utf-8").startswith(f"# {number}. "), page.name
    assert numbers == list(range(1, len(numbers) + 1))
