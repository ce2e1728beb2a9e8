"""What a file is by its content: other kinds of file are refused by name, formats told apart."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from mutualsl.errors import SubtitleError
from mutualsl.subtitles.arrows import mend_arrows
from mutualsl.subtitles.ass import looks_like_ass, parse_ass
from mutualsl.subtitles.json_formats import looks_like_json, parse_json
from mutualsl.subtitles.model import Parsed, Repair
from mutualsl.subtitles.srt import parse_srt
from mutualsl.subtitles.timestamps import holds_times
from mutualsl.subtitles.vtt import has_header, parse_webvtt

# Ten hours of speech with every tag that YouTube writes are about 5 MB.
MAX_BYTES = 20_000_000
FORMATS = "WebVTT, SRT, ASS/SSA, Whisper JSON or YouTube JSON"

_OTHER_FILES = (
    (re.compile(rb".{4}ftyp", re.DOTALL), "an MP4 or MOV video"),
    (re.compile(rb"\x1aE\xdf\xa3"), "a Matroska or WebM video"),
    (re.compile(rb"RIFF.{4}AVI ", re.DOTALL), "an AVI video"),
    (re.compile(rb"G.{187}G|\x00\x00\x01\xba|FLV\x01", re.DOTALL), "an MPEG or Flash video"),
    (re.compile(rb"OggS|ID3|fLaC|RIFF.{4}WAVE", re.DOTALL), "a sound file"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8"), "a picture"),
    (
        re.compile(rb"PK\x03\x04|\x1f\x8b|Rar!|7z\xbc\xaf"),
        "an archive that has to be unpacked first",
    ),
    (re.compile(rb"%PDF"), "a PDF document"),
    (re.compile(rb"\s*<(?:!doctype html|html)", re.IGNORECASE), "a web page"),
)
_CONTROL = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_MAX_CONTROL_SHARE = 0.05
_FORMATS_BY_SUFFIX = {".srt": {"srt"}, ".vtt": {"webvtt"}, ".ass": {"ass"}, ".ssa": {"ass"}}


def refuse_size(byte_count: int, name: str) -> None:
    """Raise `SubtitleError` for an empty file and for one too large to be subtitles."""
    if byte_count > MAX_BYTES:
        raise SubtitleError(
            f"{name}: {byte_count / 1e6:.1f} MB is too large for subtitles (limit "
            f"{MAX_BYTES // 10**6} MB), is it a video?; give a file in {FORMATS}"
        )
    if byte_count == 0:
        raise SubtitleError(f"{name}: the file is empty; give a file in {FORMATS}")


def refuse_other_files(data: bytes, name: str) -> None:
    """Raise `SubtitleError` that says what the file is where its first bytes tell."""
    for signature, what in _OTHER_FILES:
        if signature.match(data):
            raise SubtitleError(f"{name}: this is {what}, not subtitles; give {FORMATS}")


def refuse_binary(text: str, name: str) -> None:
    """Raise `SubtitleError` for decoded text that is largely control characters."""
    if len(_CONTROL.findall(text)) > max(_MAX_CONTROL_SHARE * len(text), 1):
        raise SubtitleError(f"{name}: this is not a text file; give a file in {FORMATS}")


def parse_text(text: str, name: str) -> Parsed:
    """Read text with line feeds as line ends in the format it is in, whatever its name says."""
    suffix = PurePath(name).suffix.lower()
    text, repairs = mend_arrows(text)
    if has_header(text):
        parsed = parse_webvtt(text)
    elif looks_like_json(text):
        parsed = parse_json(text, name)
    elif looks_like_ass(text):
        parsed = parse_ass(text, name)
    else:
        parsed = _parse_without_header(text, name, suffix, repairs)
    parsed.repairs[:0] = repairs
    if parsed.format not in _FORMATS_BY_SUFFIX.get(suffix, {parsed.format}):
        detail = f"file is named {suffix} but holds {parsed.format}; it was read as that"
        parsed.repairs.insert(0, Repair("format", 1, detail))
    return parsed


def _parse_without_header(text: str, name: str, suffix: str, repairs: Sequence[Repair]) -> Parsed:
    """Tell SRT from WebVTT that lost its header by the decimal sign of the times."""
    timing_lines = [line for line in text.split("\n") if "-->" in line and holds_times(line)]
    if not timing_lines:
        refuse_binary(text, name)
        found = "".join(f"; {repair.detail}" for repair in repairs)
        raise SubtitleError(
            f"{name}: no line holds times like '00:00:01.000 --> 00:00:04.000', so no cue can be "
            f"read{found}; give a file in {FORMATS}"
        )
    with_comma = sum("," in line for line in timing_lines)
    if suffix == ".srt" or 2 * with_comma > len(timing_lines):
        return parse_srt(text)
    return parse_webvtt(text)
