"""Questions of 1, 2, 4 and 8 callers at once, through the real server.

python -m benchmarks.askers [--questions N] [--minutes N] [--words N]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from gradio_client import Client, handle_file

from benchmarks.common import CHECKPOINT, Measure, long_video, save, transcript
from benchmarks.serving import served
from tools.serving import Server

ASKERS = (1, 2, 4, 8)
LEAST_THROUGHPUT = 0.95  # of one asker's: as much as one run differs from the next
QUESTION = "When do they turn the red jar around for the {number}th time?"


class Asked(NamedTuple):
    """What some callers met: questions a second, and for each question its seconds."""

    per_second: float
    second: list[float]  # until the answer was there
    model_second: list[float]  # of that in the model, as the server says

    @property
    def elsewhere_second(self) -> float:
        """Of a question, on average: what it took beside the model."""
        return statistics.mean(self.second) - statistics.mean(self.model_second)

    def time_goes_to(self, alone: Asked) -> dict[str, float]:
        """Shares of a question's time; `alone` nobody waits for a turn."""
        whole = statistics.mean(self.second)
        shares = {
            "model": statistics.mean(self.model_second) / whole,
            "requests and events, as alone": alone.elsewhere_second / whole,
        }
        shares["waiting for a turn"] = 1 - sum(shares.values())
        return {part: round(share, 3) for part, share in shares.items()}


def ask_all(clients: list[Client], questions: int) -> Asked:
    """All callers at once, each the next question as soon as the last is answered."""
    begin = threading.Barrier(len(clients) + 1)
    latency: list[float] = []
    model: list[float] = []

    def caller(place: int, client: Client) -> None:
        begin.wait()
        for number in range(questions):
            started = time.perf_counter()
            # Not one that an earlier run, of fewer callers, has asked.
            own = 10_000 * len(clients) + 100 * place + number
            question = QUESTION.format(number=own)
            record: dict[str, Any] = client.predict(question, api_name="/ask")
            latency.append(time.perf_counter() - started)
            model.append(record["timings"]["question"])

    threads = [
        threading.Thread(target=caller, args=(place, client))
        for place, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    begin.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    if len(latency) < questions * len(clients):
        raise RuntimeError("a caller got no answer; its error is above")
    return Asked(len(latency) / (time.perf_counter() - started), latency, model)


def callers(server: Server, video: Path, subtitles: Path, folder: str) -> list[Client]:
    """Each with a session of its own in which the video has been read."""
    found = []
    for _ in range(max(ASKERS)):
        client = Client(server.url, verbose=False, download_files=folder)
        client.predict(handle_file(video), handle_file(subtitles), api_name="/encode")
        client.predict(QUESTION.format(number=0), api_name="/ask")
        found.append(client)
    return found


def main() -> None:
    """Measure and write results/askers.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=20, help="of each caller")
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--words", type=int, default=1500)
    options = parser.parse_args()
    video = long_video(options.minutes, (640, 360))
    subtitles = transcript(options.minutes, options.words)
    runs: list[dict[str, Any]] = []
    lone: Asked | None = None
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "run", CHECKPOINT) as server,
    ):
        clients = callers(server, video, subtitles, folder)
        for count in ASKERS:
            found = ask_all(clients[:count], options.questions)
            lone = lone or found
            runs.append(
                {
                    "askers": count,
                    "questions_per_second": round(found.per_second, 3),
                    "median_second": round(statistics.median(found.second), 4),
                    "p95_second": round(float(np.percentile(found.second, 95)), 4),
                    "time_goes_to": found.time_goes_to(lone),
                }
            )
    alone = runs[0]
    measures = []
    for run in runs[1:]:
        together = f"{run['askers']} askers at once"
        measures += [
            Measure(
                what=f"{together}: answers a second",
                value=round(run["questions_per_second"] / alone["questions_per_second"], 2),
                unit="× those of one",
                limit=LEAST_THROUGHPUT,
                bound="at least",
                note=f"{run['questions_per_second']:.1f} a second",
            ),
            Measure(
                what=f"{together}: 95 % of the answers within",
                value=round(run["p95_second"] / alone["median_second"], 2),
                unit="× the time alone",
                limit=run["askers"] + 0.5,
                note=f"{run['p95_second']:.2f} s",
            ),
        ]
    save(
        "askers",
        measures,
        what=f"/ask about a {options.minutes}-minute video with {options.words:,} words, each "
        "caller the next question as soon as the last is answered",
        reference="the median of one caller, in the same run",
        runs=runs,
    )


if __name__ == "__main__":
    main()
