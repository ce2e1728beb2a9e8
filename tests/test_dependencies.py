"""What is imported is named where it is installed from, and nothing else is."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_IMPORTED = {"protobuf"}  # sentencepiece reads vocabularies by it and does not ask for it
NOT_INSTALLED = {"spaces"}  # of Hugging Face, which a Space has and a page elsewhere goes without


def normal(name: str) -> str:
    """The name of a package as it is compared, without its version."""
    return re.split(r"[^\w.-]", name)[0].lower().replace("_", "-")


def imported(*places: str) -> set[str]:
    """Packages that the code in files and folders imports, beside Python's own and ours."""
    modules = set()
    for place in places:
        for path in (ROOT / place).rglob("*.py") if (ROOT / place).is_dir() else [ROOT / place]:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    modules |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    modules.add(node.module.split(".")[0])
    ours = {path.name for path in ROOT.iterdir()} | NOT_INSTALLED
    packages = packages_distributions()
    return {
        normal(packages.get(module, [module])[0])
        for module in modules - sys.stdlib_module_names - ours
    }


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {normal(name) for name in project["dependencies"]}


def pinned(name: str) -> set[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {normal(line) for line in lines if not line.startswith("#")}


def test_a_dependency_is_what_the_package_imports():
    assert declared() == imported("mutualsl", "app.py") | NOT_IMPORTED


def test_every_dependency_is_pinned():
    assert pinned("requirements.txt") == declared()


def test_what_tests_and_tools_import_is_pinned():
    here = pinned("requirements.txt") | pinned("requirements-dev.txt")
    assert imported("tests", "tools", "benchmarks") - here == set()
