"""`--set key=value`: change one number of a recipe from the command line.

A key is a field of the run (`start`), of the model's config (`width`), of every stage's training
(`epochs`) or of one (`reading.epochs`), or of one stage's part (`reading.synthetic.per_epoch`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from mutualsl.errors import DataError, UnknownName
from mutualsl.models import MODELS, FittedLocalizer
from mutualsl.models.base import FROM_ENCODERS
from mutualsl.training.config import RunConfig, Stage
from mutualsl.training.fit import SETTINGS

C = TypeVar("C")


def override(config: C, settings: Sequence[str]) -> C:
    """The config with every `key=value` applied.

    Raises `UnknownName` for a key that the recipe does not have and `DataError` for a value that
    is not of the field's type.
    """
    for setting in settings:
        key, found, value = setting.partition("=")
        if not found:
            raise DataError(f"--set {setting}: write it as key=value")
        config = _set(config, key.strip(), value.strip())
    return config


def keys(config: object) -> list[str]:
    """Every key that `override` takes."""
    found = _plain_fields(config)
    if isinstance(config, RunConfig):
        found += _sizes(config)
        for stage in config.stages:
            names = _of_training(config, stage)
            found += [*names, *(f"{stage.name}.{name}" for name in names)]
            for part in stage.parts:
                found += [f"{stage.name}.{part.dataset}.{name}" for name in _plain_fields(part)]
    return list(dict.fromkeys(found))


def _of_training(config: RunConfig, stage: Stage) -> list[str]:
    """What can be set of how a stage learns; a model that needs no steps reads little of it."""
    steps = not issubclass(MODELS[config.model][0], FittedLocalizer)
    return [name for name in _plain_fields(stage.train) if steps or name in SETTINGS]


def _set(config: C, key: str, value: str) -> C:
    if key not in keys(config):
        raise UnknownName("setting", key, keys(config))
    if not isinstance(config, RunConfig) or key in _plain_fields(config):
        return _with(config, key, value)
    if key in _sizes(config):
        kind = get_type_hints(MODELS[config.model][1])[key]
        config = replace(config, sizes={**config.sizes, key: _parse(key, value, kind)})
        stages = tuple(_apart(stage, key, value) for stage in config.stages)
        return replace(config, stages=stages)
    *stage_name, name = key.split(".", maxsplit=1)
    stages = tuple(
        _in_stage(stage, name if stage_name else key, value)
        if stage_name in ([], [stage.name])
        else stage
        for stage in config.stages
    )
    return replace(config, stages=stages)


def _in_stage(stage: Stage, key: str, value: str) -> Stage:
    if "." not in key:
        return replace(stage, train=_with(stage.train, key, value))
    dataset, name = key.rsplit(".", maxsplit=1)
    parts = tuple(
        _with(part, name, value) if part.dataset == dataset else part for part in stage.parts
    )
    return replace(stage, parts=parts)


def _apart(stage: Stage, key: str, value: str) -> Stage:
    """The stage with what it sets beside the model's sizes: dropout of what learns there."""
    own = key in _plain_fields(stage.train)
    if not own or (not stage.learner and getattr(stage.train, key) is None):
        return stage
    return replace(stage, train=_with(stage.train, key, value))


def _with(config: C, name: str, value: str) -> C:
    assert is_dataclass(config) and not isinstance(config, type)
    kinds = get_type_hints(type(config))[name]
    changed: C = replace(config, **{name: _parse(name, value, kinds)})
    return changed


def _parse(name: str, value: str, kind: Any) -> Any:
    """`value` as the field's type; JSON words for `true`, `false` and `null`."""
    allowed = get_args(kind) or (kind,)
    if get_origin(kind) is Literal:
        if value not in allowed:
            raise UnknownName(name, value, allowed)
        return value
    if type(None) in allowed and value.lower() in ("none", "null"):
        return None
    if str in allowed:
        return value
    try:
        parsed = json.loads(value.lower())
    except ValueError:
        parsed = value
    if float in allowed and type(parsed) is int:
        parsed = float(parsed)
    if type(parsed) not in allowed:
        wanted = " or ".join(getattr(a, "__name__", str(a)) for a in allowed)
        raise DataError(f"--set {name}={value}: {name} takes {wanted.replace('NoneType', 'none')}")
    return parsed


def _sizes(config: RunConfig) -> list[str]:
    """Fields of the model's config that one word can set."""
    return [name for name in _plain_fields(MODELS[config.model][1]) if name not in FROM_ENCODERS]


def _plain_fields(config: object) -> list[str]:
    """Fields that one word can set, of a config or its class."""
    assert is_dataclass(config)
    hints = get_type_hints(config if isinstance(config, type) else type(config))
    return [f.name for f in fields(config) if _is_plain(hints[f.name])]


def _is_plain(kind: Any) -> bool:
    simple = {int, float, str, bool, type(None)}
    return get_origin(kind) is Literal or set(get_args(kind) or (kind,)) <= simple
