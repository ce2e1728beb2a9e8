"""What is said and asked, as it lies in `talks.txt.bz2`.

Any number of subjects, each with any number of talks:

    ## garage

    ### Changing a wheel
    Hello, today a wheel.

    ? how do I get the nuts loose
    ?+2 How do you change a wheel from start to end?
    Loosen each nut a quarter of a turn.
    Do it while the tyre is on the ground.

    ...

A line is a sentence. Passages are separated by empty lines, or by the questions of the next one.
The questions above one are answered by it, those with `?+2` by it and the next. Nobody asks for a
passage without questions.
"""

from __future__ import annotations

import bz2
import re
from dataclasses import dataclass
from pathlib import Path

from mutualsl.errors import DataError

TALKS = Path(__file__).with_name("talks.txt.bz2")
SUBJECT, TITLE, QUESTION = "## ", "### ", re.compile(r"\?(?:\+([1-9]\d*))?\s+(\S.*)")


@dataclass(frozen=True, slots=True)
class Passage:
    """What is said in one go, and the questions to which it is, or begins, the answer."""

    sentences: tuple[str, ...]
    questions: tuple[tuple[str, int], ...]  # each with how many passages answer it


@dataclass(frozen=True, slots=True)
class Talk:
    """All that is said in one video."""

    talk_id: str
    title: str
    passages: tuple[Passage, ...]


def written_talks(path: Path = TALKS) -> list[Talk]:
    """Every talk there is.

    Raises `DataError` where they are not as described above, `OSError` where there is no file.
    """
    return parse_talks(bz2.decompress(path.read_bytes()).decode())


def parse_talks(text: str) -> list[Talk]:
    """The talks of a text; their ids are subject and number.

    Raises `DataError` with the line where it is not as described above.
    """
    parser = _Parser()
    number = 0
    for number, line in enumerate(text.splitlines(), start=1):
        parser.read(number, line.strip())
    parser.end_talk(number + 1)
    return parser.talks


class _Parser:
    """Line by line; what is complete moves from `said` and `asked` to `passages` to `talks`."""

    def __init__(self) -> None:
        self.talks: list[Talk] = []
        self.subject, self.title = "", ""
        self.counts: dict[str, int] = {}  # of talks, by subject
        self.passages: list[Passage] = []
        self.said: list[str] = []
        self.asked: list[tuple[str, int]] = []

    def read(self, number: int, line: str) -> None:
        """Take one line, of this number."""
        if line.startswith(SUBJECT):
            self.end_talk(number)
            self.subject = line.removeprefix(SUBJECT)
            if self.subject in self.counts:
                raise _wrong(number, f"{self.subject!r} comes again; put its talks together")
            self.counts[self.subject] = 0
        elif line.startswith(TITLE):
            self.end_talk(number)
            self.title = line.removeprefix(TITLE)
        elif not line:
            self.end_passage(number)
        elif found := QUESTION.fullmatch(line):
            if self.said:
                self.end_passage(number)
            self.asked.append((found[2], int(found[1] or 1)))
        elif line.startswith(("?", "#")):
            raise _wrong(
                number,
                f"{line[:40]!r} is no question or heading; write '? ...', '?+2 ...', '## ...' or "
                "'### ...'",
            )
        else:
            self.said.append(line)

    def end_passage(self, number: int) -> None:
        """Close what was being said, if anything was."""
        if self.asked and not self.said:
            raise _wrong(number, "questions without a passage below them")
        if self.said:
            self.passages.append(Passage(tuple(self.said), tuple(self.asked)))
        self.said, self.asked = [], []

    def end_talk(self, number: int) -> None:
        """Close a talk, if one was begun."""
        self.end_passage(number)
        if not self.title:
            if self.passages:
                raise _wrong(number, f"what is said above has no title; add a line {TITLE}...")
            return
        if not self.subject:
            raise _wrong(number, f"{self.title!r} has no subject; add a line {SUBJECT}... above")
        if not self.passages:
            raise _wrong(number, f"nothing is said in {self.title!r}")
        for i, passage in enumerate(self.passages):
            if any(i + count > len(self.passages) for _, count in passage.questions):
                raise _wrong(number, f"{self.title!r} ends before one of its answers does")
        talk_id = f"{self.subject}-{self.counts[self.subject]:03d}"
        self.talks.append(Talk(talk_id, self.title, tuple(self.passages)))
        self.title, self.passages = "", []
        self.counts[self.subject] += 1


def _wrong(number: int, what: str) -> DataError:
    return DataError(f"talks, line {number}: {what}")
