"""A data root of a few rendered videos and transcripts, and recipes that take seconds."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from mutualsl.data.synthetic import write_dataset
from mutualsl.reproduce import work
from mutualsl.reproduce.budget import Budget
from mutualsl.training.config import Part, RunConfig, Stage, TrainConfig
from tests import tiny
from tests.demo import ROOT

SMALL = {"workers": 1, "size": (64, 36), "rate_hz": 6.25, "length_second": 12.0}
VISUAL = ROOT / "checkpoints" / "visual-mini"


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    """Rendered videos and, as if it were TutorialVQA, transcripts alone."""
    root = tmp_path_factory.mktemp("data")
    for split, count in (("train", 2), ("val", 1), ("test", 1)):
        write_dataset(root / "synthetic", count, 0, split, **SMALL)
        write_dataset(root / "tutorialvqa", count, 0, split, **SMALL, text_only=True)
    official = root / "tutorialvqa" / "official"
    official.mkdir()
    for file in (root / "tutorialvqa").glob("*.jsonl"):
        file.rename(official / file.name)
    return root


@pytest.fixture(scope="session")
def language_model(tmp_path_factory):
    return tiny.save_language_model(tmp_path_factory.mktemp("language model"))


@pytest.fixture
def recipes(language_model, monkeypatch):
    """Recipes of two systems; every other cell has none."""

    def recipe(model, dataset, split_set=None, epochs=2, **sizes):
        part = Part(dataset=dataset, split_set=split_set, per_epoch=6, validation=2)
        train = TrainConfig(epochs=epochs, max_questions=2, log_every=1)
        return lambda: RunConfig(
            name=f"{model}-{dataset}", trained_on="a trial", model=model, window_tokens=48,
            stages=(Stage(name="only", parts=(part,), train=train),),
            text_encoder=str(language_model), sizes=sizes,
        )  # fmt: skip

    found = {
        "mor_synthetic": recipe("mor", "synthetic", trees=2, depth=2),
        "mutualsl_synthetic": recipe("mutualsl", "synthetic", epochs=1, width=16),
        "mutualsl_long_synthetic": recipe("mutualsl", "synthetic", width=16),
        "mutualsl_untaught_synthetic": recipe("mutualsl", "synthetic", width=16, mutual=False),
        "vptsl_tutorialvqa": recipe("vptsl", "tutorialvqa", "official", width=16),
        "vslnet_tutorialvqa": recipe("vslnet", "tutorialvqa", "official", width=16),
        "mutualsl_tutorialvqa": recipe("mutualsl", "tutorialvqa", "official", width=16),
    }
    monkeypatch.setattr(work, "RECIPES", found)
    return found


@dataclass
class Maker:
    """Runs `reproduce` and remembers what was trained and answered."""

    root: Path
    out: Path
    trained: list
    answered: list
    measured: Path | None = None

    def __call__(self, table, budget=None, seeds=1, workers=1):
        self.trained.clear()
        self.answered.clear()
        made = work.Reproduction(
            table=table, root=self.root, out=self.out, visual=VISUAL, seeds=seeds, device="cpu",
            workers=workers, measured=self.measured,
        )  # fmt: skip
        return made.make(budget or Budget(None))


@pytest.fixture
def make(root, recipes, tmp_path, monkeypatch):
    """Make a table below `tmp_path/out`."""
    maker = Maker(root, tmp_path / "out", [], [])
    train, answer = work.SeededRun.train, work.SeededRun.answer

    def note_training(self, *arguments):
        maker.trained.append(f"{self.folder.parent.name}, {self.seed}")
        train(self, *arguments)

    def note_answering(self, *arguments):
        maker.answered.append(f"{self.folder.parent.name}, {self.seed}")
        answer(self, *arguments)

    monkeypatch.setattr(work.SeededRun, "train", note_training)
    monkeypatch.setattr(work.SeededRun, "answer", note_answering)
    return maker
