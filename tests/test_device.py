"""Which device computes, and what happens when its memory runs out."""

import logging

import pytest
import torch

from mutualsl import AnswerLocalizer
from mutualsl.checkpoint import load_model, load_text_encoder
from mutualsl.device import AtOnce, choose_device, enough_memory, precision
from mutualsl.errors import MutualSLError, memory_is_short
from mutualsl.features import encoder_at
from mutualsl.subtitles import Cue, Subtitles
from mutualsl.telling import listening
from tests.contract import without_timings

QUESTIONS = [f"how do i {word} the jar" for word in ("open", "close", "shake", "turn", "jar")]


@pytest.mark.parametrize("there", [False, True])
def test_auto_takes_cuda_where_there_is_one(monkeypatch, there):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert choose_device("auto") == torch.device("cuda" if there else "cpu")
    assert choose_device("cpu") == torch.device("cpu")


def test_a_device_that_is_not_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(MutualSLError, match="no CUDA device here; use --device cpu or auto"):
        choose_device("cuda")
    with pytest.raises(MutualSLError, match="abacus"):
        choose_device("abacus")


@pytest.mark.parametrize("native", [False, True])
def test_bf16_is_used_only_where_the_gpu_multiplies_it(monkeypatch, native):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(
        torch.cuda,
        "is_bf16_supported",
        lambda including_emulation=True: including_emulation or native,
    )
    assert precision(torch.device("cuda"))._enabled is native
    assert not precision(torch.device("cpu"))._enabled


