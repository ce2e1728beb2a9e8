"""The words of the rendered world: what exists, what it looks like and how people call it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """One way to name an action; `{o}` stands for the object."""

    imperative: str
    gerund: str
    passive: str


@dataclass(frozen=True, slots=True)
class Words:
    """Nouns or adjectives for one thing; `test_only` ones never occur in training questions."""

    common: tuple[str, ...]
    test_only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verbs:
    """The same for actions."""

    common: tuple[Verb, ...]
    test_only: tuple[Verb, ...] = ()


def _verbs(*patterns: str, test: tuple[str, ...] = ()) -> Verbs:
    """Verbs from patterns of the form "imperative | gerund | passive"."""

    def parse(pattern: str) -> Verb:
        return Verb(*(part.strip() for part in pattern.split("|")))

    return Verbs(tuple(map(parse, patterns)), tuple(map(parse, test)))


OBJECTS: dict[str, Words] = {
    "box": Words(("box", "carton"), ("crate",)),
    "jar": Words(("jar", "glass jar"), ("storage jar",)),
    "bottle": Words(("bottle", "flask"), ("tall bottle",)),
    "bowl": Words(("bowl", "mixing bowl"), ("basin",)),
    "book": Words(("book", "notebook"), ("volume",)),
    "mug": Words(("mug", "coffee mug"), ("cup",)),
    "pot": Words(("pot", "saucepan"), ("cooking pot",)),
    "can": Words(("can", "tin"), ("tin can",)),
    "lamp": Words(("lamp", "table lamp"), ("desk light",)),
    "plant": Words(("plant", "potted plant"), ("house plant",)),
    "kettle": Words(("kettle", "tea kettle"), ("teapot",)),
    "bucket": Words(("bucket", "pail"), ("little bucket",)),
    "cake": Words(("cake", "iced cake"), ("birthday cake",)),
    "cloth": Words(("cloth", "towel"), ("napkin",)),
    "paper": Words(("sheet of paper", "paper sheet"), ("piece of paper",)),
}

COLOURS: dict[str, Words] = {
    "red": Words(("red", "bright red"), ("scarlet",)),
    "orange": Words(("orange",), ("bright orange",)),
    "yellow": Words(("yellow", "bright yellow"), ("lemon yellow",)),
    "green": Words(("green", "grass green"), ("leaf green",)),
    "blue": Words(("blue", "bright blue"), ("royal blue",)),
    "purple": Words(("purple", "violet"), ("deep purple",)),
    "pink": Words(("pink",), ("rose pink",)),
    "white": Words(("white",), ("plain white",)),
}

COLOUR_VALUES: dict[str, tuple[float, float, float]] = {
    "red": (214, 48, 49),
    "orange": (240, 132, 36),
    "yellow": (246, 205, 56),
    "green": (62, 160, 85),
    "blue": (46, 108, 204),
    "purple": (132, 74, 178),
    "pink": (240, 138, 178),
    "white": (238, 238, 236),
}

TOOLS: dict[str, Words] = {
    "hand": Words(("a bare hand", "bare hands"), ("nothing but a hand",)),
    "glove": Words(("a rubber glove", "a gloved hand"), ("a glove on",)),
    "tongs": Words(("the tongs", "a pair of tongs"), ("metal tongs",)),
    "wrench": Words(("the wrench", "a wrench"), ("a spanner",)),
    "spoon": Words(("the wooden spoon", "a wooden spoon"), ("a big spoon",)),
    "brush": Words(("the brush", "a brush"), ("a paintbrush",)),
    "knife": Words(("the knife", "a knife"), ("a kitchen knife",)),
}

PLACES: dict[str, Words] = {
    "kitchen": Words(("on the kitchen counter", "in the kitchen"), ("on the kitchen worktop",)),
    "workshop": Words(("on the workbench", "in the workshop"), ("at the workshop bench",)),
    "desk": Words(("on the desk", "in the office"), ("on the office desk",)),
    "garden": Words(("on the garden table", "in the garden"), ("outside on the table",)),
    "windowsill": Words(("on the windowsill", "by the window"), ("on the window ledge",)),
}

ACTIONS: dict[str, Verbs] = {
    "turn": _verbs(
        "turn {o} around | turning {o} around | turned around",
        "spin {o} | spinning {o} | spun",
        test=("rotate {o} | rotating {o} | rotated",),
    ),
    "lift": _verbs(
        "lift {o} | lifting {o} | lifted",
        "raise {o} | raising {o} | raised",
        test=("pick {o} up | picking {o} up | picked up",),
    ),
    "shake": _verbs(
        "shake {o} | shaking {o} | shaken",
        "rattle {o} | rattling {o} | rattled",
        test=("give {o} a shake | giving {o} a shake | shaken hard",),
    ),
    "slide": _verbs(
        "slide {o} across | sliding {o} across | slid across",
        "drag {o} sideways | dragging {o} sideways | dragged sideways",
        test=("move {o} from side to side | moving {o} from side to side | moved side to side",),
    ),
    "press": _verbs(
        "press {o} down | pressing {o} down | pressed down",
        "squash {o} | squashing {o} | squashed",
        test=("squeeze {o} flat | squeezing {o} flat | squeezed flat",),
    ),
    "tap": _verbs(
        "tap {o} | tapping {o} | tapped",
        "knock on {o} | knocking on {o} | knocked on",
        test=("hit {o} lightly | hitting {o} lightly | hit lightly",),
    ),
    "tilt": _verbs(
        "tilt {o} | tilting {o} | tilted",
        "tip {o} to the side | tipping {o} to the side | tipped to the side",
        test=("lean {o} over | leaning {o} over | leaned over",),
    ),
    "flip": _verbs(
        "flip {o} | flipping {o} | flipped",
        "toss {o} in the air | tossing {o} in the air | tossed in the air",
        test=("throw {o} up | throwing {o} up | thrown up",),
    ),
    "push": _verbs(
        "push {o} away | pushing {o} away | pushed away",
        "shove {o} to the back | shoving {o} to the back | shoved to the back",
        test=("push {o} further back | pushing {o} further back | pushed further back",),
    ),
    "wipe": _verbs(
        "wipe {o} | wiping {o} | wiped",
        "rub {o} | rubbing {o} | rubbed",
        test=("polish {o} | polishing {o} | polished",),
    ),
    "roll": _verbs(
        "roll {o} | rolling {o} | rolled",
        "roll {o} over and over | rolling {o} over and over | rolled over and over",
        test=("tumble {o} along | tumbling {o} along | tumbled along",),
    ),
    "pour": _verbs(
        "pour from {o} | pouring from {o} | poured out",
        "empty {o} into the glass | emptying {o} into the glass | emptied into the glass",
        test=("fill the glass from {o} | filling the glass from {o} | poured into the glass",),
    ),
    "stir": _verbs(
        "stir {o} | stirring {o} | stirred",
        "mix what is in {o} | mixing what is in {o} | mixed",
        test=("stir around in {o} | stirring around in {o} | stirred around",),
    ),
    "open": _verbs(
        "open {o} | opening {o} | opened",
        "take the lid off {o} | taking the lid off {o} | uncovered",
        test=("uncover {o} | uncovering {o} | opened up",),
    ),
    "cut": _verbs(
        "cut {o} | cutting {o} | cut",
        "slice {o} | slicing {o} | sliced",
        test=("cut {o} apart | cutting {o} apart | cut apart",),
    ),
    "fold": _verbs(
        "fold {o} | folding {o} | folded",
        "fold {o} in half | folding {o} in half | folded in half",
        test=("double {o} over | doubling {o} over | doubled over",),
    ),
}

UNIVERSAL_ACTIONS = (
    "turn", "lift", "shake", "slide", "press", "tap", "tilt", "flip", "push", "wipe", "roll",
)  # fmt: skip

# Actions that need a certain object; pouring also needs the glass that stands by in some scenes.
OBJECTS_OF_ACTION: dict[str, tuple[str, ...]] = {
    "pour": ("bottle", "mug", "can", "kettle", "bucket"),
    "stir": ("bowl", "mug", "pot", "bucket"),
    "open": ("box", "jar", "pot", "kettle"),
    "cut": ("cake", "paper"),
    "fold": ("cloth", "paper"),
}


def actions_for(object_name: str, *, with_glass: bool) -> tuple[str, ...]:
    """All actions that can be done to an object."""
    special = (
        action
        for action, objects in OBJECTS_OF_ACTION.items()
        if object_name in objects and (with_glass or action != "pour")
    )
    return (*UNIVERSAL_ACTIONS, *special)


def kept_for_test(action: str, object_name: str, colour: str) -> bool:
    """Whether this combination (one in five) never occurs in training or validation videos."""
    digest = hashlib.blake2b(f"{action}/{object_name}/{colour}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % 5 == 0
