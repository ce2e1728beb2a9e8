"""AnswerLocalizer: encode a video once, ask many questions.

Nothing here keeps the state of a visitor: `EncodedVideo` is a frozen value, the model is read-only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from mutualsl.answer import Answer, ReadOut, agreement, check_question, choose
from mutualsl.checkpoint import Checkpoint, load_model
from mutualsl.data.batch import Collator
from mutualsl.data.example import Example, VideoInput
from mutualsl.encoded import EncodedVideo
from mutualsl.errors import CheckpointError, MutualSLError, QuestionError
from mutualsl.features import VISUAL_ENCODERS, FeatureCache, VisualEncoder, extract
from mutualsl.models.base import HeadPredictions
from mutualsl.subtitles import Subtitles, from_track, read_subtitles
from mutualsl.video import VideoInfo, content_hash, probe, read_text_track

Progress = Callable[[str, float], None]  # stage, fraction
ASK_AT_ONCE = 8


class AnswerLocalizer:
    """Answers questions about videos with one checkpoint."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        encoder: VisualEncoder,
        *,
        device: torch.device,
        cache: FeatureCache | None = None,
    ) -> None:
        if encoder.fingerprint != checkpoint.visual.fingerprint:
            raise CheckpointError(
                f"the model was trained on rows of {checkpoint.visual.fingerprint}, the visual "
                f"encoder makes {encoder.fingerprint}; use the encoder the checkpoint names"
            )
        self.checkpoint = checkpoint
        self.encoder = encoder
        self.device = device
        self.cache = cache or FeatureCache()
        self.collator = Collator(
            tokenizer=checkpoint.tokenizer,
            row_width=encoder.row_width,
            window_tokens=checkpoint.window_tokens,
        )

    @classmethod
    def from_pretrained(cls, path: str | Path, device: str = "auto") -> AnswerLocalizer:
        """Load a checkpoint folder. `device` is auto, cpu or cuda.

        Raises `CheckpointError` when it is missing, damaged, or does not fit its visual encoder.
        """
        chosen = _device(device)
        checkpoint = load_model(path, chosen)
        source = checkpoint.visual
        folder = (Path(path) / source.folder).resolve()
        encoder = VISUAL_ENCODERS[source.encoder](folder, str(chosen))
        return cls(checkpoint, encoder, device=chosen)

    @property
    def model(self) -> dict[str, Any]:
        """What a person should know of the weights: name, size, what they were trained on."""
        return {
            "name": self.checkpoint.about.get("name", self.checkpoint.name),
            "architecture": self.checkpoint.name,
            "visual_encoder": self.encoder.fingerprint,
            "parameters": self.checkpoint.parameter_count,
            "trained_on": self.checkpoint.about.get("trained_on", "unknown data"),
        }

    def encode_video(
        self,
        video: str | Path | None,
        subtitles: str | Path | Subtitles | None = None,
        progress: Progress | None = None,
    ) -> EncodedVideo:
        """Read a video and its subtitles once; questions then need neither.

        Args:
            video: a video file, or `None` for subtitles alone.
            subtitles: a file, `Subtitles`, "none", or `None` for the first embedded text track.
            progress: called with a stage ("video", "features", "text") and a fraction.

        Raises:
            VideoError, SubtitleError: a file cannot be used.
            MutualSLError: there is neither a video nor subtitles.
        """
        report = progress or (lambda stage, fraction: None)
        started = time.perf_counter()
        report("video", 0.0)
        info = probe(video) if video is not None else None
        track = self._subtitles(info, subtitles)
        if info is None and track is None:
            raise MutualSLError("nothing to ask about: give a video, a subtitle file, or both")
        probed = time.perf_counter()
        encoded = EncodedVideo(
            name=Path(video).name if video is not None else "-",
            path=Path(video) if video is not None else None,
            input=VideoInput(video_id="", duration_second=_duration(info, track)),
            subtitles=track,
            info=info,
            timings={"video": probed - started, "features": 0.0},
        )
        if info is not None:
            encoded = self._with_rows(encoded, info, report)
        return self._with_cues(encoded, track, report)

    def with_subtitles(self, encoded: EncodedVideo, subtitles: Subtitles | None) -> EncodedVideo:
        """The same encoded video with another transcript; the pictures are not touched."""
        return self._with_cues(encoded, subtitles, lambda stage, fraction: None)

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

    def _subtitles(
        self, info: VideoInfo | None, wanted: str | Path | Subtitles | None
    ) -> Subtitles | None:
        duration = info.duration_second if info is not None else None
        if isinstance(wanted, Subtitles):
            return wanted
        if wanted == "none":
            return None
        if wanted is not None:
            return read_subtitles(wanted, duration)
        if info is None or not info.text_tracks:
            return None
        track = info.text_tracks[0]
        events = read_text_track(info.path, track.index)
        return from_track(
            events, codec=track.codec, language=track.language, video_duration_second=duration
        )

    def _with_rows(self, encoded: EncodedVideo, info: VideoInfo, report: Progress) -> EncodedVideo:
        started = time.perf_counter()
        path = info.path
        features = self.cache.get_or_make(
            content_hash(path),
            self.encoder.fingerprint,
            lambda: extract(path, info, self.encoder, lambda f: report("features", f)),
        )
        report("features", 1.0)
        return replace(
            encoded,
            input=replace(encoded.input, rows=features.rows),
            thumbnails=features.thumbnails,
            warnings=features.warnings,
            timings={**encoded.timings, "features": time.perf_counter() - started},
        )

    def _with_cues(
        self, encoded: EncodedVideo, track: Subtitles | None, report: Progress
    ) -> EncodedVideo:
        report("text", 0.0)
        cues = () if track is None else track.cues
        tokens = self.collator.tokenizer.encode_all([cue.text for cue in cues]) if cues else ()
        report("text", 1.0)
        return replace(
            encoded,
            subtitles=track,
            input=replace(encoded.input, cues=cues, cue_tokens=tokens),
        )

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
        if encoded.input.rows is not None and encoded.subtitles is None:
            warnings.append("no subtitles: only the pictures were searched")
        if self.collator.question_is_cut(question):
            limit = self.collator.max_question_tokens
            warnings.append(f"the question is long; its first {limit} tokens were used")
        return tuple(warnings)


def _duration(info: VideoInfo | None, track: Subtitles | None) -> float:
    if info is not None:
        return info.duration_second
    assert track is not None
    return track.end_second


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name not in {"cpu", "cuda"}:
        raise MutualSLError(f"unknown device {name!r}; use auto, cpu or cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise MutualSLError("no CUDA device here; use --device cpu or auto")
    return torch.device(name)


__all__ = ["AnswerLocalizer", "EncodedVideo"]
