"""The talks that are in the package, and how a file of them is read."""

import bz2
import json
import random
import re
from itertools import pairwise

import pytest

from mutualsl.data import dataset_in
from mutualsl.data.talks import parse_talks, write_talks, written_talks
from mutualsl.data.talks.spoken import CUTS, cues_of, spoken
from mutualsl.errors import DataError
from mutualsl.subtitles import read_subtitles

BOTH = "How is a wheel changed?"
TEXT = """\
## cars

### A wheel
Hello.

? how do I get the nuts loose
?+2 How is a wheel changed?
Loosen each nut, a quarter of a turn.
Mind your back!
? jack
Lift the car.

### Another
It is short.
"""


def test_passages_and_their_questions_are_read():
    wheel, other = parse_talks(TEXT)
    assert (wheel.talk_id, wheel.title) == ("cars-000", "A wheel")
    assert [p.sentences for p in wheel.passages] == [
        ("Hello.",),
        ("Loosen each nut, a quarter of a turn.", "Mind your back!"),
        ("Lift the car.",),
    ]
    assert [p.questions for p in wheel.passages] == [
        (),
        (("how do I get the nuts loose", 1), (BOTH, 2)),
        (("jack", 1),),
    ]
    assert (other.talk_id, len(other.passages)) == ("cars-001", 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## x\n### A\n? why\n\nBecause.\n", "talks, line 4: questions without a passage"),
        ("## x\n### A\n?+2 why\nBecause.\n", "talks, line 5: 'A' ends before"),
        ("## x\n### A\nYes.\n## y\n## x\n", "talks, line 5: 'x' comes again"),
        ("## x\n### A\n### B\nYes.\n", "talks, line 3: nothing is said in 'A'"),
        ("## x\n### A\n?+0 why\nYes.\n", "talks, line 3: '?+0 why' is no question"),
        ("## x\n### A\n?why\nYes.\n", "talks, line 3: '?why' is no question"),
        ("Because.\n", "talks, line 2: what is said above has no title"),
        ("### A\nBecause.\n", "talks, line 3: 'A' has no subject"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, said):
    with pytest.raises(DataError) as error:
        parse_talks(text)
    assert said in str(error.value)


def plain(texts):
    return re.sub(r"[^\w\s]", "", " ".join(texts)).lower().split()


@pytest.mark.parametrize("seed", range(12))
def test_every_word_is_said_once_and_in_order(seed):
    (talk, _), chance = parse_talks(TEXT), random.Random(seed)
    words = spoken(talk, chance)
    assert all(a.end_second <= b.start_second for a, b in pairwise(words))
    cues = cues_of(words, chance)
    sentences = [sentence for passage in talk.passages for sentence in passage.sentences]
    assert plain(cue.text for cue in cues) == plain(sentences)
    assert all(a.end_second <= b.start_second for a, b in pairwise(cues))


@pytest.fixture
def talks(tmp_path):
    path = tmp_path / "talks.txt.bz2"
    path.write_bytes(bz2.compress(TEXT.encode()))
    return path


def test_an_answer_lasts_as_long_as_its_passages(tmp_path, talks):
    assert sum(write_talks(tmp_path, 3, talks).values()) == 3
    found = {
        example.question: example
        for split in ("train", "val")
        for example in dataset_in(tmp_path, split, None).load(tmp_path, split, None)
    }
    one, both, last = (found[q].gold for q in ("how do I get the nuts loose", BOTH, "jack"))
    assert one.start_second == both.start_second < one.end_second <= last.start_second
    assert both.end_second == last.end_second <= found["jack"].video.duration_second


def test_the_same_talks_are_for_validation_whatever_the_seed(tmp_path):
    for seed in (1, 2):
        write_talks(tmp_path / str(seed), seed)
    one, two = (
        {json.loads(line)["video_id"] for line in (tmp_path / seed / "val.jsonl").open()}
        for seed in ("1", "2")
    )
    assert one == two and len(one) == 107


def test_the_same_seed_gives_the_same_files(tmp_path, talks):
    def files(name, seed):
        write_talks(tmp_path / name, seed, talks)
        return {p.name: p.read_text() for p in (tmp_path / name).rglob("*.*")}

    assert files("a", 1) == files("b", 1) != files("c", 2)


def test_questions_with_other_times_are_not_replaced(tmp_path, talks):
    def files():
        return {p.name: p.read_text() for p in (tmp_path / "out").rglob("*.*")}

    write_talks(tmp_path / "out", 1, talks)
    before = files()
    write_talks(tmp_path / "out", 1, talks)
    with pytest.raises(DataError, match="another folder"):
        write_talks(tmp_path / "out", 2, talks)
    assert files() == before


def test_talks_of_the_package_are_whole():
    talks = list(written_talks())
    assert len({talk.talk_id for talk in talks}) == len(talks) == 990
    for talk in talks:
        asked = [question for passage in talk.passages for question, _ in passage.questions]
        assert asked, talk.talk_id
        assert len(set(asked)) == len(asked), talk.talk_id
    answers = [
        (talk.talk_id, first, count)
        for talk in talks
        for first, passage in enumerate(talk.passages)
        for _, count in passage.questions
    ]
    assert (len(answers), len(set(answers))) == (28_838, 8_165)  # as docs/datasets.md says


@pytest.mark.parametrize("cut", CUTS)
def test_subtitles_are_cut_in_three_ways(cut, monkeypatch):
    monkeypatch.setattr("mutualsl.data.talks.spoken.CUTS", {cut: 1.0})
    talk, _ = parse_talks(TEXT)
    sentences = [sentence for passage in talk.passages for sentence in passage.sentences]
    for seed in range(5):
        chance = random.Random(seed)
        texts = [cue.text for cue in cues_of(spoken(talk, chance), chance)]
        if cut == "sentences":
            assert texts == sentences
        elif cut == "lines":
            assert texts[0] == "Hello." and texts[-1] == "Lift the car."
        else:
            assert texts[0].startswith("hello loosen each nut a quarter")


def runs_of_words(texts, count=8):
    """Every run of so many words in a row."""
    words = re.findall(r"[a-z0-9']+", " ".join(texts).lower())
    return {tuple(words[i : i + count]) for i in range(len(words) - count + 1)}


@pytest.mark.data
@pytest.mark.parametrize("name", ["tutorialvqa", "vehiclevqa", "medvidqa"])
def test_no_transcript_is_repeated(data_root, name):
    """Turns of phrase are: "at the bottom of the layers panel" and the like."""
    said = set()
    for talk in written_talks():
        said |= runs_of_words(text for passage in talk.passages for text in passage.sentences)
    paths = sorted((data_root / name / "subtitles").glob("*.vtt"))
    assert paths
    for path in paths:
        cues = read_subtitles(path).cues
        assert len(runs_of_words(cue.text for cue in cues) & said) <= 5, path.name
