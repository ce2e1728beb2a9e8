"""From a cold start to the page and to the first answer, against the imports that nobody can avoid.

python -m benchmarks.start [--rounds N]

Everything runs in fresh processes, on files that the system has read and Python has compiled
before, with an empty feature cache; the page fills it with what comes with the examples
(assets/features).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from benchmarks.common import CHECKPOINT, Measure, ratio, save
from benchmarks.serving import environment, served
from tools.chromium import chromium
from tools.serving import ROOT

IMPORTS = "import torch, transformers, gradio"
SERVED = "import gradio"  # what the page needs before it can be served
MARGIN_SECOND = 2.5
LIMIT = 1.25  # of the imports
HELP_SECOND = 0.5
EXAMPLE_SECOND = 1.0
LOOK_SECOND = 3.0  # that long a visitor looks at an answer
HEAVY = ("torch", "transformers", "gradio", "av", "cv2", "numpy")
ANSWER_MS = 120_000


def process_second(*arguments: str, cache: str = "") -> float:
    """How long a Python process takes, with a feature cache of its own."""
    started = time.perf_counter()
    command, places = [sys.executable, *arguments], environment(MUTUALSL_CACHE=cache)
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env=places)
    return time.perf_counter() - started


def visit(browser: Browser) -> dict[str, float]:
    """Seconds since the start of `app.py`: address printed, page usable, example answered.

    Then how long two more answers take, each after a look at the one before.
    """
    first, *others = json.loads((ROOT / "assets" / "questions.json").read_text())
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "run", CHECKPOINT) as server,
    ):
        addressed = server.age_second
        page = browser.new_page()
        page.goto(server.url)
        expect(page.locator("#ask")).to_be_enabled(timeout=ANSWER_MS)
        usable = server.age_second
        _try(page, first["questions"][0]["question"])
        answered = server.age_second
        time.sleep(LOOK_SECOND)
        same_video = _try(page, first["questions"][1]["question"])
        time.sleep(LOOK_SECOND)
        other_video = _try(page, others[0]["questions"][0]["question"])
        page.close()
    return {
        "address": addressed,
        "page": usable,
        "first_answer": answered,
        "next_question": same_video,
        "next_example": other_video,
    }


def _try(page: Page, question: str) -> float:
    """Click an example's question and wait for its answer; seconds of that."""
    started = time.perf_counter()
    page.get_by_role("button", name=question, exact=True).first.click()
    expect(page.locator(".answer-question")).to_have_text(question, timeout=ANSWER_MS)
    return time.perf_counter() - started


def _seconds(what: str, second: float) -> Measure:
    return Measure(what=what, value=round(second, 2), unit="s", limit=EXAMPLE_SECOND)


def heavy_imports() -> list[str]:
    """What `import mutualsl` imports and should not."""
    code = f"import mutualsl, sys; print(*[n for n in {HEAVY} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout.split()


def main() -> None:
    """Measure and write results/start.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    first = json.loads((ROOT / "assets" / "questions.json").read_text())[0]
    question = first["questions"][0]["question"]
    times: dict[str, list[float]] = {}

    def note(name: str, second: float) -> None:
        times.setdefault(name, []).append(second)

    with chromium() as browser:
        for _ in range(rounds):
            note("imports", process_second("-c", IMPORTS))
            note("imports_served", process_second("-c", SERVED))
            note("help", process_second("-m", "mutualsl", "ask", "--help"))
            with tempfile.TemporaryDirectory() as folder:
                video = str(ROOT / "assets" / first["video"])
                ask = ["-m", "mutualsl", "ask", video, "--question", question]
                note("ask", process_second(*ask, cache=folder))
            for name, second in visit(browser).items():
                note(name, second)
    median = {name: round(statistics.median(found), 3) for name, found in times.items()}

    def between(first: str, second: str) -> float:
        return round(median[second] - median[first], 3)

    beyond = {name: median[name] - median["imports"] for name in ("page", "first_answer")}
    save(
        "start",
        [
            Measure(
                what="page usable in a cold start, beyond imports of torch, transformers, gradio",
                value=round(beyond["page"], 2),
                unit="s",
                limit=MARGIN_SECOND,
                note=f"below 0: before they are imported; {median['page']:.1f} s in all",
            ),
            Measure(
                what="an example answered in a cold start, beyond those imports",
                value=round(beyond["first_answer"], 2),
                unit="s",
                limit=MARGIN_SECOND,
                note=f"{median['first_answer']:.1f} s in all",
            ),
            ratio(
                "the whole start until that answer",
                median["first_answer"],
                median["imports"],
                LIMIT,
                "those imports",
            ),
            _seconds("a further question about an example", median["next_question"]),
            _seconds("another example", median["next_example"]),
            Measure(
                what="`mutualsl ask --help`", value=median["help"], unit="s", limit=HELP_SECOND
            ),
            Measure(
                what="heavy packages that `import mutualsl` imports",
                value=len(heavy_imports()),
                unit="of " + ", ".join(HEAVY),
                limit=0,
            ),
        ],
        what="fresh processes, empty feature cache; Chromium runs before the page is served",
        reference=f"{IMPORTS}; the page imports only the last of them before it is served",
        seconds=median,
        time_goes_to={
            SERVED: median["imports_served"],
            "own imports, page, serving": between("imports_served", "address"),
            "page in the browser, torch begun": between("address", "page"),
            "rest of torch, weights, first example": between("page", "first_answer"),
        },
    )


if __name__ == "__main__":
    main()
