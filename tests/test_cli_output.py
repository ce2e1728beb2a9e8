"""What commands print where not every character can be."""

import io
import json
import sys

import pytest

from mutualsl.cli.output import write_anything


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_what_stdout_lacks_is_escaped_and_json_stays_json(monkeypatch, encoding):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding, errors="strict"))
    write_anything()
    said = {"video": "\udcff é 🎬.mp4"}
    print(json.dumps(said, ensure_ascii=False), flush=True)
    assert json.loads(raw.getvalue().decode(encoding)) == said
