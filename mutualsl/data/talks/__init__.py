"""Written how-to talks on many subjects, with questions: transcripts of videos never filmed."""

from mutualsl.data.talks.dataset import write_talks
from mutualsl.data.talks.written import Passage, Talk, parse_talks, written_talks

__all__ = ["Passage", "Talk", "parse_talks", "write_talks", "written_talks"]
