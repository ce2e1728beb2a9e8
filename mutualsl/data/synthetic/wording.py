"""How steps are spoken about and asked for: templates, kept apart by split where they ask."""

from __future__ import annotations

import numpy as np

from mutualsl.data.synthetic.script import Attributes
from mutualsl.data.synthetic.vocabulary import (
    ACTIONS,
    COLOURS,
    OBJECTS,
    PLACES,
    TOOLS,
    Verb,
    Words,
)

# {do} shake the red jar, {doing} shaking the red jar, {it} the red jar, {done} shaken, {how} with
# the tongs on the desk (or nothing).
QUESTIONS: dict[str, tuple[str, ...]] = {
    "train": (
        "How do I {do}{how}?",
        "How do you {do}{how}?",
        "When do they {do}{how}?",
        "Show me how to {do}{how}.",
        "Where in the video is {it} {done}{how}?",
        "Which part is about {doing}{how}?",
        "At what point do we {do}{how}?",
        "I want to see someone {doing}{how}.",
        "What does it look like to {do}{how}?",
        "How is {it} {done}{how}?",
        "Find the place where they {do}{how}.",
        "Can you show {doing}{how}?",
        "how to {do}{how}",
        "Jump to {doing}{how}.",
    ),
    "val": (
        "In which scene do they {do}{how}?",
        "Is there a moment for {doing}{how}?",
        "What is the way to {do}{how}?",
        "Take me to where {it} gets {done}{how}.",
        "I need to {do}{how}, where is that shown?",
        "{doing}{how}: when does that happen?",
    ),
    "test": (
        "What is the right way to {do}{how}?",
        "When exactly is {it} being {done}{how}?",
        "Could you point me to {doing}{how}?",
        "I would like to {do}{how}. Where do I look?",
        "Which moment explains {doing}{how}?",
        "Please play the bit where you {do}{how}.",
        "Where can I watch {it} getting {done}{how}?",
        "How should one {do}{how}?",
    ),
}

ONE_CUE = (
    "Now {do}{how}.",
    "Next, {do}{how}.",
    "Go ahead and {do}{how}.",
    "Here I {do}{how}.",
    "So we {do}{how}.",
    "After that you {do}{how}.",
    "You want to {do}{how}.",
    "This is how I {do}{how}.",
    "Start by {doing}{how}.",
    "The next thing is {doing}{how}.",
    "Then {it} is {done}{how}.",
)
TWO_CUES = (
    ("Take {it}{how},", "and {do_it}."),
    ("Grab {it}{how},", "then {do_it} like this."),
    ("Here we have {it}{how},", "and I {do_it} a few times."),
    ("Bring {it} closer{how}.", "What we do now is {doing_it}."),
    ("Let us look at {it}{how}.", "You simply {do_it}."),
)
LAST_CUE = (
    "Keep going until it feels right.",
    "Do that a few times.",
    "Not too fast, just nice and steady.",
    "See how easy that is?",
    "That is really all there is to it.",
)
FILLERS = (
    "This is honestly my favourite part.",
    "What lovely weather we have today.",
    "Thank you all for watching.",
    "If you like this, leave me a comment.",
    "My grandmother taught me all of this.",
    "Let us have a short break here.",
    "I had a very long week, to be honest.",
    "Somebody asked about my holidays last time.",
    "We will be right back with you.",
    "Do not worry if it takes some practice.",
    "I really enjoy making these videos.",
    "Let me know where you are watching from.",
    "My neighbour says hello, by the way.",
    "It was raining all morning over here.",
    "Okay, so far so good.",
    "There is some music playing next door.",
    "I almost forgot to say hello to my sister.",
    "Next week we have a special guest.",
    "This channel is two years old today.",
    "I just had the best lunch ever.",
)
GREETINGS = (
    "Hello and welcome back to the channel.",
    "Hi everyone, good to see you again.",
    "Good morning, and welcome to a new video.",
    "Hey there, thanks for joining me today.",
)
GOODBYES = (
    "That was it for today, see you soon.",
    "Thanks for watching, and goodbye.",
    "See you next week, take care.",
)
TITLES = (
    "Handy Tricks", "Simple Steps", "Home Basics", "Around the House", "Made by Hand",
    "Little Helpers", "Easy Does It", "Do It Yourself", "Weekend Project", "Good to Know",
)  # fmt: skip


def choose(random: np.random.Generator, options: tuple[str, ...]) -> str:
    """One of the options."""
    return options[int(random.integers(len(options)))]


def _word(random: np.random.Generator, words: Words, rare: bool) -> str:
    return choose(random, words.test_only if rare and words.test_only else words.common)


def _fields(
    random: np.random.Generator, a: Attributes, mentioned: set[str], rare_share: float
) -> dict[str, str]:
    """Values for the blanks of a template; `rare_share` of the words are the test-only ones."""

    def word(words: Words) -> str:
        return _word(random, words, bool(random.random() < rare_share))

    verbs = ACTIONS[a.action]
    rare = random.random() < rare_share and verbs.test_only
    options: tuple[Verb, ...] = verbs.test_only if rare else verbs.common
    verb = options[int(random.integers(len(options)))]
    colour = word(COLOURS[a.colour]) + " " if "colour" in mentioned else ""
    thing = f"the {colour}{word(OBJECTS[a.object])}"
    how = [f" with {word(TOOLS[a.tool])}"] if "tool" in mentioned else []
    how += [f" {word(PLACES[a.place])}"] if "place" in mentioned else []
    return {
        "do": verb.imperative.format(o=thing),
        "doing": verb.gerund.format(o=thing),
        "do_it": verb.imperative.format(o="it"),
        "doing_it": verb.gerund.format(o="it"),
        "it": thing,
        "done": verb.passive,
        "how": "".join(how),
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def ask(random: np.random.Generator, split: str, a: Attributes, mentioned: set[str]) -> str:
    """A question for a step, in templates of the split, that names the `mentioned` attributes."""
    of_test = split in ("test", "assets")
    template = choose(random, QUESTIONS["test" if of_test else split])
    blanks = _fields(random, a, mentioned, 0.2 if of_test else 0.0)
    text = template.format(**blanks)
    return text if template.startswith("how to") else _capital(text)


def narrate(
    random: np.random.Generator, a: Attributes, mentioned: set[str], most_cues: int
) -> list[str]:
    """One to `most_cues` (at most 3) cue texts that tell a step; both kinds that speak use it."""
    blanks = _fields(random, a, mentioned, 0.2)
    if most_cues == 1 or random.random() < 0.4:
        texts = [choose(random, ONE_CUE)]
    else:
        texts = list(TWO_CUES[int(random.integers(len(TWO_CUES)))])
    if len(texts) < most_cues and random.random() < 0.35:
        texts.append(choose(random, LAST_CUE))
    return [
        _capital(text.format(**blanks)) if i == 0 else text.format(**blanks)
        for i, text in enumerate(texts)
    ]