SHORT = (
    torch.OutOfMemoryError("stand-in"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
    RuntimeError("CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"),
    RuntimeError("CUDA error: out of memory"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate"),
)


@torch.no_grad()
@pytest.mark.parametrize("error", SHORT, ids=str)
def test_every_library_that_is_out_of_memory_is_understood(error):
    def work(part):
        if part.stop - part.start > 1:
            raise error
        return part.start

    assert memory_is_short(error)
    assert AtOnce(4, "things").over(3, work) == [0, 1, 2]


@pytest.mark.parametrize("error", [*SHORT, MemoryError()], ids=repr)
@pytest.mark.parametrize(("name", "todo"), [("cuda", "use --device cpu, or end"), ("cpu", "end")])
def test_what_a_device_has_no_memory_for_is_one_sentence(error, name, todo):
    said = f"the memory of {name} is too small for a jar; {todo} what else runs there"
    with pytest.raises(MutualSLError, match=said), enough_memory(torch.device(name), "a jar"):
        raise error


def test_another_error_stays_what_it_is():
    with pytest.raises(RuntimeError, match="assert"), enough_memory(torch.device("cpu"), "a jar"):
        raise RuntimeError("CUDA error: device-side assert triggered")


@torch.no_grad()
def test_other_errors_are_not_tried_again():
    tried = []

    def work(part):
        tried.append(part)
        raise RuntimeError("CUDA error: device-side assert triggered")

    with pytest.raises(RuntimeError, match="assert"):
        AtOnce(4, "things").over(4, work)
    assert len(tried) == 1


@torch.no_grad()
def test_portions_are_halved_until_they_fit_and_stay_so(caplog):
    tried = []

    def work(part):
        tried.append(part.stop - part.start)
        if tried[-1] > 2:
            raise torch.OutOfMemoryError("stand-in")
        return list(range(100))[part]

    at_once = AtOnce(8, "things")
    assert sum(at_once.over(9, work), []) == list(range(9))
    assert tried == [8, 4, 2, 2, 2, 2, 1]
    assert at_once.most == 2 and "2 things at once" in caplog.text
    at_once.over(3, work)
    assert tried[7:] == [2, 1]


@torch.no_grad()
def test_portions_tell_how_much_is_done():
    told = []
    with listening(told.append):
        AtOnce(4, "things").over(10, lambda part: part)
        AtOnce(4, "things").over(4, lambda part: part)
    AtOnce(4, "things").over(10, lambda part: part)
    assert told == [0.4, 0.8]


@torch.no_grad()
def test_one_item_that_does_not_fit_ends_it():
    def work(part):
        raise torch.OutOfMemoryError("stand-in")

    with pytest.raises(torch.OutOfMemoryError):
        AtOnce(4, "things").over(5, work)


def test_training_is_not_tried_in_halves():
    """Their activations would be kept together all the same."""
    tried = []

    def work(part):
        tried.append(part)
        raise torch.OutOfMemoryError("stand-in")

    with pytest.raises(torch.OutOfMemoryError):
        AtOnce(4, "things").over(4, work)
    assert len(tried) == 1


@pytest.fixture
def localizer(tiny_models):
    return AnswerLocalizer.from_pretrained(tiny_models, "cpu")


def test_a_question_about_a_long_transcript_tells_how_much_is_read(localizer):
    line = "take the lid off the jar and shake it " * 4
    cues = tuple(Cue(float(n), n + 1.0, line) for n in range(600))
    told = []
    with listening(told.append):
        encoded = localizer.encode_video(None, Subtitles(cues=cues))
        del told[:]
        localizer.ask(encoded, QUESTIONS[0])
    assert len(told) > 1 and told == sorted(told) and told[0] > 0 and told[-1] < 1


def limited(function, most, size):
    """The function on a device where more than `most` at once do not fit."""

    def run(first, *rest):
        if size(first) > most:
            raise torch.OutOfMemoryError("stand-in")
        return function(first, *rest)

    return run


@pytest.mark.parametrize("part", ["questions", "windows of text", "sentences"])
def test_answers_are_the_same_in_smaller_batches(localizer, demos, monkeypatch, caplog, part):
    model = localizer.checkpoint.model
    monkeypatch.setattr(model, "language_share", torch.full((2,), 0.5))  # the reader has a say
    video = localizer.encode_video(None, demos["kitchen"].subtitles)
    expected = localizer.ask_many(video, QUESTIONS)
    owner, name, size = {
        "questions": (model, "forward", len),
        "windows of text": (model.text_encoder, "_encode", len),
        "sentences": (model.sentence_reader.encoder, "_encode", len),
    }[part]
    monkeypatch.setattr(owner, name, limited(getattr(owner, name), 1, size))
    model.sentence_reader.encoder._remembered.clear()
    with caplog.at_level(logging.WARNING):
        answers = localizer.ask_many(video, QUESTIONS)
    assert f"1 {part} at once" in caplog.text
    for answer, before in zip(answers, expected, strict=True):
        assert answer.span == before.span
        assert answer.score == pytest.approx(before.score, abs=1e-5)


def test_questions_about_one_video_are_one_batch(localizer, demos, monkeypatch):
    video = localizer.encode_video(None, demos["kitchen"].subtitles)
    sizes = []
    model = localizer.checkpoint.model
    forward = model.forward
    monkeypatch.setattr(model, "forward", lambda batch: sizes.append(len(batch)) or forward(batch))
    many = [without_timings(a.to_dict()) for a in localizer.ask_many(video, [*QUESTIONS] * 2)]
    assert sizes == [8, 2] and many[:5] == many[5:]


def test_what_never_fits_is_said(localizer, demos, monkeypatch):
    video = localizer.encode_video(None, demos["kitchen"].subtitles)
    text_encoder = localizer.checkpoint.model.text_encoder
    monkeypatch.setattr(text_encoder, "_encode", limited(None, 0, len))
    with pytest.raises(MutualSLError, match="too small for this video and one question; end"):
        localizer.ask(video, QUESTIONS[0])


def test_cues_that_never_fit_are_said_before_any_question(localizer, demos, monkeypatch):
    model = localizer.checkpoint.model
    monkeypatch.setattr(model, "language_share", torch.full((2,), 0.5))  # the reader has a say
    monkeypatch.setattr(model.sentence_reader.encoder, "_encode", limited(None, 0, len))
    model.sentence_reader.encoder._remembered.clear()
    with pytest.raises(MutualSLError, match="too small for this video; end"):
        localizer.encode_video(None, demos["kitchen"].subtitles)


@pytest.mark.parametrize("error", SHORT, ids=str)
def test_a_folder_is_not_to_blame_for_a_device_that_is_full(tiny_models, monkeypatch, error):
    def full(*given, **more):
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.nn.Module, "to", full)
        with pytest.raises(MutualSLError, match="of cpu is too small for this model; end"):
            AnswerLocalizer.from_pretrained(tiny_models, "cpu")
    monkeypatch.setattr(torch.nn.Module, "load_state_dict", full)
    visual = tiny_models.with_name("visual-a")
    for load, folder in (
        (load_model, tiny_models), (load_text_encoder, tiny_models), (encoder_at, visual)
    ):  # fmt: skip
        with pytest.raises(type(error)) as raised:
            load(folder)
        assert raised.value is error
