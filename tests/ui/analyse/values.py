"""Small data sets on disk, and predictions that are open."""

import json

from mutualsl.evaluation.analysis import analyse
from mutualsl.subtitles import Cue, write_subtitles
from mutualsl.ui.analyse.notebook import SessionNotes
from mutualsl.ui.analyse.opened import Opened
from tests.evaluation.rows import head, results, row

CUES = (Cue(0.0, 4.0, "open the jar"), Cue(5.0, 9.0, "shake the box"))
ROWS = (
    row("a", question="=1+1", video_id="one", textual=head((10.0, 20.0), 0.5, [(30.0, 40.0)])),
    row("b", question="<b>Why?</b>", video_id="two", visual=head((50.0, 60.0))),
    row("c", question="", video_id="two"),
)


def write_data(folder, split="test", split_set=None, count=3):
    """A data set in layout `jsonl`: subtitles, no video."""
    inside = folder / split_set if split_set else folder
    inside.mkdir(parents=True, exist_ok=True)
    (folder / "subtitles").mkdir(exist_ok=True)
    rows = []
    for number in range(count):
        video_id = f"v{number}"
        write_subtitles(CUES, folder / "subtitles" / f"{video_id}.vtt")
        rows.append(
            {"sample_id": f"s{number}", "video_id": video_id, "question": "how do i open the jar",
             "start": 0.0, "end": 4.0, "duration": 10.0}
        )  # fmt: skip
    (inside / f"{split}.jsonl").write_text("".join(json.dumps(own) + "\n" for own in rows))
    return folder


def opened(rows=ROWS, **more):
    """Predictions that are open, none of them in view."""
    made = {"name": "mine.jsonl", "notebook": SessionNotes(), **more}
    return Opened(analysis=analyse(results(rows)), **made)
