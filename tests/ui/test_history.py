import re
from dataclasses import replace

from mutualsl.ui.history import UNCHANGED, history
from mutualsl.ui.what_if import Asked, WhatIf
from tests.ui.values import answer, prediction


def test_one_answer_needs_no_list():
    assert history([]) == history([answer(None, prediction())], shown=0) == ""


def test_each_answer_is_a_chip_and_the_one_shown_is_marked():
    answers = [answer(None, prediction(10, 20), question=f"<{n}>?") for n in range(3)]
    page = history(answers, shown=1)
    assert re.findall(r'data-answer="(\d)"', page) == ["0", "1", "2"]
    assert page.count('aria-current="true"') == 1
    assert "&lt;1&gt;?" in page and "<1>" not in page and "0:10.0 – 0:20.0" in page


def test_answers_of_several_models_say_whose_they_are():
    answers = [
        replace(answer(None, prediction()), model={"name": name}) for name in ("one", "t<w>o")
    ]
    assert "· one" in history(answers, shown=1) and "· t&lt;w&gt;o" in history(answers, shown=1)
    assert "one" not in history(answers[:1] * 2, shown=0)


def test_answers_of_before_a_change_are_listed_with_what_was_changed_then():
    moved, first = WhatIf(offset_second=1.5), answer(None, prediction())
    page = history([first], [Asked(first, WhatIf()), Asked(first, None)], 0, moved.said())
    assert re.findall(r'data-(answer|earlier)="(\d)"', page) == [("answer", "0"), ("earlier", "0")]
    assert page.count("subtitles moved by +1.5 s") == page.count(UNCHANGED) == 1
    assert history([], [Asked(first, None)] * 2) == ""


def test_a_question_runs_as_it_is_written_and_its_times_do_not():
    page = history([answer(None, prediction(10, 20), question="איך פותחים?")] * 2)
    assert page.count('class="chip" dir="auto"') == 2
    assert page.count('<small dir="ltr">0:10.0 – 0:20.0</small>') == 2
