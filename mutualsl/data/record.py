"""Records of JSON and CSV files that know where they stand, so that an error can name the place."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mutualsl.errors import DataError

T = TypeVar("T")

SHORTEST_SECOND = 0.001  # of a video: answers are written in milliseconds
LONGEST_SECOND = 24 * 3600.0  # of a video, and so of all times in it
TOLERANCE_SECOND = 0.05  # published times are rounded, each file in its own way
PUBLISHED = "is this the published file?"
NAME_BYTES = 240  # file systems allow 255, and files are named after a video with an ending
WHERE_TO_GET = "docs/datasets.md says where to get it and how to lay it out"


@dataclass(frozen=True, slots=True)
class Record:
    """The named values of one record, and its place: a file with a line or record number."""

    values: Mapping[str, Any]
    where: str
    hint: str = PUBLISHED  # where a value is missing

    def text(self, name: str) -> str:
        """A text (or a whole number, as text) with single spaces and none around it."""
        return " ".join(self.raw_text(name).split())

    def raw_text(self, name: str) -> str:
        """A text (or a whole number, as text) as it stands."""
        value = self._value(name)
        if isinstance(value, bool) or not isinstance(value, str | int) or not is_text(str(value)):
            raise self.error(f"{name} is {value!r}, not a text")
        return str(value)

    def optional_text(self, name: str) -> str | None:
        """The same where there is one."""
        return None if self.values.get(name) is None else self.raw_text(name)

    def file_name(self, name: str) -> str:
        """A text that may name a file, in any folder but no other one."""
        value = self.raw_text(name).strip()
        self._check(name, check_file_name, value)
        return value

    def second(self, name: str) -> float:
        """A time in seconds, given as a number or as its text."""
        second = self._number(name)
        self._check(name, check_time, second)
        return second

    def duration(self, name: str) -> float:
        """The length of a video in seconds."""
        second = self._number(name)
        self._check(name, check_duration, second)
        return second

    def _number(self, name: str) -> float:
        value = self._value(name)
        try:
            second = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            second = math.nan
        if not math.isfinite(second):
            raise self.error(f"{name} is {value!r}, not a number of seconds")
        return second

    def index(self, name: str) -> int:
        """A whole number from 0 on."""
        value = self._value(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.error(f"{name} is {value!r}, not a whole number from 0 on")
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        return [
            Record({name: item}, f"{self.where}, {name} {n}").text(name)
            for n, item in enumerate(self._list(name))
        ]

    def record(self, name: str) -> Record:
        """A record inside this one."""
        return record_of(self._value(name), f"{self.where}, {name}")

    def records(self, name: str) -> list[Record]:
        """The records of a list inside this one."""
        return [
            record_of(item, f"{self.where}, {name} {n}") for n, item in enumerate(self._list(name))
        ]

    def error(self, what: str) -> DataError:
        """An error about this record."""
        return DataError(f"{self.where}: {what}")

    def _check(self, name: str, check: Callable[[T], None], value: T) -> None:
        try:
            check(value)
        except ValueError as error:
            raise self.error(f"{name} {error}") from error

    def _value(self, name: str) -> Any:
        if name not in self.values or self.values[name] is None:
            raise self.error(f"has no {name}; {self.hint}")
        return self.values[name]

    def _list(self, name: str) -> list[Any]:
        value = self._value(name)
        if not isinstance(value, list):
            raise self.error(f"{name} is not a list")
        return value


def check_file_name(value: str) -> None:
    """Raise `ValueError` for a text that cannot name a file, or names one in another folder."""
    if len(value.encode()) > NAME_BYTES:
        raise ValueError(f"{value[:40]!r}… is too long to name a file (limit {NAME_BYTES} bytes)")
    if not value or Path(value).name != value:
        raise ValueError(f"{value!r} is not a plain file name")


def check_duration(second: float) -> None:
    """Raise `ValueError` for what is not the length of a video in seconds."""
    if not SHORTEST_SECOND <= second <= LONGEST_SECOND:
        raise ValueError(
            f"is {second:g} s; a video lasts at least {SHORTEST_SECOND} s and at most 24 hours"
        )


def check_time(second: float) -> None:
    """Raise `ValueError` for what is no time in any video; published ones lie outside by a bit."""
    if not abs(second) <= LONGEST_SECOND:  # so that NaN is refused too
        raise ValueError(f"is {second:g} s, not a time in a video of at most 24 hours")


def read_json_records(path: Path) -> list[Record]:
    """The records of a JSON file that holds a list; raises `DataError` naming file and record."""
    try:
        content = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not readable as JSON ({error})") from error
    if not isinstance(content, list):
        raise DataError(f"{path}: holds no list of records; {PUBLISHED}")
    return [record_of(item, f"{path}, record {n}") for n, item in enumerate(content, start=1)]


def read_csv_records(path: Path, columns: Sequence[str]) -> Iterator[Record]:
    """The rows of a CSV file with these columns; raises `DataError` naming file and line."""
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        missing = set(columns) - set(reader.fieldnames or ())
        if missing:
            raise DataError(f"{path}, line 1: has no column {', '.join(sorted(missing))}")
        for row in reader:
            yield Record(row, f"{path}, line {reader.line_num}")
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: {error}") from error


def read_text(path: Path) -> str:
    """The text of a UTF-8 file; raises `DataError` where there is none."""
    if not path.is_file():
        raise DataError(f"{path}: no such file; {WHERE_TO_GET}")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text ({error})") from error


def record_of(item: Any, where: str, hint: str = PUBLISHED) -> Record:
    """A record of what JSON held at a place; raises `DataError` where that has no names."""
    if not isinstance(item, dict):
        raise DataError(f"{where}: not a record with named values; {hint}")
    return Record(item, where, hint)


def is_text(value: str) -> bool:
    """Whether a text can be written to a file: half a character, as JSON can hold, cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
