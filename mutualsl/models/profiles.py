"""Sizes and switches of MutualSL, and the three models that its switches make.

`clean` is the paper's model made consistent, `literal` its equations as printed, `released` what
the public code of the authors does (`docs/decisions/0027-profiles.md` has every difference).
Letters: F row width, D model width.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin, get_type_hints

from mutualsl.errors import DataError, UnknownName, known
from mutualsl.sizes import check_heads


@dataclass(frozen=True, kw_only=True)
class MutualSLConfig:
    """Sizes and switches of MutualSL."""

    row_width: int  # F
    text_encoder: dict[str, Any] = field(repr=False)  # a transformers config
    width: int = 256  # D
    heads: int = 4
    dropout: float = 0.2
    mutual: bool = True  # Eq. 14-19; off for the ablation of Table 2
    mutual_weight: float = 1.0  # of what the two learn from each other beside what gold says
    # What a lesson says: the teacher's span, its probabilities of every edge, or gold itself, as a
    # teacher that is never wrong would.
    lessons: Literal["hard", "soft", "gold"] = "hard"
    edges: bool = True  # cue vectors know their edges, silences and shared words; off: Eq. 2 alone
    match: bool = True  # ... and how they go with the question
    join_windows: bool = True  # segments of all windows see each other before Eq. 3 and 5
    pairs: bool = True  # whole spans are scored beside their edges; off: Eq. 9 alone
    hidden: bool = True  # Eq. 9 has a hidden layer; off: it is one linear map
    visual_bias: bool = True  # Eq. 5-6; off: the textual predictor reads what Eq. 2 gives
    text_unit: Literal["subtitle", "token"] = "subtitle"  # what the textual predictor scores
    # What rows attend to: all segments of Eq. 2, or the question's tokens, read by themselves.
    vis_text: Literal["segments", "question"] = "segments"
    detach_plm_in_visual: bool = False  # the language model learns nothing from visual losses
    vis_encoder: bool = True  # rows see each other before Eq. 3
    # Eq. 7-8, or VSLNet's predictors, where the end is found from what the start's network saw.
    vis_head: Literal["lstm_parallel", "lstm_chained", "transformer_chained"] = "lstm_parallel"
    highlight_weight: float = 0.0  # of VSLNet's gate on rows and its loss; 0: no gate
    textual_weight: float = 1.0  # of the textual losses beside the visual ones
    pseudo_decode: Literal["constrained", "free"] = "constrained"  # lessons: start <= end, or any
    most_probable: bool = False  # spans are read out by Eq. 1; off: by expected IoU
    # Beside the textual predictor a `SentenceReader` scores spans. Its frozen language model shares
    # this many first layers with the text encoder, which are never trained; `None`: there is none.
    shared_layers: int | None = None
    reader_width: int = 128
    reader_asked: bool = False  # it reads the question's own vector: for videos it will know
    trained_heads: tuple[str, ...] = ("visual", "textual")  # a head not named here shows no span

    def __post_init__(self) -> None:
        for name, kind in get_type_hints(type(self)).items():
            value = getattr(self, name)
            if get_origin(kind) is Literal and value not in get_args(kind):
                raise UnknownName(name, value, get_args(kind))
        check_heads(self.width, self.heads)
        if self.pairs and self.text_unit == "token":
            raise DataError("text_unit=token scores tokens, not spans of cues: set pairs=false")
        if self.lessons == "soft" and self.text_unit == "token":
            raise DataError("text_unit=token learns from spans alone: set lessons=hard")


AS_PUBLISHED: dict[str, Any] = {
    "edges": False, "match": False, "join_windows": False, "pairs": False, "hidden": False,
    "most_probable": True, "shared_layers": None,
}  # fmt: skip
PROFILES: dict[str, dict[str, Any]] = {
    "clean": {},
    "literal": {**AS_PUBLISHED, "vis_encoder": False},
    "released": {
        **AS_PUBLISHED,
        "visual_bias": False,
        "text_unit": "token",
        "vis_text": "question",
        "detach_plm_in_visual": True,
        "vis_head": "transformer_chained",
        "highlight_weight": 1.0,
        "textual_weight": 0.5,
        "pseudo_decode": "free",
    },
}


def profile(name: str) -> dict[str, Any]:
    """The switches of a profile that differ from the defaults. Raises `UnknownName`."""
    return dict(known("profile", name, PROFILES))
