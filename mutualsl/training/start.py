"""What a run begins with: nothing, weights of a stage, or a whole checkpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from mutualsl.checkpoint import stored
from mutualsl.description import UNKNOWN_DATA
from mutualsl.errors import DataError, in_a_line
from mutualsl.features.published import understood
from mutualsl.models import MODELS, Localizer, NeuralLocalizer
from mutualsl.models.base import FROM_ENCODERS
from mutualsl.models.mutualsl import READS
from mutualsl.training.config import WINDOW_TOKENS, RunConfig

SHARE = "language_share"  # which a model without a second scorer lacks
STATISTICS = "statistics."  # of rows, see `RowStatistics`
HEADS = "trained_heads"  # in the config of a model that can do without a modality


@dataclass(frozen=True, kw_only=True)
class Start:
    """The settings of a run, with what it takes over from the checkpoint it begins with."""

    config: RunConfig
    about: Mapping[str, Any] = field(default_factory=dict)  # how that checkpoint came to be
    learned_from: frozenset[str] = frozenset()  # modalities that it knows
    rows: str | None = None  # fingerprint of the encoder of its rows, if it has learned from any
    questions: str | None = None  # of what reads its questions, if it does not do so itself

    @classmethod
    def of(cls, config: RunConfig) -> Start:
        """Take sizes and windows from a checkpoint; what the recipe sets counts more."""
        if config.anew and not (config.start and any(stage.learner for stage in config.stages)):
            raise DataError(
                "anew=true: there is nothing to forget; it is for a run that begins with a "
                "checkpoint (--set start=FOLDER) and teaches a part of it by itself"
            )
        if config.start is None:
            return cls(config=config)
        if not Path(config.start).is_dir():  # weights alone do not say whether they saw subtitles
            seen = ("video",) if _has_seen_rows(_weights(Path(config.start))) else ()
            return cls(config=config, learned_from=frozenset({"subtitles", *seen}))
        record = stored(config.start)
        if record["model"] != config.model:
            raise DataError(
                f"{config.start}: holds {record['model']}, the recipe trains {config.model}; name "
                "a checkpoint of that model"
            )
        given = (*FROM_ENCODERS, HEADS)  # what it has learned is decided at the end
        kept = {key: v for key, v in record["config"].items() if key not in given}
        heads = record["config"].get(HEADS, ())
        before = record["about"].get("trained_on", UNKNOWN_DATA)
        usual = config.window_tokens == WINDOW_TOKENS
        taken = replace(
            config,
            sizes={**kept, **config.sizes},
            window_tokens=record["window_tokens"] if usual else config.window_tokens,
            trained_on=f"{before}; then {config.trained_on}",
        )
        learned_from = frozenset(READS[head] for head in heads)
        reads = learned_from if heads else MODELS[record["model"]][0].reads
        return cls(
            config=taken, about=record["about"], learned_from=learned_from,
            rows=record["visual"]["fingerprint"] if "video" in reads else None,
            questions=(record.get("text") or {}).get("fingerprint"),
        )  # fmt: skip

    def check_rows(self, fingerprint: str) -> None:
        """Raise `DataError` for rows of another encoder than the checkpoint has learned from."""
        if self.rows is not None and not understood(fingerprint, self.rows):
            raise DataError(
                f"{self.config.start}: has learned from rows of {self.rows}, and these are of "
                f"{fingerprint}; give its own encoder with --visual"
            )

    def check_questions(self, fingerprint: str) -> None:
        """Raise `DataError` for another frozen language model than the checkpoint's."""
        if self.questions is not None and self.questions != fingerprint:
            raise DataError(
                f"{self.config.start}: its questions are read by {self.questions}, and here by "
                f"{fingerprint}; name its language model with --set text_encoder=FOLDER"
            )

    def load_into(self, model: Localizer) -> None:
        """Give the model the weights; a part that learns by itself may be missing among them.

        Or begins `anew`: then only what never learns is taken over.

        Raises `DataError` where there are none, or of other sizes.
        """
        if self.config.start is None:
            return
        path = Path(self.config.start)
        weights = _weights(path / "model.safetensors" if path.is_dir() else path)
        apart = tuple(f"{stage.learner}." for stage in self.config.stages if stage.learner)
        if self.config.anew:
            kept = frozenset(self._never_learned(model))
            weights = {n: v for n, v in weights.items() if n in kept or not n.startswith(apart)}
        new = {
            name: value
            for name, value in model.weights().items()
            if name not in weights and (name.startswith(apart) or name == SHARE)
        }
        if not _has_seen_rows(weights):  # those of this run, then
            new |= {name: value for name, value in model.weights().items() if STATISTICS in name}
        try:
            model.load_weights({**weights, **new})
        except RuntimeError as error:
            raise DataError(
                f"{path}: weights of another model ({in_a_line(error)}); name those of one with "
                "the sizes of this recipe, or a checkpoint's folder, whose sizes are taken; if its "
                "language model is not the usual one, also --set text_encoder=FOLDER"
            ) from error

    def _never_learned(self, model: Localizer) -> Iterator[str]:
        """Names of the weights, in parts that learn by themselves, that never do."""
        for learner in {stage.learner for stage in self.config.stages if stage.learner}:
            part = cast(NeuralLocalizer, model.get_submodule(learner))
            yield from (f"{learner}.{n}" for n in part.weights() if part.never_trained(n))

    @property
    def stages(self) -> list[Any]:
        """The stages that the checkpoint has gone through."""
        return list(self.about.get("stages", []))

    def seeds(self, seeds: Iterable[int]) -> list[int]:
        """The seeds of all stages, those of the checkpoint first, each once."""
        before: Sequence[int] = self.about.get("seeds", ())
        return list(dict.fromkeys([*before, *seeds]))

    def also(self, videos: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Training videos by data set, those of the checkpoint among them."""
        before: Mapping[str, Sequence[str]] = self.about.get("training_videos", {})
        return {
            name: sorted({*before.get(name, ()), *videos.get(name, ())})
            for name in (*before, *(name for name in videos if name not in before))
        }


def _has_seen_rows(weights: Mapping[str, torch.Tensor]) -> bool:
    """Whether weights know what rows look like; before that all means are 0."""
    means = (value for name, value in weights.items() if name.endswith(f"{STATISTICS}mean"))
    return any(bool(mean.any()) for mean in means)


def _weights(path: Path) -> dict[str, torch.Tensor]:
    try:
        weights: dict[str, torch.Tensor] = load_file(path)
        return weights
    except (OSError, SafetensorError) as error:
        raise DataError(
            f"{path}: no weights to begin with ({error}); name the best.safetensors of a stage, or "
            "the folder of a checkpoint"
        ) from error
