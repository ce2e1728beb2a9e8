"""Cue text without its markup: tags, inline times, HTML entities, ASS overrides."""

import html
import re

# Only what WebVTT and SRT define is markup; `<script>` or `a < b` is text, which the page escapes.
_TAG = re.compile(
    r"</?(?:v|lang)(?:\.[^\s<>]*)?(?:\s(?!\s*&)[^<>]*)?>"
    r"|</?(?:c|font|i|b|u|s|ruby|rt)(?:\.[^\s<>]*)?(?:\s+[\w-]+=[^<>]*)?\s*>"
    r"|<(?:[0-9]+:)?[0-9]{1,2}:[0-9]{2}(?:\.[0-9]+)?>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
# ASS line ends, as programs leave them in SRT files; `\n` and `\h` would be met in code and paths.
_ASS_BREAK = re.compile(r"(?<!\\)\\N")
_PATH = re.compile(
    r"\b[A-Za-z]:\\(?:[^N]|N[a-z]|[\w.-]*\\)"  # not `Q:\NWhat?`
    r"|(?<!\S)\\\\[\w.-]+\\"
)
_ASS_OVERRIDE = re.compile(r"\{\\[^{}]*\}")  # {\an8} turns up in SRT files as well
# No character has such a number, and Python refuses to read one of thousands of digits.
_HUGE_REFERENCE = re.compile(r"&#[0-9]{100,};?")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff]")
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")  # half of a surrogate pair, as JSON may hold
_SPACES = re.compile(r"[^\S\n]+")
_LINE_BREAK = re.compile(r"\r\n?|\n")


def plain_text(marked_up: str) -> str:
    """Return the words of a cue as lines without markup, doubled spaces or empty lines."""
    text = _TAG.sub("", _ASS_OVERRIDE.sub("", marked_up))
    return tidy_lines(html.unescape(_HUGE_REFERENCE.sub("\ufffd", text)))


def srt_text(marked_up: str) -> str:
    """Return the words of an SRT cue, which has further signs for line breaks."""
    text = _BREAK.sub("\n", marked_up)
    return plain_text(text if _PATH.search(text) else _ASS_BREAK.sub("\n", text))


def tidy_lines(text: str) -> str:
    """Return text with one kind of line break, single spaces and no empty line."""
    text = _LINE_BREAK.sub("\n", _INVISIBLE.sub("", _UNWRITABLE.sub("\ufffd", text)))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n") if line)
    return "\n".join(line for line in lines if line)


def escape_text(text: str) -> str:
    """Return plain text as WebVTT cue text; `plain_text` gives it back."""
    return tidy_lines(html.escape(text, quote=False))
