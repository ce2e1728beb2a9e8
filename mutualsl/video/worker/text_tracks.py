"""Embedded text tracks: which there are, and their events."""

from typing import Any

import av

from mutualsl.errors import SubtitleError, VideoError
from mutualsl.video.info import TextTrack
from mutualsl.video.worker.channel import Channel
from mutualsl.video.worker.opening import Source, only, open_video

CODECS = {"mov_text": "mov_text", "subrip": "subrip", "srt": "subrip", "webvtt": "webvtt"} | {
    "ass": "ass",
    "ssa": "ass",
    "text": "text",
}
"""FFmpeg's names for tracks of text to ours; other tracks hold pictures."""

UNTIL_NEXT_SECOND = 5.0
"""How long the last event is shown when the file does not say."""

EVENT_BYTES = 32
"""What an event without text counts: its two times, as a subtitle file writes them."""

Event = tuple[float, float, str]


def text_tracks(source: Source) -> list[TextTrack]:
    """The tracks of an open file that hold text, in the order of the file."""
    return [
        TextTrack(
            index=stream.index,
            codec=CODECS[stream.codec_context.name],
            language=stream.metadata.get("language") or None,
            title=stream.metadata.get("title") or None,
        )
        for stream in source.container.streams.subtitles
        if stream.codec_context is not None and stream.codec_context.name in CODECS
    ]


def read_text_track(channel: Channel, path: str, track_index: int, limit_bytes: int) -> list[Event]:
    """Events of one text track; they are read as stored, without a subtitle decoder."""
    with open_video(path) as source:
        tracks = {track.index: track for track in text_tracks(source)}
        if track_index not in tracks:
            raise VideoError(
                f"{source.path.name} has no text track {track_index}; it has {sorted(tracks)}"
            )
        stream = source.container.streams[track_index]
        interleaved = "matroska" in source.container.format.name
        if not interleaved:  # it seeks from text to text
            only(source, stream)
        events, byte_count = [], 0
        try:
            # Else all of the file is read, and every packet is a sign of life.
            for packet in source.container.demux(*(() if interleaved else (stream,))):
                channel.progress(0.0)
                if packet.stream.index != track_index:
                    continue
                byte_count += packet.size + EVENT_BYTES
                if byte_count > limit_bytes:
                    raise SubtitleError(
                        f"{source.path.name}: its text track is too large for subtitles "
                        f"(limit {limit_bytes / 1e6:g} MB); give a subtitle file"
                    )
                text = _text(bytes(packet), tracks[track_index].codec)
                if packet.pts is not None and text.strip():
                    start = float(packet.pts * packet.time_base) - source.origin_second
                    length = float((packet.duration or 0) * packet.time_base)
                    events.append((round(max(0.0, start), 3), round(start + length, 3), text))
        except av.error.FFmpegError:
            pass  # cut off: what was there counts
    return _with_ends(sorted(events))


def _text(data: bytes, codec: str) -> str:
    if codec == "mov_text":  # two bytes of length, text, then boxes of style
        data = data[2 : 2 + int.from_bytes(data[:2], "big")]
        if data[:2] in (b"\xfe\xff", b"\xff\xfe"):
            return data.decode("utf-16", errors="replace")
    text = data.decode("utf-8", errors="replace")
    if codec == "ass":  # ReadOrder, Layer, Style, Name, three margins, Effect, Text
        return text.split(",", 8)[-1]
    return text


def _with_ends(events: list[Event]) -> list[Event]:
    """Events without a length last until the next one."""
    following: list[Any] = [*(start for start, _, _ in events), None][1:]
    return [
        (start, end if end > start else (then or start + UNTIL_NEXT_SECOND), text)
        for (start, end, text), then in zip(events, following, strict=True)
    ]
