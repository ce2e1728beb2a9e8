"""The worker's end of the line to the process that started it."""

import json
import time
from multiprocessing.connection import Connection
from typing import Any

PROGRESS_EVERY_SECOND = 0.1


class Channel:
    """Sends messages as JSON; `ring_descriptor` is the shared memory for frames, if any."""

    def __init__(self, connection: Connection, ring_descriptor: int = -1) -> None:
        self._connection = connection
        self._spoke_at = self._fraction = 0.0
        self.ring_descriptor = ring_descriptor

    def receive(self) -> dict[str, Any]:
        """Wait for a message of the parent; EOFError when it is gone."""
        message: dict[str, Any] = json.loads(self._connection.recv_bytes())
        return message

    def send(self, kind: str, payload: bytes | None = None, **fields: object) -> None:
        """Send a message, and after it the bytes it announces."""
        self._connection.send_bytes(json.dumps({"kind": kind, **fields}).encode())
        if payload is not None:
            self._connection.send_bytes(payload)

    def progress(self, fraction: float) -> None:
        """Say how far the job is, never less than before; cheap enough to call for every packet.

        It is a sign of life too, so it is sent even when nothing has moved.
        """
        self._fraction = max(self._fraction, min(fraction, 1.0))
        now = time.monotonic()
        if now - self._spoke_at >= PROGRESS_EVERY_SECOND:
            self._spoke_at = now
            self.send("progress", fraction=self._fraction)
