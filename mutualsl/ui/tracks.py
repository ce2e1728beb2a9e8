"""The text tracks inside a video, as a visitor chooses among them."""

from __future__ import annotations

from mutualsl.video import TextTrack, VideoInfo


def track_choices(info: VideoInfo | None) -> list[tuple[str, int]]:
    """A label and a number (1 is the first) for each text track."""
    tracks = info.text_tracks if info is not None else ()
    return [(_label(number, track), number) for number, track in enumerate(tracks, start=1)]


def _label(number: int, track: TextTrack) -> str:
    about = [part for part in (track.title, track.language and f"({track.language})") if part]
    return f"{number}: {' '.join(about) or 'without a name'}"
