"""Questions: each fits exactly one step, in words that its split alone uses."""

from itertools import combinations

import pytest

from mutualsl.data.synthetic import make_script, questions_of
from mutualsl.data.synthetic.questions import EXTRA, matches, needed_attributes
from mutualsl.data.synthetic.script import Attributes, stream
from mutualsl.data.synthetic.vocabulary import ACTIONS, COLOURS, OBJECTS, PLACES, TOOLS
from mutualsl.data.synthetic.wording import FILLERS, GOODBYES, GREETINGS, QUESTIONS, ask, narrate


def step(**changes):
    base = {"tool": "hand", "object": "jar", "colour": "red", "action": "lift", "place": "desk"}
    return Attributes(**(base | changes))


def words_of(table):
    return [
        (name, word)
        for name, words in table.items()
        for word in sorted((*words.common, *words.test_only), key=len, reverse=True)
    ]


def named_in(question, table):
    """The thing of a table whose longest word occurs in the question."""
    found = [(len(word), name) for name, word in words_of(table) if word in question.lower()]
    return max(found)[1] if found else None


def test_templates_of_the_splits_are_disjoint():
    for a, b in combinations(QUESTIONS.values(), 2):
        assert not set(a) & set(b)


def test_words_of_training_questions_and_test_only_words_are_disjoint():
    for table in (OBJECTS, COLOURS, TOOLS, PLACES, ACTIONS):
        for words in table.values():
            assert not set(words.common) & set(words.test_only)
            assert words.test_only


def test_training_questions_never_use_test_only_words():
    asked = " ".join(ask(stream("q", i), "train", step(), set(EXTRA)) for i in range(300))
    for table, name in ((OBJECTS, "jar"), (COLOURS, "red"), (TOOLS, "hand"), (PLACES, "desk")):
        for word in table[name].test_only:
            assert word not in asked


def test_test_questions_sometimes_use_them():
    asked = " ".join(ask(stream("q", i), "test", step(), set(EXTRA)) for i in range(300))
    assert OBJECTS["jar"].test_only[0] in asked


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_each_question_fits_exactly_one_step(split):
    """Read the attributes back from the words and look for all steps that have them."""
    for index in range(40):
        script = make_script(split, 0, index)
        for row in questions_of(script):
            own = script.steps[int(str(row["sample_id"]).split("-")[-2])].attributes
            mentioned = {"action", "object"}
            for name, table in (("colour", COLOURS), ("tool", TOOLS), ("place", PLACES)):
                value = named_in(row["question"], table)
                if value is not None and value == getattr(own, name):
                    mentioned.add(name)
            fitting = [s for s in script.steps if matches(own, s.attributes, mentioned)]
            assert len(fitting) == 1, row["question"]


def test_needed_attributes_grow_with_the_rivals():
    lifted = step()
    assert needed_attributes([lifted, step(action="tap")], lifted) == {"action", "object"}
    assert "colour" in needed_attributes([lifted, step(colour="blue")], lifted)
    assert "tool" in needed_attributes([lifted, step(tool="tongs")], lifted)
    assert "place" in needed_attributes([lifted, step(place="garden")], lifted)


def test_rows_have_what_the_layout_asks_for():
    script = make_script("test", 0, 0, motion_only=True)
    rows = questions_of(script)
    assert len({row["sample_id"] for row in rows}) == len(rows) >= len(script.steps)
    for row in rows:
        assert 0 <= row["start"] < row["end"] <= row["duration"]
        assert row["kind"] in ("both", "shown", "spoken")
        assert ("differs_by" in row) == (row["kind"] != "spoken")


def test_mixed_videos_do_not_claim_to_differ_by_motion():
    rows = questions_of(make_script("test", 0, 0, motion_only=False))
    assert all("differs_by" not in row for row in rows)


def test_narration_names_the_step():
    for i in range(100):
        told = " ".join(narrate(stream("n", i), step(), {"action", "object", "colour"}, 3)).lower()
        assert named_in(told, OBJECTS) == "jar"
        assert named_in(told, COLOURS) == "red"


def test_what_is_only_shown_is_never_told():
    for index in range(60):
        script = make_script("train", 0, index)
        shown = [s.attributes for s in script.steps if s.kind == "shown"]
        told = [s.attributes for s in script.steps if s.kind != "shown"]
        for secret in shown:
            triple = (secret.action, secret.object, secret.colour)
            assert triple not in [(s.action, s.object, s.colour) for s in told]


def test_small_talk_names_no_object_colour_tool_or_place():
    for text in (*FILLERS, *GREETINGS, *GOODBYES):
        for table in (OBJECTS, COLOURS, TOOLS, PLACES):
            hits = [word for _, word in words_of(table) if f" {word} " in f" {text.lower()} "]
            assert not hits, text
