"""What `mutualsl doctor` prints about a subtitle file."""

from collections.abc import Sequence

from mutualsl.subtitles.model import Cue, Subtitles
from mutualsl.subtitles.timestamps import format_timestamp


def diagnose(subtitles: Subtitles, video_duration_second: float | None = None) -> str:
    """Describe format, cues, covered time and every repair as text for a terminal."""
    first, last = subtitles.cues[0].start_second, subtitles.end_second
    facts = {
        "format": subtitles.format,
        "encoding": subtitles.encoding,
        "language": subtitles.language,
        "cues": f"{len(subtitles)}" + (f" (+ {n} silent)" if (n := len(subtitles.silent)) else ""),
        "time": f"{format_timestamp(first)} to {format_timestamp(last)}",
        "covered": _coverage(subtitles.cues, video_duration_second),
    }
    lines = [f"{name + ':':10}{value}" for name, value in facts.items() if value]
    if not subtitles.report:
        return "\n".join([*lines, "nothing had to be repaired"])
    lines.append("found:")
    width = max(len(str(repair.count)) for repair in subtitles.report)
    lines += [
        f"  {repair.count:>{width}} x {repair.kind}: {repair.detail}" for repair in subtitles.report
    ]
    return "\n".join(lines)


def _coverage(cues: Sequence[Cue], video_duration_second: float | None) -> str:
    """Say for how long a cue is shown, as a share of the video where its length is known."""
    covered = covered_second(cues)
    if not video_duration_second:
        return f"{covered:.1f} s with a cue on screen"
    share = 100 * covered / video_duration_second
    return f"{covered:.1f} s of the {video_duration_second:.1f} s video ({share:.0f} %)"


def covered_second(cues: Sequence[Cue]) -> float:
    """Return how long at least one of the cues, sorted by start, is shown."""
    covered = shown_until = 0.0
    for cue in cues:
        covered += max(cue.end_second - max(cue.start_second, shown_until), 0.0)
        shown_until = max(shown_until, cue.end_second)
    return covered
