"""The table of measured speed and memory, beside its limits."""

from __future__ import annotations

from typing import Any

from mutualsl.evaluation.report.markdown import table

BENCHMARKS = ("loading", "question", "length", "training")


def speed_table(speed: dict[str, dict[str, Any]]) -> str:
    """Measured ratios beside their limits; `speed` holds the results of all `BENCHMARKS`."""
    loading, question, length, training = (speed[name] for name in BENCHMARKS)
    rows = [
        [
            "loading 10 minutes of 720p video",
            f"{loading['ratio']:.2f} × decoding alone ({loading['second']:.1f} s)",
            *_limit(loading["ratio"], loading["limit"], "{:.1f} ×"),
        ],
        [
            "a further question, 1,500 words of subtitles",
            f"{question['ratio']:.2f} × the bare text encoder ({question['second']:.2f} s)",
            *_limit(question["ratio"], question["limit"], "{:.1f} ×"),
        ],
        [
            "memory for one hour of video",
            f"{length['hour_peak_memory_mb']:,} MB",
            *_limit(length["hour_peak_memory_mb"], length["memory_limit_mb"], "{:,} MB"),
        ],
        [
            f"time a minute of video, {length['runs'][-1]['minutes']} minutes against "
            f"{length['runs'][0]['minutes']}",
            f"{length['hour_to_shortest_time_per_minute']:.2f} ×",
            "1 × is linear",
            "-",
        ],
        [
            "an epoch of training",
            f"{training['ratio']:.2f} × forward and backward of the bare text encoder",
            *_limit(training["ratio"], training["limit"], "{:.2f} ×"),
        ],
        [
            "padding among the tokens of that epoch",
            f"{100 * training['padding_share']:.1f} %",
            *_limit(100 * training["padding_share"], 100 * training["padding_limit"], "{:.0f} %"),
        ],
    ]
    machine = loading["machine"]
    facts = f"{machine['cpus']} CPUs ({machine['processor']}), torch {machine['torch']}"
    text = table(["what", "measured", "limit", "verdict"], rows)
    return f"{text}\n\nMeasured on {loading['date']} with {facts}."


def _limit(measured: float, limit: float, form: str) -> tuple[str, str]:
    return "at most " + form.format(limit), "met" if measured <= limit else "not met"
