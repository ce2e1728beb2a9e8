"""Videos: what they are, their frames, their embedded text, and clips of them.

Everything that opens a user's file happens in a separate process, `mutualsl.video.worker`; the
modules beside it start that process and take its answers. Only `mutualsl.video.write`, which
encodes our own pictures, uses PyAV in the caller's process; it is imported by those who do.
"""

from mutualsl.video.clips import export_clip, playable_copy
from mutualsl.video.frames import FrameReader, read_frames
from mutualsl.video.hashing import content_hash
from mutualsl.video.info import (
    FrameChunk,
    FrameRequest,
    Progress,
    TextTrack,
    Thumbnail,
    VideoInfo,
)
from mutualsl.video.probe import probe, read_text_track

# Endings that video files usually have, the most usual one first.
VIDEO_SUFFIXES = (".mp4", ".3gp", ".avi", ".m4v", ".mkv", ".mov", ".webm")

__all__ = [
    "VIDEO_SUFFIXES",
    "FrameChunk",
    "FrameReader",
    "FrameRequest",
    "Progress",
    "TextTrack",
    "Thumbnail",
    "VideoInfo",
    "content_hash",
    "export_clip",
    "playable_copy",
    "probe",
    "read_frames",
    "read_text_track",
]
