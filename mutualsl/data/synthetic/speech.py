"""Narration as sound: every cue spoken by espeak-ng, fitted into its time."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mutualsl.errors import VideoError
from mutualsl.subtitles import Cue

SAMPLE_HZ = 22050
WORDS_PER_MINUTE = (165, 178, 192, 208, 226, 246, 270)  # calm first, hasty last
SILENCE = 250  # samples quieter than this at the edges are cut off
PEAK = 21000


def speak(cues: Sequence[Cue], duration_second: float, voice: str) -> NDArray[np.int16]:
    """The whole narration as mono samples at `SAMPLE_HZ`, each cue at its start.

    Raises VideoError when espeak-ng is not installed.
    """
    if shutil.which("espeak-ng") is None:
        raise VideoError(
            "cannot speak the narration: espeak-ng is not on PATH; install it "
            "(apt-get install espeak-ng) and try again"
        )
    track = np.zeros(round(duration_second * SAMPLE_HZ), np.int16)
    starts = [cue.start_second for cue in cues] + [duration_second]
    for cue, (start, following) in zip(cues, pairwise(starts), strict=True):
        room = min(following - start - 0.05, cue.end_second - start + 0.25)
        samples = _fitted(cue.text, voice, room)
        first = round(start * SAMPLE_HZ)
        samples = samples[: len(track) - first]
        track[first : first + len(samples)] = samples
    return track


def _fitted(text: str, voice: str, room_second: float) -> NDArray[np.int16]:
    """The calmest reading that fits; the hastiest, faded out, if none does."""
    room = int(room_second * SAMPLE_HZ)
    for speed in WORDS_PER_MINUTE:
        samples = _read_aloud(text, voice, speed)
        if len(samples) <= room:
            return samples
    samples = samples[:room].copy()
    fade = min(room, SAMPLE_HZ // 20)
    samples[room - fade :] = (samples[room - fade :] * np.linspace(1, 0, fade)).astype(np.int16)
    return samples


def _read_aloud(text: str, voice: str, words_per_minute: int) -> NDArray[np.int16]:
    command = ["espeak-ng", "-v", voice, "-s", str(words_per_minute), "--stdout", "--", text]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    if done.returncode != 0 or not done.stdout:
        reason = done.stderr.decode(errors="replace").strip()
        raise VideoError(f"espeak-ng could not speak {text!r} as voice {voice!r}: {reason}")
    with wave.open(io.BytesIO(done.stdout)) as sound:
        samples = np.frombuffer(sound.readframes(-1), np.int16)
        assert sound.getframerate() == SAMPLE_HZ and sound.getnchannels() == 1
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > SILENCE)
    if len(loud) == 0:
        return samples[:0]
    samples = samples[loud[0] : loud[-1] + 1]
    gain = PEAK / float(np.abs(samples.astype(np.int32)).max())
    louder: NDArray[np.int16] = (samples * gain).astype(np.int16)
    return louder
