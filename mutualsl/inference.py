"""AnswerLocalizer: encode a video once, ask many questions.

Nothing here keeps the state of a visitor: `EncodedVideo` is a frozen value, the model is read-only.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import torch

from mutualsl.answer import Answer, ReadOut, agreement, check_question, choose
from mutualsl.checkpoint import UNKNOWN_DATA, Checkpoint, load_model, load_text_encoder
from mutualsl.data.batch import Collator
from mutualsl.data.example import Example
from mutualsl.encoded import EncodedVideo
from mutualsl.errors import CheckpointError, MutualSLError, QuestionError
from mutualsl.features import VISUAL_ENCODERS, FeatureCache, VisualEncoder
from mutualsl.models.base import HeadPredictions
from mutualsl.models.questions import FrozenLanguageModel
from mutualsl.reading import Admit, Progress, read_video, with_cues
from mutualsl.subtitles import Subtitles

ASK_AT_ONCE = 8
NEEDED = {"video": "a video", "subtitles": "subtitles"}


class AnswerLocalizer:
    """Answers questions about videos with one checkpoint."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        encoder: VisualEncoder,
        *,
        device: torch.device,
        cache: FeatureCache | None = None,
        questions: FrozenLanguageModel | None = None,
    ) -> None:
        if encoder.fingerprint != checkpoint.visual.fingerprint:
            raise CheckpointError(
                f"the model was trained on rows of {checkpoint.visual.fingerprint}, the visual "
                f"encoder makes {encoder.fingerprint}; use the encoder the checkpoint names"
            )
        if checkpoint.text is not None and (
            questions is None or questions.fingerprint != checkpoint.text.fingerprint
        ):
            found = "none" if questions is None else questions.fingerprint
            raise CheckpointError(
                f"the model was trained on questions as {checkpoint.text.fingerprint} reads them, "
                f"the language model given is {found}; use the one the checkpoint names"
            )
        self.checkpoint = checkpoint
        self.encoder = encoder
        self.device = device
        self.cache = cache or FeatureCache()
        self.collator = Collator(
            tokenizer=checkpoint.tokenizer,
            row_width=encoder.row_width,
            window_tokens=checkpoint.window_tokens,
            question_encoder=questions,
        )

    @classmethod
    def from_pretrained(cls, path: str | Path, device: str = "auto") -> AnswerLocalizer:
        """Load a checkpoint folder. `device` is auto, cpu or cuda.

        Raises `CheckpointError` when it is missing, damaged, or does not fit the encoders it names.
        """
        chosen = _device(device)
        checkpoint = load_model(path, chosen)
        source = checkpoint.visual
        folder = (Path(path) / source.folder).resolve()
        encoder = VISUAL_ENCODERS[source.encoder](folder, str(chosen))
        questions = None
        if checkpoint.text is not None:
            language = load_text_encoder((Path(path) / checkpoint.text.folder).resolve())
            questions = FrozenLanguageModel(language.language_model.to(chosen))
        return cls(checkpoint, encoder, device=chosen, questions=questions)

    @property
    def model(self) -> dict[str, Any]:
        """What a person should know of the weights: name, size, what they were trained on."""
        return {
            "name": self.checkpoint.about.get("name", self.checkpoint.name),
            "architecture": self.checkpoint.name,
            "visual_encoder": self.encoder.fingerprint,
            "parameters": self.checkpoint.parameter_count,
            "trained_on": self.checkpoint.about.get("trained_on", UNKNOWN_DATA),
        }

    def encode_video(
        self,
        video: str | Path | None,
        subtitles: str | Path | Subtitles | None = None,
        progress: Progress | None = None,
        admit: Admit | None = None,
        track: int | None = None,
    ) -> EncodedVideo:
        """Read a video and its subtitles once; questions then need neither.

        Args:
            video: a video file, or `None` for subtitles alone.
            subtitles: a file, `Subtitles`, "none", or `None` for an embedded text track.
            progress: called with a stage ("video", "features", "text") and a fraction.
            admit: called with what is known of both before the slow part; raises to refuse them.
            track: which embedded text track, 1 for the first; `None` for the first if there is one.

        Raises:
            VideoError, SubtitleError: a file cannot be used.
            MutualSLError: there is neither a video nor subtitles.
        """
        encoded = read_video(
            video,
            subtitles,
            encoder=self.encoder,
            cache=self.cache,
            tokenizer=self.checkpoint.tokenizer,
            progress=progress,
            admit=admit,
            track=track,
        )
        return self._prepared(encoded)

    def with_subtitles(self, encoded: EncodedVideo, subtitles: Subtitles | None) -> EncodedVideo:
        """The same encoded video with another transcript; the pictures are not touched."""
        return self._prepared(with_cues(encoded, subtitles, self.checkpoint.tokenizer))

    def ask(
        self,
        encoded: EncodedVideo,
        question: str,
        top_k: int = 5,
        read_out: ReadOut = "confident",
    ) -> Answer:
        """Where the answer to one question is. Raises `QuestionError` for an unusable question."""
        return self.ask_many(encoded, [question], top_k, read_out)[0]

    def ask_many(
        self,
        encoded: EncodedVideo,
        questions: Sequence[str],
        top_k: int = 5,
        read_out: ReadOut = "confident",
    ) -> list[Answer]:
        """Answers to several questions, batched; the same as asking one by one."""
        for question in questions:
            check_question(question)
        if top_k < 1:
            raise QuestionError(f"top_k is {top_k}; ask for at least one candidate")
        return self.answer_any(encoded, questions, top_k, read_out)

    def answer_any(
        self,
        encoded: EncodedVideo,
        questions: Sequence[str],
        top_k: int = 5,
        read_out: ReadOut = "confident",
    ) -> list[Answer]:
        """Like `ask_many`, for questions that evaluation must not refuse (empty, endless)."""
        answers: list[Answer] = []
        for begin in range(0, len(questions), ASK_AT_ONCE):
            started = time.perf_counter()
            group = questions[begin : begin + ASK_AT_ONCE]
            heads = self.predict([Example(video=encoded.input, question=q) for q in group], top_k)
            second = (time.perf_counter() - started) / len(group)
            answers += [
                self._answer(encoded, question, head, read_out, second)
                for question, head in zip(group, heads, strict=True)
            ]
        return answers

    def predict(self, examples: Sequence[Example], top_k: int = 5) -> list[HeadPredictions]:
        """Both predictors' answers to any examples, as one batch."""
        batch = self.collator(examples).to(self.device)
        with self.precision():
            return self.checkpoint.model.predict(batch, top_k)

    def precision(self) -> AbstractContextManager[Any]:
        """bf16 on CUDA, plain fp32 elsewhere."""
        on_gpu = self.device.type == "cuda"
        return torch.autocast(self.device.type, torch.bfloat16, enabled=on_gpu)

    def _prepared(self, encoded: EncodedVideo) -> EncodedVideo:
        with self.precision():
            self.checkpoint.model.prepare(self.collator.sentences(encoded.input))
        return encoded

    def _answer(
        self,
        encoded: EncodedVideo,
        question: str,
        heads: HeadPredictions,
        read_out: ReadOut,
        second: float,
    ) -> Answer:
        span, score, source = choose(heads, encoded.duration_second, read_out)
        return Answer(
            question=question,
            duration_second=encoded.duration_second,
            visual=heads.visual,
            textual=heads.textual,
            span=span,
            score=score,
            source=source,
            agreement=agreement(heads),
            warnings=(*encoded.warnings, *self._warnings(encoded, question, heads)),
            video_name=encoded.name,
            model=self.model,
            timings={**encoded.timings, "question": second},
        )

    def _warnings(
        self, encoded: EncodedVideo, question: str, heads: HeadPredictions
    ) -> tuple[str, ...]:
        warnings = []
        if heads.visual is not None and not heads.visual.in_domain:
            warnings.append(
                "the pictures are outside what the visual predictor has learned; "
                "its span is a guess and is not used"
            )
        if heads.visual is not None and encoded.subtitles is None:
            warnings.append("no subtitles: only the pictures were searched")
        model = self.checkpoint.model
        there = {"video": encoded.input.rows is not None, "subtitles": bool(encoded.input.cues)}
        if there["subtitles"] and "subtitles" not in model.reads:
            warnings.append("the subtitles were not used: this model does not read them")
        if there["video"] and "video" not in model.reads:
            warnings.append("the pictures were not used: this model does not look at them")
        for name in model.needs:
            if not there[name]:
                warnings.append(f"this model cannot answer without {NEEDED[name]}")
        if self.collator.question_is_cut(question):
            limit = self.collator.max_question_tokens
            warnings.append(f"the question is long; its first {limit} tokens were used")
        return tuple(warnings)


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name not in {"cpu", "cuda"}:
        raise MutualSLError(f"unknown device {name!r}; use auto, cpu or cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise MutualSLError("no CUDA device here; use --device cpu or auto")
    return torch.device(name)


__all__ = ["AnswerLocalizer", "EncodedVideo"]
