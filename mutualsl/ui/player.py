"""The player: one <video> with the subtitles as a clean WebVTT track; player.js drives it."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

from mutualsl.encoded import EncodedVideo
from mutualsl.subtitles import to_webvtt
from mutualsl.ui.text import escaped

SPEEDS = (0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2)  # those of browsers' own menus


def file_url(path: Path) -> str:
    """Where the page finds a file that it may show, relative so that it works behind a proxy."""
    return escaped(f"gradio_api/file={quote(str(path))}")


def save_link(made: Path) -> str:
    """A link that saves a file that was made for the visitor."""
    name = escaped(made.name)
    return f'<a class="clip" href="{file_url(made)}" download="{name}">Save {name}</a>'


def player(encoded: EncodedVideo | None, playing: Path | None) -> str:
    """HTML of the player; `playing` is a file that browsers can play, `None` without pictures."""
    if encoded is None or playing is None:
        text = "Your video plays here." if encoded is None else "Subtitles alone: nothing to play."
        return f'<div class="screen is-empty"><p>{text}</p><video hidden></video></div>'
    return (
        f'<div class="screen"><video controls playsinline preload="metadata"'
        f' src="{file_url(playing)}" aria-label="{escaped(encoded.name)}">'
        f"{_track(encoded)}</video></div>{_speeds()}"
    )


def _speeds() -> str:
    """The choice of a speed, which speed.js applies."""
    options = "".join(
        f'<option value="{speed:g}"{" selected" if speed == 1 else ""}>{speed:g} ×</option>'
        for speed in SPEEDS
    )
    return (
        '<label class="speed">Speed <select data-speed aria-label="Playback speed">'
        f"{options}</select></label>"
    )


def _track(encoded: EncodedVideo) -> str:
    if not encoded.subtitles:
        return ""
    data = base64.b64encode(to_webvtt(encoded.subtitles).encode()).decode("ascii")
    language = escaped(encoded.subtitles.language or "und")
    return (
        f'<track kind="subtitles" label="Subtitles" srclang="{language}" default'
        f' src="data:text/vtt;base64,{data}">'
    )
