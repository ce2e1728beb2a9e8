from dataclasses import replace

import pytest

from mutualsl.training.config import Part
from mutualsl.training.learned import learned_from
from mutualsl.training.sampling import Source
from tests import tiny

BOTH = tiny.example(0)
SILENT = replace(BOTH, video=tiny.video(seed=1).without_subtitles())
TEXT = replace(BOTH, video=tiny.video(seed=2).without_video())


@pytest.mark.parametrize(
    ("examples", "drops", "expected"),
    [
        ([BOTH], {}, {"video", "subtitles"}),
        ([BOTH], {"drop_video": 0.9}, {"video", "subtitles"}),
        ([BOTH], {"drop_video": 1.0}, {"subtitles"}),
        ([BOTH], {"drop_subtitles": 1.0}, {"video"}),
        ([TEXT], {}, {"subtitles"}),
        ([TEXT], {"drop_subtitles": 1.0}, {"subtitles"}),  # dropped only where there is both
        ([SILENT], {"drop_video": 1.0}, {"video"}),
        ([TEXT, SILENT], {}, {"video", "subtitles"}),
    ],
)
def test_what_is_there_and_not_always_dropped(examples, drops, expected):
    source = Source(part=Part(dataset="tiny", **drops), examples=examples)
    assert learned_from([source], tiny.model()) == expected


def test_a_learner_learns_from_what_it_reads():
    source = Source(part=Part(dataset="tiny"), examples=[BOTH])
    assert learned_from([source], tiny.model().sentence_reader) == {"subtitles"}
    assert learned_from([source], tiny.system("vslnet")) == {"video"}


def test_a_head_that_has_learned_nothing_shows_no_span():
    model = tiny.model()
    model.has_learned_from({"subtitles"})
    (heads,) = model.predict(tiny.collator()([BOTH]))
    assert heads.visual is None and heads.textual is not None
    model.has_learned_from({"subtitles", "video"})
    assert model.config.trained_heads == ("textual",)  # nothing comes back
