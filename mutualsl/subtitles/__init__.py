"""Subtitles of any format and encoding as cues in seconds, with a report of every repair."""

from mutualsl.subtitles.doctor import diagnose
from mutualsl.subtitles.model import Cue, Repair, Subtitles
from mutualsl.subtitles.read import (
    fitted,
    from_track,
    parse_subtitles,
    read_subtitles,
    shifted,
)
from mutualsl.subtitles.write import to_srt, to_webvtt, write_subtitles

__all__ = [
    "Cue",
    "Repair",
    "Subtitles",
    "diagnose",
    "fitted",
    "from_track",
    "parse_subtitles",
    "read_subtitles",
    "shifted",
    "to_srt",
    "to_webvtt",
    "write_subtitles",
]
