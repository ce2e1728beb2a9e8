"""Every error a user can cause, as one tree.

MutualSLError
├── SubtitleError      a subtitle file or track that holds no usable cue
├── VideoError         a file that is not a readable video
├── QuestionError      a question that cannot be asked
├── DataError          a data set folder that is not laid out as it should be
├── FeatureError       a file of feature rows that cannot be used
├── CheckpointError    weights or features that do not belong together
│   └── WeightsMissing    weights that are not here and were not fetched
└── UnknownName        a model, data set, encoder or recipe nobody registered

Messages say what is wrong, where, and what to do about it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from textwrap import shorten
from typing import TypeVar

T = TypeVar("T")

REASON_CHARACTERS = 300
# What CUDA, cuBLAS, cuDNN and PyTorch on a CPU say, without a class of their own.
SHORT_OF_MEMORY = ("out of memory", "_ALLOC_FAILED", "_ALLOCATION_FAILED", "DefaultCPUAllocator")


class MutualSLError(Exception):
    """Parent of everything a caller may want to catch."""


class SubtitleError(MutualSLError):
    """The subtitles cannot be used."""


class VideoError(MutualSLError):
    """The video cannot be used."""


class QuestionError(MutualSLError):
    """The question cannot be asked."""


class DataError(MutualSLError):
    """The data set cannot be read."""


class FeatureError(MutualSLError):
    """The feature rows cannot be used."""


class CheckpointError(MutualSLError):
    """The checkpoint is missing, damaged, or does not fit what it is used with."""


class WeightsMissing(CheckpointError):
    """The weights are not at hand."""


class UnknownName(MutualSLError):
    """A name that no registry holds."""

    def __init__(self, kind: str, name: str, choices: Iterable[str]) -> None:
        super().__init__(f"unknown {kind} {name!r}; choose one of: {', '.join(sorted(choices))}")


def known(kind: str, name: str, registry: Mapping[str, T]) -> T:
    """What a registry holds under a name. Raises `UnknownName`."""
    if name not in registry:
        raise UnknownName(kind, name, registry)
    return registry[name]


def some_of(names: Sequence[str], most: int = 5) -> str:
    """The first of these names in words, and how many more there are."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def in_a_line(error: Exception) -> str:
    """What an error of a library says, which may have many lines, in one that can be read."""
    return shorten(str(error) or repr(error), REASON_CHARACTERS, placeholder=" …")


def memory_is_short(error: Exception) -> bool:
    """Whether memory ran out, of the machine or of its GPU; torch is not imported to know."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return any(words in str(error) for words in SHORT_OF_MEMORY)


@contextmanager
def no_worker_lost() -> Iterator[None]:
    """Raise `MutualSLError` for a pool of processes of which one was ended from outside."""
    from concurrent.futures.process import BrokenProcessPool  # only who has one imports it

    try:
        yield
    except BrokenProcessPool as error:
        raise MutualSLError(
            "a worker process was ended from outside, probably as memory ran short; run the same "
            "command again with fewer --workers, it goes on from what is there"
        ) from error
