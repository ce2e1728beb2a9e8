"""Markup in questions, names, cues, notes and data: it changes no element of what is drawn.

`tests/browser/test_refusals.py` and `test_zoom.py` show such text in Chromium.
"""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mutualsl.errors import VideoError
from mutualsl.evaluation.report.analysis_page import analysis_page
from mutualsl.spans import Span
from mutualsl.subtitles import Cue
from mutualsl.ui import status
from mutualsl.ui.analyse import views as analyse_views
from mutualsl.ui.analyse.notes import Note
from mutualsl.ui.answer_report import answer_report
from mutualsl.ui.player import save_link
from mutualsl.ui.views import Loaded, shown, unasked
from tests.evaluation.rows import head, row
from tests.ui.analyse.values import opened
from tests.ui.values import answer, encoded_video, prediction

HARMLESS = "kettle"
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</p></style></script><iframe src=javascript:alert(1)>",
    "${alert(1)} {{constructor.constructor('alert(1)')()}} `${alert(1)}`",
    "javascript:alert(1)",
    "--><!--<b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<style>@import url(http://127.0.0.1/x)</style>",
    "\u202egnp.exe\u2066<b>",
]


class Structure(HTMLParser):
    """The elements of a page with the names of their attributes, and where those lead."""

    def __init__(self, markup):
        super().__init__()
        self.elements = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        leads = [value.partition(":")[0] for name, value in attrs if name in ("src", "href")]
        self.elements.append((tag, tuple(name for name, _ in attrs), len(leads)))
        assert tag not in ("iframe", "object", "embed", "base")
        assert not any(name.startswith("on") for name, _ in attrs), (tag, attrs)
        assert "javascript" not in leads

    def handle_comment(self, data):
        self.elements.append(("comment", (data,), 0))


def structures(parts):
    """The structure of every part that is text; in a template nothing but text may stand."""
    texts = {name: part for name, part in parts.items() if isinstance(part, str)}
    assert not [name for name, text in texts.items() if set("${}`") & set(text)]
    return {name: Structure(text).elements for name, text in texts.items()}


def ask_tab(text):
    """All that the tab Ask draws where everything a visitor gives is `text`."""
    encoded = replace(
        encoded_video([Cue(10.0, 20.0, text), Cue(30.0, 31.0, text)]),
        name=text,
        path=Path("/srv") / text.replace("/", "|"),
        warnings=(text,),
    )
    heads = prediction(10, 20), prediction(30, 31)
    answers = tuple(
        replace(answer(*heads, question=text, warnings=[text]), model={"name": text})
        for _ in range(2)
    )
    loaded = Loaded(encoded, encoded.path, encoded, "one", answers)
    return {
        **{f"before {name}": part for name, part in unasked(loaded).items() if name != "question"},
        **{name: part for name, part in shown(loaded, 0).items() if name != "question"},
        "failed": status.failed(VideoError(f"{text} is not a video"), text),
        "link": save_link(Path("/srv/made") / text.replace("/", "|")),
    }


def analyse_tab(text):
    """All that the tab Analyse draws where names, questions and notes are `text`."""
    rows = [
        row(f"{text}{n}", question=text, video_id=text, kind=text, textual=head((10.0, 20.0)))
        for n in range(3)
    ]
    mine = opened(rows, name=text)
    note = Note((text,), text, Span(1.0, 2.0))
    mine.notebook.put(f"{text}0", note)
    mine = replace(mine, place=0, note=note)
    return {**analyse_views.opened_anew(mine), **analyse_views.question(mine)}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("tab", [ask_tab, analyse_tab])
def test_no_element_of_the_page_is_made_of_text(tab, attack):
    assert structures(tab(attack)) == structures(tab(HARMLESS))


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_element_of_a_report_is_made_of_text(attack):
    def page(text):
        encoded = replace(encoded_video([Cue(10.0, 20.0, text)]), name=text)
        said = answer(prediction(10, 20), prediction(12, 19), question=text, warnings=[text])
        page = answer_report(
            encoded, said, why=text, change=text, gold=Span(11.0, 15.0), before=said
        )
        return Structure(page).elements

    def analysis(text):
        mine = opened([row(text, question=text, video_id=text, kind=text)], name=text)
        return Structure(analysis_page(mine.analysis, text)).elements

    assert page(attack) == page(HARMLESS)
    assert analysis(attack) == analysis(HARMLESS)
