"""The split sets of the published data: `official`, as released, and `disjoint`.

In a disjoint one no video is in two splits; its lists of video ids ship with the project.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from mutualsl.data.dataset import SPLITS
from mutualsl.data.example import Example
from mutualsl.errors import UnknownName

OFFICIAL, DISJOINT = "official", "disjoint"
LISTS = Path(__file__).with_name("disjoint_splits.json")


def take(
    dataset: str, split: str, split_set: str | None, official: Callable[[str], list[Example]]
) -> list[Example]:
    """The examples of one split; `official` reads one as it was released.

    Raises `UnknownName` for a split or a split set that the data set does not have.
    """
    if split not in SPLITS:
        raise UnknownName("split", split, SPLITS)
    lists = disjoint_ids().get(dataset)
    if split_set in (None, OFFICIAL):
        return official(split)
    if split_set != DISJOINT or lists is None:
        choices = [OFFICIAL, DISJOINT] if lists else [OFFICIAL]
        raise UnknownName(f"split set of {dataset}", str(split_set), choices)
    wanted = set(lists[split])
    return [
        example for part in SPLITS for example in official(part) if example.video.video_id in wanted
    ]


def unlisted(dataset: str, video_ids: Iterable[str]) -> list[str]:
    """Video ids that no split of the disjoint set of a data set holds."""
    lists = disjoint_ids()[dataset]
    return sorted(set(video_ids) - {name for names in lists.values() for name in names})


@cache
def disjoint_ids() -> dict[str, dict[str, list[str]]]:
    """Video ids by data set and split."""
    lists: dict[str, dict[str, list[str]]] = json.loads(LISTS.read_text(encoding="utf-8"))
    return lists
