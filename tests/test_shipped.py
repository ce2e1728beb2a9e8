"""The committed model that others are compared with: `checkpoints/vslnet-mini`."""

import pytest

from mutualsl import AnswerLocalizer
from mutualsl.checkpoint import load_model
from mutualsl.models.questions import fingerprint
from mutualsl.spans import iou
from tests.demo import ROOT

FOLDER = ROOT / "checkpoints" / "vslnet-mini"
LIMIT_BYTE = 2_000_000  # which a tokenizer of its own would exceed


@pytest.fixture(scope="module")
def vslnet(own_cache):
    return AnswerLocalizer.from_pretrained(FOLDER, device="cpu")


@pytest.fixture(scope="module")
def workshop(vslnet, demos):
    """A demo video with a subtitle file; two of three questions are about what is only shown."""
    return vslnet.encode_video(demos["workshop"].video, demos["workshop"].subtitles)


def test_it_is_small():
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= LIMIT_BYTE


def test_it_reads_questions_by_the_language_model_of_the_localizer(vslnet):
    localizer = load_model(FOLDER.with_name("mutualsl-mini"))
    read_by = fingerprint(localizer.model.text_encoder.language_model)
    assert vslnet.checkpoint.text.fingerprint == read_by
    assert (FOLDER / vslnet.checkpoint.text.folder).resolve() == FOLDER.with_name("mutualsl-mini")


def test_it_answers_by_the_pictures_alone(vslnet, workshop, demos):
    answer = vslnet.ask(workshop, demos["workshop"].questions[0])
    assert answer.textual is None and answer.agreement is None and answer.source == "visual"
    assert answer.span == answer.visual.span and answer.visual.in_domain
    assert 0 <= answer.span.start_second < answer.span.end_second <= workshop.duration_second
    said = [warning for warning in answer.warnings if "does not read them" in warning]
    assert workshop.subtitles is not None and len(said) == 1


@pytest.mark.weights
def test_it_finds_what_is_shown(vslnet, workshop, demos):
    """It overlaps by 0.88 to 0.97 today."""
    demo = demos["workshop"]
    answers = vslnet.ask_many(workshop, demo.questions)
    assert min(iou(a.span, g) for a, g in zip(answers, demo.gold, strict=True)) >= 0.7
