"""What hostile files would do if they could: open a canary, call a listener."""

import ctypes
import os
import socket
import threading

import pytest

from tests.video.conftest import plain  # noqa: F401

IN_OPEN = 0x20


@pytest.fixture
def listener():
    """An address on this machine, and the list of the calls that it got."""
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                calls.append(connection.recv(200))
                connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/canary.mp4", calls
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def opened():
    """Watch a file; the function that comes back says whether any process has opened it since."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "inotify_init1"):
        pytest.skip("who opens a file can only be seen on Linux")
    descriptor = libc.inotify_init1(os.O_NONBLOCK)

    def watch(path):
        assert libc.inotify_add_watch(descriptor, os.fsencode(path), IN_OPEN) >= 0

        def was_opened():
            try:
                return bool(os.read(descriptor, 4096))
            except BlockingIOError:
                return False

        return was_opened

    yield watch
    os.close(descriptor)
