"""What commands print where not every character can be."""

import io
import json
import sys
from types import SimpleNamespace

import pytest

from mutualsl.cli import output
from mutualsl.cli.output import progress, write_anything


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_what_stdout_lacks_is_escaped_and_json_stays_json(monkeypatch, encoding):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding, errors="strict"))
    write_anything()
    said = {"video": "\udcff é 🎬.mp4"}
    print(json.dumps(said, ensure_ascii=False), flush=True)
    assert json.loads(raw.getvalue().decode(encoding)) == said


def test_a_log_gets_a_line_now_and_then(monkeypatch, capsys):
    clock = iter([0, 59, 60, 60, 119, 200, 200])
    monkeypatch.setattr(output, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    with progress("reading") as report:
        for count in range(1, 5):
            report(f"{count} of 4", count / 4)
    assert capsys.readouterr().err == "mutualsl: 2 of 4 (50%)\nmutualsl: 4 of 4 (100%)\n"
