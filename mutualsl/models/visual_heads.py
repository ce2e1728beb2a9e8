"""The visual predictors that MutualSL can be given."""

from __future__ import annotations

from mutualsl.models.boxes import VisualPredictor
from mutualsl.models.profiles import MutualSLConfig
from mutualsl.models.vslbase import ConditionedPredictor, VSLBaseConfig

PLACES = 1024  # rows with a learned position of their own, in the head that has such


def visual_head(config: MutualSLConfig) -> VisualPredictor | ConditionedPredictor:
    """Eq. 7-8, or VSLNet's, which finds the end from what it saw for the start."""
    if config.vis_head == "lstm_parallel":
        return VisualPredictor(config.width)
    sizes = VSLBaseConfig(
        row_width=config.row_width,
        text_width=config.width,
        width=config.width,
        heads=config.heads,
        dropout=config.dropout,
        max_rows=PLACES,
        recurrent=config.vis_head == "lstm_chained",
    )
    return ConditionedPredictor(sizes)
