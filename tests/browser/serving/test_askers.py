"""Many callers at once: each gets what they would have got alone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from gradio_client import Client, handle_file

from mutualsl.subtitles import Cue, write_subtitles
from tests.contract import check_answer, without_timings
from tests.tiny import WORDS

pytestmark = pytest.mark.browser
ASKERS = 20


@pytest.fixture
def cues(tmp_path):
    """Subtitles of words that the tiny models know."""
    path = tmp_path / "cues.srt"
    write_subtitles([Cue(n, n + 0.8, " ".join(WORDS[n : n + 4])) for n in range(7)], path)
    return path


def test_twenty_at_once_get_the_answers_of_twenty_one_by_one(
    server, shelf, short_video, cues, tmp_path
):
    questions = [f"how do i {WORDS[n % 12]} the {WORDS[n // 2]}" for n in range(ASKERS)]
    names = ["one", "two"] * (ASKERS // 2)
    callers = [Client(server.url, verbose=False, download_files=tmp_path) for _ in range(4)]

    def localize(number):
        return callers[number % 4].predict(
            handle_file(short_video),
            handle_file(cues),
            questions[number],
            top_k=3,
            model=names[number],
            api_name="/localize",
        )

    with ThreadPoolExecutor(ASKERS) as pool:
        given = list(pool.map(localize, range(ASKERS)))
    encoded = {name: shelf.get(name).encode_video(short_video, cues) for name in ("one", "two")}
    for question, name, record in zip(questions, names, given, strict=True):
        check_answer(record, top_k=3)
        alone = shelf.get(name).ask(encoded[name], question, top_k=3).to_dict()
        assert without_timings(record) == without_timings(alone)
    assert len({str(record["textual"]) for record in given}) > ASKERS / 4  # not all the same
