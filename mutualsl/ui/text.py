"""Times and escaped text, as every part of the page writes them."""

from __future__ import annotations

import html
from collections.abc import Iterable
from pathlib import Path

from mutualsl.spans import Span, clock

# gr.HTML puts values into a JavaScript and Handlebars template; these signs must not reach it.
_TEMPLATE_SIGNS = {"{": "&#123;", "}": "&#125;", "$": "&#36;", "`": "&#96;"}


def escaped(text: str) -> str:
    """Text that shows as it is in HTML, in attributes too, and inside a gr.HTML template."""
    return safe_in_template(html.escape(text, quote=True))


def safe_in_template(markup: str) -> str:
    """HTML without scripts and styles of its own that a gr.HTML template leaves as it is."""
    for sign, entity in _TEMPLATE_SIGNS.items():  # str.translate is far slower on long tables
        markup = markup.replace(sign, entity)
    return markup


def file_name(path: str | Path) -> str:
    """The name a visitor's file had; browsers send a double quote in it as %22."""
    return Path(path).name.replace("%22", '"')


def short_clock(second: float) -> str:
    """A whole second as m:ss or h:mm:ss, for the ticks of an axis."""
    return clock(float(round(second)))[:-2]


def span_data(span: Span) -> str:
    """Attributes that say to scripts where a span begins and ends."""
    return f'data-start="{span.start_second:.3f}" data-end="{span.end_second:.3f}"'


def note_items(notes: Iterable[str]) -> str:
    """List items, one for each note, as sentences begin."""
    return "".join(f"<li>{escaped(note[:1].upper() + note[1:])}</li>" for note in notes)


def percent(fraction: float) -> str:
    """A probability as 42 %."""
    return f"{round(100 * fraction)} %"
