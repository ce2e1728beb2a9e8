"""The import picture: a file imports only from layers below its own."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "mutualsl"
LAYERS = [
    {"atomic", "errors", "spans", "telling"},
    {"hub"},
    {"description", "device", "finite", "prediction"} | {"sizes", "subtitles", "video", "weights"},
    {"places", "timeline"},
    {"features", "data"},
    {"models"},
    {"pretrained"},
    {"checkpoint", "answer", "encoded"},
    {"card", "exports", "explain", "opening", "reading"},
    {"sharing"},
    {"inference"},
    {"evaluation"},
    {"training", "ui"},
    {"reproduce"},
    {"cli"},
    {"__main__", "__init__"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def imports(code: str) -> set[str]:
    """Top-level pieces of mutualsl that code imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module == "mutualsl":
            pieces = {alias.name for alias in node.names}
            found |= {f"mutualsl.{name if name in LEVEL else '__init__'}" for name in pieces}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in found if name.startswith("mutualsl.")}


def piece(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize(
    ("code", "pieces"),
    [
        ("import mutualsl.ui.app, json", {"ui"}),
        ("from mutualsl.data.batch import Batch", {"data"}),
        ("from mutualsl import errors, Span", {"errors", "__init__"}),
        ("def f():\n    from mutualsl import ui as page", {"ui"}),
        ("import mutualsl", set()),
    ],
)
def test_every_way_to_import_is_seen(code, pieces):
    assert imports(code) == pieces


def test_every_file_belongs_to_a_layer():
    assert {piece(p) for p in ROOT.rglob("*.py")} <= LEVEL.keys()


def test_imports_go_one_way():
    wrong = [
        f"{path.relative_to(ROOT)} imports {other}"
        for path in ROOT.rglob("*.py")
        for other in imports(path.read_text()) - {piece(path)}
        if LEVEL[other] >= LEVEL[piece(path)] and piece(path) != "__init__"
    ]
    assert wrong == []


def test_pyav_stays_in_video():
    imports_av = re.compile(r"^\s*(import|from) av\b", re.MULTILINE)
    assert {piece(p) for p in ROOT.rglob("*.py") if imports_av.search(p.read_text())} == {"video"}


def test_models_open_no_files():
    opens = re.compile(r"\b(load_file|safe_open|from_pretrained|read_text|read_bytes|open)\(")
    found = {p.name for p in (ROOT / "models").glob("*.py") if opens.search(p.read_text())}
    assert found == set()
