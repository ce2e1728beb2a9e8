"""AnswerLocalizer: encode a video once, ask many questions.

Nothing here keeps the state of a visitor: `EncodedVideo` is a frozen value, the model is read-only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import torch

from mutualsl.answer import Answer, ReadOut, agreement, check_how, check_question, choose
from mutualsl.checkpoint import Checkpoint, load_model
from mutualsl.data.batch import Collator
from mutualsl.data.example import Example
from mutualsl.description import UNKNOWN_DATA
from mutualsl.device import AtOnce, choose_device, enough_memory, precision
from mutualsl.encoded import ASK_AT_ONCE, EncodedVideo
from mutualsl.explain import cautions, not_in_english
from mutualsl.features import FeatureCache, VisualEncoder, VisualFeatures, extract, open_encoder
from mutualsl.models.questions import FrozenLanguageModel
from mutualsl.opening import at_hand, check_fit, question_encoder, visual_place
from mutualsl.places import locate
from mutualsl.prediction import HeadPredictions
from mutualsl.reading import Admit, Progress, read_video, with_cues
from mutualsl.sharing import Shareable
from mutualsl.subtitles import Subtitles
from mutualsl.video import VideoInfo


class AnswerLocalizer(Shareable):
    """Answers questions about videos with one checkpoint."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        encoder: VisualEncoder,
        *,
        device: torch.device,
        cache: FeatureCache | None = None,
        questions: FrozenLanguageModel | None = None,
        folder: Path | None = None,
        visual: Path | None = None,
    ) -> None:
        check_fit(checkpoint, encoder, questions)
        self.checkpoint = checkpoint
        self.encoder = encoder
        self.device = device
        self.folder, self.visual = folder, visual
        self.cache = cache or FeatureCache()
        self._at_once = AtOnce(ASK_AT_ONCE, "questions")
        self.collator = Collator(
            tokenizer=checkpoint.tokenizer,
            row_width=encoder.row_width,
            window_tokens=checkpoint.window_tokens,
            question_encoder=questions,
        )

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | Path,
        device: str = "auto",
        visual: str | Path | None = None,
        *,
        force_download: bool = False,
        token: str | bool | None = None,
        cache_dir: str | Path | None = None,
        local_files_only: bool = False,
        revision: str | None = None,
    ) -> AnswerLocalizer:
        """Load a checkpoint from a folder, or from the repository `owner/name` of the Hub.

        `device` is auto, cpu or cuda. `visual` is the file or folder of its visual encoder's
        weights, where they are not at the place that the checkpoint names; where a published file
        of weights cannot be found or fetched, the localizer still takes feature rows from files,
        and subtitles. The other options are about the repository of the Hub; `local_files_only`
        holds for published weights too. Raises `CheckpointError` when it is missing, damaged, or
        does not fit the encoders it names, and `MutualSLError` when the memory of the device is
        too small for it.
        """
        chosen = choose_device(device)
        folder = locate(
            pretrained_model_name_or_path, force_download=force_download, token=token,
            cache_dir=cache_dir, local_files_only=local_files_only, revision=revision,
        )  # fmt: skip
        with enough_memory(chosen, "this model"):
            checkpoint = load_model(folder, chosen)
            source = checkpoint.visual
            place = visual_place(folder, source, visual)
            encoder = open_encoder(
                source.encoder, place, str(chosen), source.fingerprint, local_files_only
            )
            questions = question_encoder(folder, checkpoint.text, chosen)
        return cls(
            checkpoint, encoder, device=chosen, questions=questions, folder=folder, visual=place
        )

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
        features: str | Path | None = None,
    ) -> EncodedVideo:
        """Read a video and its subtitles once; questions then need neither.

        Args:
            video: a video file, or `None` for subtitles alone.
            subtitles: a file, `Subtitles`, "none", or `None` for an embedded text track.
            progress: called with a stage ("video", "features", "text") and a fraction.
            admit: called with what is known of both before the slow part; raises to refuse them.
            track: which embedded text track, 1 for the first; `None` for the first with cues.
            features: a file of feature rows (`.npz`, `.npy`), used instead of the pictures.

        Raises:
            VideoError, SubtitleError, FeatureError: a file cannot be used.
            CheckpointError: the rows are of another encoder, or the encoder's weights are missing.
            MutualSLError: there is nothing to ask about.
        """
        encoded = read_video(
            video, subtitles,
            encoder=self.encoder, extract=self.extract, cache=self.cache,
            tokenizer=self.checkpoint.tokenizer, progress=progress, admit=admit, track=track,
            features=features, looks=self.checkpoint.model.looks,
        )  # fmt: skip
        return self.prepared(encoded)

    def extract(self, info: VideoInfo, progress: Callable[[float], None]) -> VisualFeatures:
        """The rows and thumbnails of a video, in one pass; missing weights are looked for again."""
        self.encoder = at_hand(self.checkpoint, self.encoder)
        return extract(info.path, info, self.encoder, progress)

    def with_subtitles(self, encoded: EncodedVideo, subtitles: Subtitles | None) -> EncodedVideo:
        """The same encoded video with another transcript; the pictures are not touched."""
        return self.prepared(with_cues(encoded, subtitles, self.checkpoint.tokenizer))

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
        return self.answer_any(encoded, questions, top_k, read_out)

    def answer_any(
        self,
        encoded: EncodedVideo,
        questions: Sequence[str],
        top_k: int = 5,
        read_out: ReadOut = "confident",
    ) -> list[Answer]:
        """Like `ask_many`, for questions that must not be refused (empty, endless)."""
        check_how(top_k, read_out)
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
        """Both predictors' answers to any examples: one batch, or smaller ones if memory is short.

        Raises `MutualSLError` when not even one question fits into the memory of the device.
        """

        def answered(part: slice) -> list[HeadPredictions]:
            batch = self.collator(examples[part]).to(self.device)
            with precision(self.device):
                return self.checkpoint.model.predict(batch, top_k)

        with enough_memory(self.device, "this video and one question"), torch.inference_mode():
            return list(chain.from_iterable(self._at_once.over(len(examples), answered)))

    def prepared(self, encoded: EncodedVideo) -> EncodedVideo:
        """The same video, after what can be computed ahead of the first question.

        Raises `MutualSLError` when not even one of its cues fits into the memory of the device.
        """
        with enough_memory(self.device, "this video"), precision(self.device):
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
        limit = self.collator.question_limit(question)
        read = encoded.subtitles if "subtitles" in self.checkpoint.model.reads else None
        return Answer(
            question=question,
            duration_second=encoded.duration_second,
            visual=heads.visual,
            textual=heads.textual,
            span=span,
            score=score,
            source=source,
            agreement=agreement(heads),
            related=heads.related,
            foreign=not_in_english(read, question) if self.collator.tokenizer.is_english else None,
            warnings=(*encoded.warnings, *cautions(encoded, heads, self.checkpoint, limit)),
            video_name=encoded.name,
            model=self.model,
            timings={**encoded.timings, "question": second},
        )


__all__ = ["AnswerLocalizer", "EncodedVideo"]
